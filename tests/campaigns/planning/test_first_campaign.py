"""The page that leads from an empty workspace to a measured campaign, followed."""

import io
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from socialcell.cli import main
from tests.shared import REPOSITORY

PAGE = REPOSITORY / "docs" / "campaigns.md"
SECTION = "## From an empty workspace to a measured campaign"


def lines() -> list[list[str]]:
    """What the page tells to type, in order, as words."""
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(SECTION)[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


PASSWORD = "rain over the seven hills"


def lines_for(words: list[str], printed: str) -> str:
    """What a person types where this command asks: the code that was printed, and a
    password, one a line."""
    if words[:2] == ["operators", "set-password"]:
        code = re.search(rf"^{words[2]}: (\S+)", printed, re.MULTILINE)
        assert code is not None
        return f"{code[1]}\n{PASSWORD}\n"
    return f"{PASSWORD}\n" if words[:2] == ["operators", "sign-in"] else ""


def test_the_page_leads_to_a_measured_campaign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "first"
    shutil.copytree(REPOSITORY / "docs" / "first-campaign", place)
    monkeypatch.chdir(place)
    monkeypatch.delenv("SOCIALCELL_CONFIG", raising=False)
    told = ""

    for word, *rest in lines():
        if word == "sed":
            _, before, after, _ = rest[1].split("|")
            config = place / rest[2]
            assert before in config.read_text()
            config.write_text(config.read_text().replace(before, after))
        else:
            monkeypatch.setattr(sys, "argv", [word, *rest])
            monkeypatch.setattr(sys, "stdin", io.StringIO(lines_for(rest, told)))
            with pytest.raises(SystemExit) as stop:
                main()
            heard = capsys.readouterr()
            assert not stop.value.code, (rest, heard.err)
            told += heard.out

    assert yaml.safe_load((place / "config.yaml").read_text())["clock"]["fixed"]
    assert "Smallest lift of activated_users that would be seen" in told
    assert "Version 1 of the plan of monsoon26 is approved by Meera Sample." in told
    assert "Posts found: 1" in told
    assert "Tag 2, not disclosed: nobody has looked" in told
    assert "Posts of its plan that are measured now: 2" in told
    # The files hold 30 % more in both wards, of 60 a day each for 14 days: 504.
    added = re.search(r"Incremental: (\d+) activated_users \(95 %: (\d+) to", told)
    assert added is not None
    assert 400 < int(added[1]) < 610
    assert re.search(r"\d+ entries, unbroken", told)
    assert len(list((place / "plans").glob("*.svg"))) == 2
