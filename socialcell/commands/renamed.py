"""Old spellings of commands: hidden, working for one release, with a line on stderr."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer
from typer.core import TyperCommand

from socialcell.commands import output

P = ParamSpec("P")
T = TypeVar("T")


def old_command(
    app: typer.Typer,
    old: str,
    new: str,
    command: Callable[P, T],
    cls: type[TyperCommand] = TyperCommand,
) -> None:
    """Let `socialcell OLD` run a command of another name; both are whole paths.

    `cls`: the class of the command, where it has one of its own.
    """

    @wraps(command)
    def renamed(*args: P.args, **options: P.kwargs) -> T:
        point_to(old, new)
        return command(*args, **options)

    app.command(old.rpartition(" ")[2], cls=cls, hidden=True)(renamed)


def old_group(parent: typer.Typer, old: str, new: str, group: typer.Typer) -> None:
    """Let `socialcell OLD ...` run the commands of a group of another name."""

    def callback() -> None:
        point_to(old, new)

    parent.add_typer(group, name=old.rpartition(" ")[2], hidden=True, callback=callback)


def point_to(old: str, new: str) -> None:
    """Say on standard error that words of a command have changed."""
    output.note(
        f"socialcell {old} is now socialcell {new}; "
        "the old words stop working in the next release."
    )
