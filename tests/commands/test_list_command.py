"""--columns and the pager of the commands that print tables."""

import subprocess
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
from tests.terminal import on_terminal

pytestmark = pytest.mark.on_sqlite

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

    process = socialcell(*words, "--config", config)

    assert process.returncode == 2
    assert "there is no column colour. There are: topic, owner" in process.stderr
    assert process.stdout == ""


def test_the_columns_of_csv_are_chosen_too(config: Path) -> None:
    columns = ("--csv", "--columns", "owner,topic")

    process = socialcell("owners", "list", "--all", *columns, "--config", config)

    assert process.stdout.splitlines()[0] == "owner,topic"
    assert {line.count(",") for line in process.stdout.splitlines()} == {1}


def test_json_has_every_field_and_takes_no_columns(config: Path) -> None:
    words = (*TEMPLATES, "--json", "--columns", "name")

    process = socialcell(*words, "--config", config)

    assert process.returncode == 2
    assert "--json has every field" in process.stderr


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

    pager = changes.get("PAGER", f"tee {paged}")
    run = on_terminal(*words, "--config", config, lines=ROWS, PAGER=pager)

    assert run.code == 0
    assert ("dam_discharge" in run.screen) == (words != ("registry", "list"))
    assert paged.exists() == is_paged
    if is_paged:
        assert paged.read_text() == run.screen
        assert "\x1b[3" not in run.screen


def test_what_goes_into_a_pipe_is_never_paged(config: Path) -> None:
    paged = config.with_name("paged.txt")

    process = subprocess.run(
        command(*TEMPLATES, "--config", config),
        capture_output=True,
        check=True,
        env=environment(PAGER=f"tee {paged}"),
    )

    assert b"dam_discharge" in process.stdout
    assert not paged.exists()
