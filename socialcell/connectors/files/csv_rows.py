"""Cut CSV into rows so that one open quotation mark does not consume the rest."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from socialcell.connectors.file_limits import CELL, COLUMNS, ROW
from socialcell.connectors.files.headings import MOST_ABOVE
from socialcell.connectors.files.text_lines import Line

DELIMITERS = (",", ";", "\t", "|")
_MOST_LINES = 10_000  # of one row: cells may hold line breaks


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row as a spreadsheet numbers it (the heading is row 1), and what is wrong.

    `text` is the row as it stands in the file; `cells` are empty in a damaged row.
    """

    number: int
    cells: tuple[str, ...]
    text: str
    damage: str | None = None

    @property
    def is_blank(self) -> bool:
        return not self.damage and not any(cell.strip() for cell in self.cells)


def csv_rows(
    lines: Iterable[Line], delimiter: str, *, width: int | None = None
) -> Iterator[CsvRow]:
    """The rows; with a `width`, a row with more or fewer cells is damaged.

    When a row cannot be read, only its first line is rejected: reading goes on with the
    next line. A row beyond COLUMNS cells, a cell beyond CELL or a line beyond ROW
    characters is damaged.
    """
    csv.field_size_limit(CELL)  # the module's own limit is 128 KB
    feed = _LineFeed(iter(lines))
    number = 0
    while True:
        feed.begin()
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        damage = None
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            damage = _damage_reason(error)
        number += 1
        row_lines = feed.row_lines
        if damage is None and len(cells) > COLUMNS:
            damage = f"{len(cells):,} cells; {COLUMNS:,} are the most"
        elif damage is None and width is not None and _has_cells(cells):
            damage = _misfit(len(cells), width)
        if damage is not None and len(row_lines) > 1:
            feed.give_back(row_lines[1:])
            row_lines = row_lines[:1]
        damage = next((line.damage for line in row_lines if line.damage), damage)
        text = "".join(line.text for line in row_lines)
        yield CsvRow(number, () if damage else tuple(cells), text, damage)


def delimiter_of(heading: str) -> str:
    """The delimiter that cuts a heading into most cells; a comma when none does."""

    def width(delimiter: str) -> int:
        try:
            return len(next(csv.reader([heading[:ROW]], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=width)


def widest_delimiter(lines: Iterable[str]) -> str:
    """The delimiter of a table: that of its first line, or, where this has one cell
    (a title), that of the line with most cells among the first of the file."""
    heads = [line for line in islice(lines, MOST_ABOVE) if line.strip()]
    first = heads[0] if heads else ""
    if first.count(delimiter_of(first)):
        return delimiter_of(first)
    return delimiter_of(max(heads, key=_width, default=""))


def _width(line: str) -> int:
    return line.count(delimiter_of(line))


class _LineFeed:
    """Lines for one row at a time; those of a row that failed can be given back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._back: deque[Line] = deque()
        self.row_lines: list[Line] = []

    def begin(self) -> None:
        self.row_lines = []

    def give_back(self, lines: list[Line]) -> None:
        self._back.extendleft(reversed(lines))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.row_lines) >= _MOST_LINES:
            raise StopIteration
        line = self._back.popleft() if self._back else next(self._lines)
        if len(line.text) > ROW:
            damage = line.damage or f"a line of over {ROW:,} characters"
            line = Line(line.number, line.text[:1000] + "\n", damage)
        self.row_lines.append(line)
        return line.text


def _has_cells(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _misfit(cells: int, width: int) -> str | None:
    if cells == width:
        return None
    return f"{cells} cells where the heading has {width}"


def _damage_reason(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "a quotation mark is opened and never closed"
    if "field larger than field limit" in str(error):
        return f"a cell of over {CELL:,} characters"
    return f"not CSV: {error}"
