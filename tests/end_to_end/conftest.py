"""One short demo, run once for all tests that only look at it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.running import answer, socialcell

DAYS, SEED = 8, 3


@dataclass(frozen=True)
class Demo:
    folder: Path
    said: dict[str, Any]

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "truth.json").read_text())
        return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("short") / "demo"
    done = socialcell(
        "demo",
        "--dir",
        folder,
        "--days",
        str(DAYS),
        "--seed",
        str(SEED),
        "--json",
        timeout=1000,
    )
    return Demo(folder, answer(done))
