"""Run `socialcell campaigns lift` in this process, as a person would."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from socialcell.cli import main


class Lift:
    """Writes a file, calls the command, hands back its exit code and what it said."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.file = folder / "data.csv"
        self._patch = monkeypatch
        self._capsys = capsys

    def write(self, header: list[str], rows: Any) -> None:
        with self.file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(header)
            writer.writerows(rows)

    def run(self, *options: str) -> tuple[int, dict[str, Any]]:
        code, out, _ = self.say(*options, "--json")
        return code, json.loads(out)

    def say(self, *options: str) -> tuple[int, str, str]:
        words = ["socialcell", "campaigns", "lift", str(self.file), *options]
        self._patch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as stop:
            main()
        heard = self._capsys.readouterr()
        return int(stop.value.code or 0), heard.out, heard.err
