"""`init` names who is alerted: by an option, or asked for on a terminal only."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from socialcell import config
from socialcell.errors import UsageError
from tests.running import command, environment, inside


def alerted(folder: Path) -> tuple[str, ...]:
    return config.load(folder / "config.yaml").config.alerts.names


def test_an_option_names_who_is_alerted_and_again_it_changes_nothing(
    tmp_path: Path,
) -> None:
    words = ("init", tmp_path, "--alert-email", "room@city.example", "--json")

    first, again = inside(*words), inside(*words)

    assert json.loads(first)["alerted"] == ["room@city.example"]
    assert json.loads(again)["alerted"] == ["room@city.example"]
    assert alerted(tmp_path) == ("room@city.example",)
    assert "phone: {}" in (tmp_path / "config.yaml").read_text()
    with pytest.raises(UsageError, match=r"kept as it is. Write other@city\.example"):
        inside("init", tmp_path, "--alert-email", "other@city.example")


def test_without_a_terminal_nobody_is_asked_and_it_says_that_nobody_is_alerted(
    tmp_path: Path,
) -> None:
    assert "Nobody is alerted yet" in inside("init", tmp_path)
    assert alerted(tmp_path) == ()


def test_what_is_no_address_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'the room' is no mail address"):
        inside("init", tmp_path / "new", "--alert-email", "the room")

    assert not (tmp_path / "new").exists()


def test_on_a_terminal_it_asks_until_it_is_an_address_and_for_two_names(
    tmp_path: Path,
) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command("init", tmp_path),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(),
    ) as process:
        os.close(theirs)
        os.write(ours, b"the room\nroom@city.example\nAsha Sample\nMeera Sample\n")
        seen = b""
        try:
            while part := os.read(ours, 4096):
                seen += part
        except OSError:  # the other end is closed
            pass
        os.close(ours)

    assert process.returncode == 0, seen
    assert b"is no mail address" in seen
    assert alerted(tmp_path) == ("room@city.example",)
    shown = seen.decode()
    assert "Asha Sample: " in shown
    assert "Meera Sample: " in shown
