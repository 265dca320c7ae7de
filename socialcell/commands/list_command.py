"""The command class of everything that prints tables: --columns and --no-pager."""

import sys
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Annotated, Any

import typer
from typer.main import get_command

from socialcell.commands import pager
from socialcell.commands.strict_options import StrictCommand
from socialcell.errors import UsageError

CHOICE: ContextVar[tuple[str, ...] | None] = ContextVar("columns", default=None)
"""The columns that --columns names, in that order; None: those of the command."""
IS_CHOOSABLE: ContextVar[bool] = ContextVar("has --columns", default=False)
"""Whether the running command takes --columns."""
_NO_PAGER = f"{__name__}.no_pager"


def forget_choice() -> None:
    """Before a command: nothing is chosen, as when the process started."""
    CHOICE.set(None)
    IS_CHOOSABLE.set(False)


def _choose(names: str | None) -> None:
    """The callback of --columns, which runs without it, too."""
    if names is None:
        CHOICE.set(None)
    else:
        CHOICE.set(tuple(filter(None, map(str.strip, names.split(",")))))


def _without_pager(context: typer.Context, is_set: bool) -> None:
    context.meta[_NO_PAGER] = is_set


_Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        help="Only these columns, in this order. A wrong name lists those there are.",
        metavar="NAME,NAME",
        callback=_choose,
        expose_value=False,
        show_default=False,
    ),
]
_NoPager = Annotated[
    bool,
    typer.Option(
        "--no-pager",
        help="Print at once, however long it is.",
        callback=_without_pager,
        expose_value=False,
    ),
]


def chosen(columns: Sequence[str], others: Sequence[str] = ()) -> list[str] | None:
    """Those of `columns` that --columns names, in its order; None without it.

    UsageError, which lists the names, for one that is in neither list.
    """
    names = CHOICE.get()
    if names is None:
        return None
    by_key = {key_of(column): column for column in columns}
    keys = [*by_key, *map(key_of, others)]
    unknown = [name for name in names if key_of(name) not in keys]
    if unknown or not names:
        raise UsageError(
            "commands.no_such_column",
            columns=list(dict.fromkeys(keys)),
            text=", ".join(unknown),
        )
    shown = dict.fromkeys(map(key_of, names))
    return [by_key[key] for key in shown if key in by_key]


def key_of(column: str) -> str:
    """How --columns calls a column: `may be sent until` is may_be_sent_until."""
    words = column.strip().removesuffix("(IST)").split()
    return "_".join(words).strip(".").lower()


class PagedCommand(StrictCommand):
    """A command whose output is paged on a terminal that is too small for it."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params += self.more_options()

    def more_options(self) -> list[Any]:
        """What is added to the options that the function itself declares."""

        def paged(no_pager: _NoPager = False) -> None:
            """Its signature has the options."""

        return _options(paged)

    def invoke(self, ctx: Any) -> Any:
        if not ctx.meta.get(_NO_PAGER) and sys.stdout.isatty():
            with pager.paged():
                return super().invoke(ctx)
        return super().invoke(ctx)


class ListCommand(PagedCommand):
    """A command that prints a table whose columns can be chosen."""

    def more_options(self) -> list[Any]:
        """--columns, too."""

        def listed(columns: _Columns = None) -> None:
            """Its signature has the option."""

        return [*_options(listed), *super().more_options()]

    def invoke(self, ctx: Any) -> Any:
        for flag in ("json", "jsonl"):
            if CHOICE.get() is not None and ctx.params.get(flag):
                raise UsageError("commands.columns_of_json", option=f"--{flag}")
        IS_CHOOSABLE.set(True)
        return super().invoke(ctx)


def _options(function: Callable[..., None]) -> list[Any]:
    """The options of a function's signature, as a command has them."""
    app = typer.Typer(add_completion=False)
    app.command()(function)
    return list(get_command(app).params)
