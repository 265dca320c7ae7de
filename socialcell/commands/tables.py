"""Tables on a terminal, in which moments, numbers, ids and levels stay whole.

Where a table is wider than the terminal, words of its texts move to the next line, up
to three lines; then columns leave, the least important first, and a line says which.
Where even the important ones do not fit, each row is a record: a line for each cell.

There are no vertical lines: terminals disagree on how wide a syllable of Devanagari is,
and columns that hold some stand last, so that they shift no others.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from socialcell.commands.list_command import key_of

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d|Z)?)?")
_MINUTES = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*")
_NUMBER = re.compile(r"\(?[+-]?[\d,]+(?:\.\d+)?( ?%| INR)?\)?")
_OWN_ID = re.compile(r"[a-z_]+:[\w.-]+")  # place:kothrud, ward:…, dept:…
_ADDRESS = re.compile(r"https?://\S{1,32}")
_IDS = ("id", "no.", "code", "key", "tag", "name", "source", "operator")
_LEVELS = ("at", "urgency", "severity", "state", "status", "level")
_WHOLE = (_MOMENT, _NUMBER, _OWN_ID, _ADDRESS)
# What a row is about, where, and in which words.
_SUBJECTS = (
    *("about", "address", "answer", "area", "label", "mentions", "model"),
    *("note", "on", "phrase", "query", "rumour", "subject", "text", "to"),
    *("topic", "ward", "wards", "what", "where", "words"),
)
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_GAP = 2
_LINES = 3
"""Lines that a text has in a table; its end is left out after them."""
_WORD = 24
"""So much of a word stays on one line."""
_LEAST_TEXT = 20
"""The least width of a column of sentences."""


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: what it holds, and how it may be made to fit.

    `priority`: 0 an id, a moment or a level, 1 what and where, 2 the rest; where the
    table is too wide the columns of 2 leave, the last first. `least` and `natural` are
    the widths in cells that it may be narrowed to, and that it would like to have.
    """

    name: str
    place: int
    priority: int
    least: int
    natural: int
    is_whole: bool
    is_full: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        return (self.priority, self.place)


def show(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    important: Collection[str] = (),
    full: Collection[str] = (),
    is_chosen: bool = False,
    is_choosable: bool = True,
) -> None:
    """Print rows of plain text under their columns, on standard output.

    `important`: columns that do not leave. `full`: those whose text is not shortened,
    for somebody decides by it. `is_chosen`: somebody asked for these columns, in this
    order. `is_choosable`: the command takes --columns.
    """
    console = Console()
    heads = _with_time_zone(names, rows)
    columns = [_column(name, rows, place) for place, name in enumerate(heads)]
    columns = [_wished(column, names, important, full) for column in columns]
    fitting = _fitting(columns, console.width, may_leave=not is_chosen)
    if fitting is None:
        show_each(heads, rows)
        return
    shown = fitting if is_chosen else _devanagari_last(fitting, rows)
    console.print(_table(console, shown, rows))
    staying = [column.place for column in fitting]
    missing = [key_of(name) for i, name in enumerate(names) if i not in staying]
    if missing:
        console.print(Text(_missing_note(missing, console.width, is_choosable)))


def show_each(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print each row as lines `name  cell`, with an empty line between two rows.

    Empty cells are left out.
    """
    console = Console()
    width = max(map(cell_len, names))
    for number, row in enumerate(rows):
        record = Table.grid(
            Column(width=width), Column(overflow="fold"), padding=(0, _GAP, 0, 0)
        )
        for name, cell in zip(names, row, strict=True):
            if cell:
                record.add_row(Text(name, style="bold"), Text(cell))
        if number:
            console.print()
        console.print(record)


def _with_time_zone(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The headings; the first over times of day says which zone, unless one does."""
    heads = list(names)
    if not any("(IST)" in name for name in heads):
        for place, name in enumerate(heads):
            if any(_MINUTES.fullmatch(row[place]) for row in rows):
                heads[place] = f"{name} (IST)"
                break
    return heads


def _devanagari_last(
    columns: Sequence[TableColumn], rows: Sequence[Sequence[str]]
) -> list[TableColumn]:
    return sorted(
        columns, key=lambda c: any(_DEVANAGARI.search(row[c.place]) for row in rows)
    )


def _missing_note(missing: Sequence[str], width: int, is_choosable: bool) -> str:
    way = "--columns shows them" if is_choosable else "a wider window shows them"
    return f"Not shown in {width} columns; {way}: {', '.join(missing)}"


def _table(
    console: Console, columns: Sequence[TableColumn], rows: Sequence[Sequence[str]]
) -> Table:
    table = Table(
        *(Column(c.name, width=c.natural, overflow="fold") for c in columns),
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    for row in rows:
        # Text, not str: Rich would read square brackets and :names: as markup.
        table.add_row(*(_shortened(console, c, row[c.place]) for c in columns))
    return table


def _shortened(console: Console, column: TableColumn, cell: str) -> Text:
    """A text of at most three lines: words at its end are left out, never a part of
    one."""
    lines = Text(cell).wrap(console, column.natural, overflow="fold")
    if column.is_whole or column.is_full or len(lines) <= _LINES:
        return Text(cell)
    words = lines[_LINES - 1].plain.split()
    while words and cell_len(" ".join([*words, "…"])) > column.natural:
        words.pop()
    whole = [line.plain.rstrip() for line in lines[: _LINES - 1]]
    return Text("\n".join([*whole, " ".join([*words, "…"])]))


def _wished(
    column: TableColumn,
    names: Sequence[str],
    important: Collection[str],
    full: Collection[str],
) -> TableColumn:
    """A column with what its command says of it."""
    name = names[column.place]
    stays = name in important or name in full
    return replace(
        column,
        priority=min(column.priority, 1) if stays else column.priority,
        is_full=name in full,
    )


def _column(name: str, rows: Sequence[Sequence[str]], place: int) -> TableColumn:
    cells = [row[place] for row in rows if row[place]]
    natural = max(map(cell_len, (name, *cells)))
    is_whole = _is_whole(name, cells)
    column = TableColumn(
        name, place, _priority(name, cells, place), 0, natural, is_whole
    )
    return replace(column, least=_least(column, cells))


def _least(column: TableColumn, cells: Sequence[str]) -> int:
    """The least width of a column: all of what is whole, else that of its words."""
    heading = max(map(cell_len, column.name.split()), default=0)
    if column.is_whole:
        return max([heading, *map(cell_len, cells)])
    longest = max(
        (cell_len(word) for cell in cells for word in cell.split()), default=0
    )
    lines = min(_LEAST_TEXT, column.natural // _LINES + 4)
    return min(column.natural, max(heading, min(longest, _WORD), lines))


def _priority(name: str, cells: Sequence[str], place: int) -> int:
    if not cells and place:
        return 3  # it says nothing at all
    word = _plain(name)
    if place == 0 or word in (*_IDS, *_LEVELS) or word.endswith(" id"):
        return 0
    if any(map(_MOMENT.fullmatch, cells)) or any(map(_OWN_ID.fullmatch, cells)):
        return 0
    return 1 if word in _SUBJECTS else 2


def _is_whole(name: str, cells: Sequence[str]) -> bool:
    """Whether a column holds moments, numbers, ids or levels: nobody reads them in
    parts."""
    if any(_MOMENT.fullmatch(text) for text in cells):
        return True
    if all(any(kind.fullmatch(text) for kind in _WHOLE) for text in cells):
        return True
    tokens = all(" " not in text for text in cells)
    if tokens and _plain(name).split()[-1] in (*_IDS, *_LEVELS):
        return True
    return tokens and all(cell_len(text) <= _WORD for text in cells)


def _plain(name: str) -> str:
    return name.removesuffix(" (IST)").replace("_", " ")


def _fitting(
    columns: Sequence[TableColumn], width: int, *, may_leave: bool
) -> list[TableColumn] | None:
    """The columns that fit, with their widths as `natural`; None where those that
    must stay are wider than the terminal."""
    staying = list(columns)
    while sum(column.least + _GAP for column in staying) - _GAP > width:
        last = max(staying, key=lambda column: column.rank)
        if not may_leave or last.priority < 2:
            return None
        staying.remove(last)
    return _narrowed(staying, width)


def _narrowed(columns: Sequence[TableColumn], width: int) -> list[TableColumn]:
    """Narrow the widest column that may be narrowed until all fit."""
    widths = [column.natural for column in columns]
    while sum(widths) + _GAP * (len(columns) - 1) > width:
        yielding = [i for i, c in enumerate(columns) if widths[i] > c.least]
        widths[max(yielding, key=lambda i: widths[i])] -= 1
    return [replace(c, natural=w) for c, w in zip(columns, widths, strict=True)]


def show_records(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[Sequence[str]],
) -> None:
    """Print rows under their columns, and what has no column below each.

    The last cell of a row is text, which stands first below it; the further cells and
    the notes follow. Where the terminal is narrow, the last columns join the further
    cells.
    """
    console = Console()
    heads = list(columns)
    while len(heads) > 1:
        widths = _widths(heads, rows, console.width)
        if widths is not None:
            break
        heads.pop()
    else:
        widths = [console.width]
    console.print(_side_by_side([Text(head, style="bold") for head in heads], widths))
    for row, own in zip(rows, notes, strict=True):
        console.print(_side_by_side(list(map(Text, row[: len(heads)])), widths))
        *details, text = row[len(heads) :]
        beside = " · ".join(filter(None, details))
        for line in filter(None, (text, beside, *own)):
            console.print(Padding(Text(line, overflow="fold"), (0, 0, 0, 2 * _GAP)))


def _side_by_side(cells: Sequence[Text], widths: Sequence[int]) -> Table:
    line = Table.grid(
        *(Column(width=width, overflow="fold") for width in widths),
        padding=(0, _GAP, 0, 0),
    )
    line.add_row(*cells)
    return line


def _widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> list[int] | None:
    columns = [_column(head, rows, place) for place, head in enumerate(heads)]
    fitting = _fitting(columns, width, may_leave=False)
    return [column.natural for column in fitting] if fitting else None
