"""--columns and the pager of the commands that print tables."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import Engine

from socialcell.cli import app
from socialcell.commands.list_command import CHOICE, ListCommand
from tests.inside import socialcell
from tests.running import command, environment

ROWS = 10
"""Lines of the terminal of these tests."""
TEMPLATES = ("posts", "templates", "list")


@pytest.fixture
def config(folder: Path, engine: Engine) -> Path:
    return folder / "config.yaml"


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that the help shows, by its words."""
    for name, command_ in group.commands.items():
        words = f"{path} {name}".strip()
        if not command_.hidden and hasattr(command_, "commands"):
            yield from commands(command_, words)
        elif not command_.hidden:
            yield words, command_


def test_every_list_takes_columns() -> None:
    lists = {
        words: command_
        for words, command_ in commands(typer.main.get_command(app))
        if words.endswith(" list")
    }

    assert len(lists) > 15
    without = [
        name for name, entry in lists.items() if not isinstance(entry, ListCommand)
    ]
    assert without == []


def test_columns_are_chosen_and_ordered(config: Path) -> None:
    words = (*TEMPLATES, "--columns", "safety,name")

    lines = socialcell(*words, "--config", config).stdout.splitlines()

    assert lines[:2] == ["safety\tname", "yes\tdam_discharge"]


def test_a_column_is_named_without_its_time_zone_and_spaces(config: Path) -> None:
    words = ("audit", "list", "--columns", "AT, os_user", "--config", config)

    assert socialcell(*words).stdout == "at (IST)\tOS user\n"


@pytest.mark.parametrize("flag", [(), ("--csv",)])
def test_an_unknown_column_is_refused_with_the_names(
    config: Path, flag: tuple[str, ...]
) -> None:
    words = ("owners", "list", *flag, "--columns", "topic,colour")

    done = socialcell(*words, "--config", config)

    assert done.returncode == 2
    assert "there is no column colour. There are: topic, owner" in done.stderr
    assert done.stdout == ""


def test_the_columns_of_csv_are_chosen_too(config: Path) -> None:
    columns = ("--csv", "--columns", "owner,topic")

    done = socialcell("owners", "list", "--all", *columns, "--config", config)

    assert done.stdout.splitlines()[0] == "owner,topic"
    assert {line.count(",") for line in done.stdout.splitlines()} == {1}


def test_json_has_every_field_and_takes_no_columns(config: Path) -> None:
    words = (*TEMPLATES, "--json", "--columns", "name")

    done = socialcell(*words, "--config", config)

    assert done.returncode == 2
    assert "--json has every field" in done.stderr


def test_what_was_chosen_is_forgotten_at_the_next_command(config: Path) -> None:
    socialcell(*TEMPLATES, "--columns", "name", "--days")  # no such option
    export = ("mentions", "export", "--config", config)

    assert socialcell(*export).stdout.startswith("id,")
    assert CHOICE.get() is None


@pytest.mark.parametrize(
    ("words", "changes", "is_paged"),
    [
        (TEMPLATES, {}, True),
        ((*TEMPLATES, "--no-pager"), {}, False),
        (TEMPLATES, {"PAGER": ""}, False),
        (("registry", "list"), {}, False),
    ],
)
def test_output_longer_than_the_screen_is_paged(
    config: Path, words: tuple[str, ...], changes: dict[str, str], is_paged: bool
) -> None:
    paged = config.with_name("paged.txt")

    screen = on_a_terminal(
        config, *words, **{"PAGER": f"tee {paged}", "NO_COLOR": "1", **changes}
    )

    assert ("dam_discharge" in screen) == (words != ("registry", "list"))
    assert paged.exists() == is_paged
    if is_paged:
        assert paged.read_text() == screen
        assert "\x1b[3" not in screen


def test_what_goes_into_a_pipe_is_never_paged(config: Path) -> None:
    paged = config.with_name("paged.txt")

    done = subprocess.run(
        command(*TEMPLATES, "--config", config),
        capture_output=True,
        check=True,
        env=environment(PAGER=f"tee {paged}"),
    )

    assert b"dam_discharge" in done.stdout
    assert not paged.exists()


def on_a_terminal(config: Path, *words: str, **changes: str) -> str:
    """What stands on a terminal of 80 columns and ten lines."""
    screen, own = pty.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, 80, 0, 0))
    variables = environment(TERM="xterm", **changes)
    variables.pop("COLUMNS", None)
    variables.pop("LINES", None)
    with subprocess.Popen(
        command(*words, "--config", config),
        stdin=own,
        stdout=own,
        stderr=subprocess.DEVNULL,
        env=variables,
    ) as process:
        os.close(own)
        output = b"".join(iter(lambda: _read(screen), b""))
    os.close(screen)
    assert process.returncode == 0
    return output.decode().replace("\r\n", "\n")


def _read(screen: int) -> bytes:
    try:
        return os.read(screen, 1 << 16)
    except OSError:  # the other end is closed
        return b""
