"""The rows of a platform's export, by the names of its columns."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.files.csv_rows import csv_rows, delimiter_of
from socialcell.connectors.files.headings import MOST_ABOVE
from socialcell.connectors.files.text_lines import Line, lines
from socialcell.connectors.files.written_dates import (
    UnclearDate,
    plain_digits,
    written_day,
)
from socialcell.text import clean_text

_GZIP = b"\x1f\x8b"
_BLANKS = frozenset({"", "-", "--", "—", "n/a", "nan", "null"})
_WITHHELD = re.compile(r"<\s*\d+|\*+")
_WHOLE = re.compile(r"[+-]?\d+(?:\.0+)?", re.ASCII)
_LARGEST = (1 << 63) - 1
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as a spreadsheet numbers it, and what is wrong with it.

    `cells` go by folded names; they are empty in a damaged row.
    """

    number: int
    cells: Mapping[str, str]
    text: str
    damage: str | None = None

    def cell(self, *names: str) -> str:
        """The first of these columns that the file has, trimmed; "" when none."""
        return next((self.cells[name] for name in names if name in self.cells), "")


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A heading as it is written, folded name → written name; and what is below."""

    names: Mapping[str, str]
    rows: Iterator[TableRow]


def fold_name(name: str) -> str:
    """A column's name as we compare it: no case, single spaces, no marks around."""
    return " ".join(clean_text(name).replace("\u00a0", " ").split()).casefold()


def heading_of(line: str) -> frozenset[str]:
    """The folded names that a line would give to columns."""
    row = next(csv_rows([Line(1, line)], delimiter_of(line)), None)
    return frozenset(fold_name(cell) for cell in row.cells) if row else frozenset()


def table(file: BinaryIO, needed: frozenset[str]) -> ExportTable:
    """The table whose heading has all `needed` columns; it may begin further down.

    Encoding and compression are seen from the bytes, never from a name.
    ConnectorError CONFIG when there is no such heading, or the file is damaged.
    """
    content = open_unpacked(file)
    with _gzip_errors():
        for line in lines(content):
            if line.number > MOST_ABOVE:
                break
            if needed <= heading_of(line.text):
                return _table_below(content, line)
    raise ConnectorError(
        Kind.CONFIG, "files.no_heading", columns=sorted(needed), limit=MOST_ABOVE
    )


def open_unpacked(file: BinaryIO) -> BinaryIO:
    """The file from its beginning, or what is inside when it is compressed (gzip)."""
    file.seek(0)
    packed = file.read(2) == _GZIP
    file.seek(0)
    return io.BufferedReader(gzip.GzipFile(fileobj=file)) if packed else file


def whole_number(cell: str, column: str) -> int | None:
    """A count; None when the cell is blank. ValueError when it is not a number.

    Thousands may be cut by commas or spaces, as in 1,204 or 1,20,400.
    """
    text = plain_digits(cell.strip())
    if fold_name(text) in _BLANKS:
        return None
    plain = re.sub(r"[,\s\u00a0\u202f]", "", text)
    if not _WHOLE.fullmatch(plain):
        raise ValueError(f"{column} {text[:40]!r} is no whole number")
    count = int(plain.partition(".")[0])
    if abs(count) > _LARGEST:
        raise ValueError(f"{column} is out of range")
    return count


def short_name(cell: str, column: str) -> str:
    """A name that an index can hold. ValueError when it is longer, or empty."""
    if not cell:
        raise ValueError(f"no {column}")
    if len(cell) > _LONGEST_NAME:
        raise ValueError(f"{column} has {len(cell)} characters")
    return cell


def is_withheld(cell: str) -> bool:
    """Whether a cell withholds its number, as "<5" does."""
    return _WITHHELD.fullmatch(cell.strip()) is not None


def decimal_number(cell: str, column: str) -> float | None:
    """A number with a decimal point, "%" left out; None when the cell is blank."""
    text = cell.strip()
    if fold_name(text) in _BLANKS:
        return None
    plain = re.sub(r"[,%\s\u00a0\u202f]", "", text)
    if not re.fullmatch(r"[+-]?\d+(?:\.\d+)?", plain, re.ASCII):
        raise ValueError(f"{column} {text[:40]!r} is no number")
    if abs(float(plain)) > _LARGEST:
        raise ValueError(f"{column} is out of range")
    return float(plain)


def parse_day(cell: str, forms: tuple[str, ...] = ("%Y-%m-%d", "%Y%m%d")) -> date:
    """The day that a cell names in one of the forms. ValueError."""
    for form in forms:
        try:
            return datetime.strptime(plain_digits(cell.strip()), form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(f"the day {cell.strip()[:40]!r} cannot be read")


def usual_day(cell: str, order: str | None) -> date:
    """The day that a cell names in any usual form. ValueError."""
    try:
        return parse_day(cell)
    except ValueError as error:
        try:
            return written_day(cell, order)
        except UnclearDate as unclear:
            day = cell.strip()[:40]
            raise ValueError(
                f"the day {day!r} cannot be read: {unclear.explanation}"
            ) from None
        except ValueError:
            raise error from None


def _table_below(file: BinaryIO, heading: Line) -> ExportTable:
    delimiter = delimiter_of(heading.text)
    cells = next(csv_rows([Line(1, heading.text)], delimiter)).cells
    columns = [fold_name(cell) for cell in cells]
    names = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    return ExportTable(names, _rows(file, heading.number, delimiter, columns))


def _rows(
    file: BinaryIO, above: int, delimiter: str, columns: list[str]
) -> Iterator[TableRow]:
    file.seek(0)
    below = (line for line in lines(file) if line.number > above)
    with _gzip_errors():
        for row in csv_rows(below, delimiter, width=len(columns)):
            if row.is_blank:
                continue
            cells = dict(zip(columns, map(_clean, row.cells), strict=not row.damage))
            yield TableRow(above + row.number, cells, row.text, row.damage)


def _clean(cell: str) -> str:
    return clean_text(cell).strip()


@contextmanager
def _gzip_errors() -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise ConnectorError(Kind.CONFIG, "files.damaged_gzip") from None
