"""Tables on a terminal, in which moments, numbers and ids stay whole at any width.

Other columns are narrowed: their words move to the next line. Where even that is not
enough, each row becomes a paragraph of its own.
"""

import re
from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

_MOMENT = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d|Z)?)?"
_NUMBER = r"[+-]?[\d,]+(?:\.\d+)?%?"
_OWN_ID = r"[a-z_]+:[\w.-]+"  # place:kothrud, ward:…, dept:…
_WHOLE = re.compile(rf"{_MOMENT}|{_NUMBER}|{_OWN_ID}")
_IDS = ("id", "no.", "code", "key", "tag", "name", "source")
_GAP = 2
# How much of a long word stays on one line, the most that fits.
_WORDS = (20, 16, 12, 10, 8, 6)
_WORD = 16  # in records, which need not be that narrow


def show(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of plain text under their columns, on standard output."""
    console = Console()
    widths = fit(columns, rows, console.width)
    if widths is None:
        for paragraph in _paragraphs(columns, rows):
            console.print(paragraph)
        return
    table = Table(
        *(
            Column(name, width=width, overflow="fold")
            for name, width in zip(columns, widths, strict=True)
        ),
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    for row in rows:
        # Text, not str: Rich would read square brackets and :names: as markup.
        table.add_row(*map(Text, row))
    console.print(table)


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
        widths = fit(heads, [row[: len(heads)] for row in rows], console.width, _WORD)
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


def fit(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    shortest: int = 0,
) -> list[int] | None:
    """How wide each column is so that a table is `width` wide; None if it cannot be.

    Words of up to `shortest` characters stay whole.
    """
    room = width - _GAP * (len(columns) - 1)
    cells = [[row[place] for row in rows] for place in range(len(columns))]
    natural = [
        max(map(cell_len, (name, *own)))
        for name, own in zip(columns, cells, strict=True)
    ]
    for longest in (most for most in _WORDS if most >= shortest):
        least = [
            max(
                min(_longest_word(name), longest),
                max(map(cell_len, own), default=0)
                if _is_whole(name, own)
                else min(max(map(_longest_word, own), default=0), longest),
            )
            for name, own in zip(columns, cells, strict=True)
        ]
        if sum(least) <= room:
            return _narrowed(natural, least, room)
    return None


def _narrowed(natural: list[int], least: list[int], room: int) -> list[int]:
    """Narrow the widest column that may be narrowed until all fit."""
    widths = [
        max(own, min(wished, room)) for own, wished in zip(least, natural, strict=True)
    ]
    while sum(widths) > room:
        yielding = [i for i, own in enumerate(least) if widths[i] > own]
        widths[max(yielding, key=lambda i: widths[i])] -= 1
    return widths


def _is_whole(name: str, cells: Sequence[str]) -> bool:
    """Whether a column holds moments, numbers or ids: nobody reads them in parts."""
    texts = [cell for cell in cells if cell]
    if any(_WHOLE.fullmatch(text) for text in texts):
        return all(_WHOLE.fullmatch(text) or " " not in text for text in texts)
    return name.split()[-1] in _IDS and all(" " not in text for text in texts)


def _longest_word(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)


def _paragraphs(
    columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> Iterator[Table]:
    """Each row with its cells below each other, and an empty line after it."""
    names = max(map(cell_len, columns))
    for row in rows:
        paragraph = Table.grid(
            Column(width=names), Column(overflow="fold"), padding=(0, _GAP, 0, 0)
        )
        for name, cell in zip(columns, row, strict=True):
            if cell:
                paragraph.add_row(Text(name, style="bold"), Text(cell))
        paragraph.add_row("", "")
        yield paragraph
