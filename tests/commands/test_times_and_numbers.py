"""Times and telephone numbers as people in Pune write them, in every command."""

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import Engine

from socialcell import phone_number
from socialcell.cli import app
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.listening.day_ranges import day_end, day_start
from tests.inside import socialcell

NINE = datetime(2026, 11, 23, 9, tzinfo=IST)
# Options and arguments that take a time or a day, by command, and what the command needs
# beside it so that the time is what is wrong.
OPTIONS: dict[str, tuple[str, ...]] = {
    "ads show --since": (),
    "ads show --until": (),
    "alerts mute --from": ("water", "--to", "2026-11-23", "--note", "x"),
    "alerts mute --to": ("water", "--from", "2026-11-23", "--note", "x"),
    "areas at --on": ("Kothrud",),
    "areas list --on": (),
    "campaigns create --end": ("a", "--start", "2026-11-01", "--initiative", "pmc_care"),
    "campaigns create --start": ("a", "--end", "2026-11-30", "--initiative", "pmc_care"),
}
WORDS = ("DAY", "TIME", "DATE", "MOMENT")


def options() -> Iterator[tuple[str, Any]]:
    """Every option of every command whose value is a day or a time."""
    for path, command in leaves(typer.main.get_command(app)):
        for parameter in command.params:
            if parameter.metavar in WORDS:
                yield path, parameter


def leaves(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from leaves(command, words)
        else:
            yield words, command


def test_print() -> None:
    for path, parameter in options():
        print(path, parameter.opts)
    for path, command in leaves(typer.main.get_command(app)):
        signature = inspect.signature(command.callback)
        for name, parameter in signature.parameters.items():
            if "datetime" in str(parameter.annotation):
                print("DATETIME", path, name)
    assert 0
