"""Options that many commands share, and how a command opens its workspace."""

from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import completions

if TYPE_CHECKING:
    from datetime import date, datetime

    from socialcell.listening.people.visibility import People
    from socialcell.services.context import Context

ROOT_CONFIG: ContextVar[Path | None] = ContextVar("root_config", default=None)
AT_THE_END: ContextVar[ExitStack] = ContextVar("at_the_end")  # of the command

Config = Annotated[
    Path | None,
    typer.Option("--config", help="The workspace's config.yaml.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="One JSON object a line.")]
Csv = Annotated[bool, typer.Option("--csv", help="Comma-separated values.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
]

Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="What the file does not say.", metavar="KEY=VALUE"),
]

Mapping = Annotated[
    Path | None,
    typer.Option(help="TOML: which column of the file is what.", show_default=False),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        help="Of a workbook (.xlsx); the first without it.", show_default=False
    ),
]
DateOrder = Annotated[
    str | None,
    typer.Option(help="dmy, mdy or ymd: how 03/04/2026 is meant.", show_default=False),
]

Since = Annotated[
    str | None,
    typer.Option(
        help="The first day; 28 days without it.", metavar="DAY", show_default=False
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        help="The last day; today without it.", metavar="DAY", show_default=False
    ),
]
Daily = Annotated[bool, typer.Option("--daily", help="Each day by itself.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")]


SourceName = Annotated[
    str, typer.Argument(help="The source's name.", autocompletion=completions.sources)
]
SourceNames = Annotated[
    list[str] | None,
    typer.Argument(
        help="Names of sources; all enabled if none.",
        autocompletion=completions.sources,
    ),
]
NamedSources = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME…", help="Sources.", autocompletion=completions.sources
    ),
]


def read_settings(pairs: list[str] | None) -> dict[str, str]:
    """KEY=VALUE options as a mapping. UsageError for one without `=`."""
    from socialcell.errors import UsageError

    settings = {}
    for pair in pairs or []:
        key, equals, setting = pair.partition("=")
        if not equals or not key:
            raise UsageError("commands.no_setting", text=pair)
        settings[key] = setting
    return settings


def moment_of(option: str, text: str | None) -> "datetime | None":
    """The day or time of an option, Indian without an offset; None where it is not
    given. UsageError when it is none."""
    from socialcell.listening.day_ranges import day_start

    return None if text is None else day_start(text, option)


def span_of(
    since: str | None, until: str | None
) -> "tuple[datetime | None, datetime | None]":
    """The days or times of --since and --until. UsageError as of `moment_of`, and when
    they are the wrong way round."""
    from socialcell.listening.day_ranges import require_order

    start, end = moment_of("--since", since), moment_of("--until", until)
    if since and until and start and end:
        require_order(start, end, since, until)
    return start, end


def day_of(context: "Context", on: str | None) -> "date":
    """The day of --on, today in Pune without it. UsageError when it is none."""
    from socialcell.clock import IST
    from socialcell.listening.day_ranges import read_day

    now = context.clock.now()
    return read_day(on, "--on", now) if on else now.astimezone(IST).date()


def rupees(option: str, amount: str | None) -> int | None:
    """An amount such as 25000 or 25000.50 in micros. UsageError when it is none."""
    from decimal import Decimal

    from socialcell.errors import UsageError

    if amount is None:
        return None
    if not amount.replace(".", "", 1).isdecimal():
        raise UsageError("commands.no_amount", option=option, text=amount)
    return int(Decimal(amount) * 1_000_000)


def open_context(config: Path | None) -> "Context":
    """The workspace of --config, given to the command or before it."""
    from socialcell import log
    from socialcell.services import context

    opened = context.open_context(config or ROOT_CONFIG.get())
    AT_THE_END.get().callback(opened.engine.dispose)
    log.start(opened.workspace.config.log.level)
    return opened


def config_path(given: Path | None) -> Path:
    """The file of --config, given to the command or before it, or the one that is
    found without it."""
    from socialcell import config

    return config.find(given or ROOT_CONFIG.get()).absolute()


def open_server_context(config: Path | None) -> "Context":
    """The same for a process that goes on by itself: nobody acts in it, though whoever
    started it may have signed in in this shell."""
    from dataclasses import replace

    from socialcell.identity.actor import os_account

    return replace(open_context(config), actor=os_account())


def people_of(context: "Context") -> "People":
    """How people are shown: the workspace's key and its registry."""
    from socialcell.services import pseudonyms

    return pseudonyms.load_people(context)
