"""Output of every command: one JSON document, JSON lines, CSV, or text for people."""

import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from datetime import datetime
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.json_types import dumps
from socialcell.sheet import CellContent, SheetRow
from socialcell.text import displayed

_ISO_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d|Z)"
)
_WITHIN_A_CELL = str.maketrans("\t\r\n", "   ")


def is_interactive() -> bool:
    """Whether a person can be asked: input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def as_json(document: object) -> None:
    """Exactly one JSON document on standard output."""
    sys.stdout.write(dumps(document, indent=1) + "\n")


def as_jsonl(rows: Iterable[SheetRow]) -> None:
    """One JSON object a line on standard output, flushed as it comes."""
    for row in rows:
        sys.stdout.write(dumps(row) + "\n")


def say(text: str = "") -> None:
    """A line for people, on standard output."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Progress or a warning, on standard error."""
    sys.stderr.write(text + "\n")


def problem_count(problems: Sized) -> str:
    """How many problems there are, in words."""
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"


def local(moment: datetime) -> str:
    """A moment as a table shows it: 2026-12-01 10:30, in Pune."""
    from socialcell.clock import IST

    return f"{moment.astimezone(IST):%Y-%m-%d %H:%M}"


def local_day(moment: datetime) -> str:
    """The day of a moment in Pune: 2026-12-01."""
    return local(moment)[:10]


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[CellContent]],
    *,
    important: Collection[str] = (),
    full: Collection[str] = (),
    others: Sequence[str] = (),
) -> None:
    """A table on a terminal; tab-separated lines when piped.

    Of the columns those that --columns names. `important`: columns that stay in a
    narrow terminal, as ids, times and levels do. `full`: those whose text is not
    shortened. `others`: columns of further tables of the command. UsageError for a
    name in --columns of no table.
    """
    from socialcell.commands import list_command

    names, cells = _chosen(columns, [list(map(cell, row)) for row in rows], others)
    if not names:
        return
    if not sys.stdout.isatty():
        for row in (names, *cells):
            _say_row(row)
        return
    from socialcell.commands import tables

    tables.show(
        names,
        cells,
        important=important,
        full=full,
        is_chosen=list_command.CHOICE.get() is not None,
        is_choosable=list_command.IS_CHOOSABLE.get(),
    )


def _say_row(row: Iterable[str]) -> None:
    """A row is one line, and a tab stands between its cells only."""
    say("\t".join(text.translate(_WITHIN_A_CELL) for text in row))


def records(
    columns: Sequence[str],
    below: Sequence[str],
    rows: Iterable[Sequence[CellContent]],
    notes: Iterable[Sequence[str]],
) -> None:
    """Rows whose last cells stand below the others on a terminal, as do their notes.

    Tab-separated lines when piped, with the notes of all below them. With --columns a
    table of these columns, without notes.
    """
    from socialcell.commands import list_command

    cells, lines = [list(map(cell, row)) for row in rows], list(notes)
    if list_command.CHOICE.get() is not None:
        table((*columns, *below), cells)
        return
    if not sys.stdout.isatty():
        for row in ((*columns, *below), *cells):
            _say_row(row)
        for row, own in zip(cells, lines, strict=True):
            for note_ in filter(None, own):
                say(f"{row[0]}: {displayed(note_)}")
        return
    from socialcell.commands import tables

    tables.show_records(columns, cells, [list(map(cell, own)) for own in lines])


def record(lines: Mapping[str, CellContent]) -> None:
    """One record as lines `name  value`; `name: value` when piped.

    What is None or empty is left out.
    """
    cells = {name: cell(content) for name, content in lines.items()}
    if sys.stdout.isatty():
        from socialcell.commands import tables

        tables.show_each(list(cells), [list(cells.values())])
        return
    for name, text in cells.items():
        if text:
            say(f"{name}: {text}")


def _chosen(
    columns: Sequence[str], rows: Sequence[Sequence[str]], others: Sequence[str] = ()
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The columns that --columns names, and their cells; all without it."""
    from socialcell.commands import list_command

    names = list_command.chosen(columns, others)
    if names is None:
        return columns, rows
    places = [list(columns).index(name) for name in names]
    return names, [[row[place] for place in places] for row in rows]


def cell(content: CellContent) -> str:
    """A cell as people read it: empty for None, a moment in Pune's minutes."""
    if isinstance(content, datetime) and content.tzinfo is not None:
        return local(content)
    if isinstance(content, str) and _ISO_MOMENT.fullmatch(content):
        return local(datetime.fromisoformat(content))
    return "" if content is None else displayed(str(content))


def as_csv(columns: Sequence[str], rows: Iterable[SheetRow]) -> None:
    """Comma-separated values on standard output, a header first.

    Of the columns those that --columns names; UsageError for another name.
    """
    from socialcell.commands import list_command
    from socialcell.sheet import csv_lines

    names = list_command.chosen(columns)
    for line in csv_lines(columns if names is None else names, rows):
        sys.stdout.write(line)


def write(lines: Iterable[str]) -> None:
    """Text as it is, on standard output."""
    for line in lines:
        sys.stdout.write(line)


def write_file(path: Path, lines: Iterable[str], *, private: bool = False) -> None:
    """Write a text file whole or not at all; a private one is its owner's alone.
    SocialcellError when it cannot be."""
    write_bytes(path, (line.encode() for line in lines), private=private)


def write_bytes(path: Path, parts: Iterable[bytes], *, private: bool = False) -> None:
    """Write a file whole or not at all; a private one is its owner's alone.
    SocialcellError when it cannot be written."""
    from socialcell.files import unfinished_files

    try:
        with unfinished_files.writing(path, mode=0o600 if private else 0o666) as page:
            page.writelines(parts)
    except OSError as error:
        raise SocialcellError(
            "files.not_written", path=path, reason=error.strerror
        ) from None


def flush() -> None:
    """Let a reader of standard output see what was said so far."""
    sys.stdout.flush()
