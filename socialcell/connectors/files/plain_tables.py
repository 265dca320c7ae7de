"""Small tables with columns of ours, from any form of file that people keep.

A CSV file (UTF-8 or UTF-16; commas, semicolons, tabs or bars) or a workbook becomes
rows in the order of our columns: the heading is found below titles, its names may be
Marathi, Hindi or those of a mapping, dates become ISO, digits 0 to 9.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from socialcell.connectors.file_limits import COLUMNS, PLAIN_TABLE
from socialcell.connectors.files.csv_rows import widest_delimiter
from socialcell.connectors.files.headings import MOST_ABOVE, columns_of
from socialcell.connectors.files.table_mapping import (
    AS_IT_IS,
    TableOptions,
    require_columns,
)
from socialcell.connectors.files.text_lines import skip_mark
from socialcell.connectors.files.workbooks import is_workbook, workbook_rows
from socialcell.connectors.files.written_dates import (
    UnclearDate,
    parse_written,
    plain_digits,
    table_orders,
)
from socialcell.errors import SocialcellError

NumberedRow = tuple[int, list[str]]
_ANY_DAY = "2000-01-01"  # to read a time of day by itself
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{2,3})+(?:\.\d+)?", re.ASCII)


def plain_rows(
    path: Path,
    columns: Sequence[str],
    options: TableOptions = AS_IT_IS,
    *,
    content: bytes | None = None,
    dates: Collection[str] = (),
    numbers: Collection[str] = (),
) -> list[NumberedRow]:
    """The heading and the rows below it, each with the number of its line or row.

    Where the heading has all `columns`, rows have exactly those columns, in that order;
    further ones are left out. Otherwise rows are as they stand, and the caller says
    what is missing. `content` has the file's bytes where they are read already.

    Cells of `dates` become ISO, those of `numbers` plain; what is neither is left to
    the caller. SocialcellError: a date that may be two days, or no workbook that we
    read. OSError, UnicodeDecodeError and csv.Error: the file cannot be read.
    """
    require_columns(options, columns)
    table = list(_rows(path, content, options))
    head = _heading(table, columns, options)
    if head is None:
        return table
    place, places = head
    if place or [cell.strip() for cell in table[place][1]] != list(columns):
        table = _in_order(table[place:], columns, places)
    below = [row for row in table[1:] if len(row[1]) == len(columns)]
    _write_days(below, [columns.index(c) for c in dates if c in columns], options)
    for place in (columns.index(c) for c in numbers if c in columns):
        for _number, cells in below:
            cells[place] = numbers_plain(cells[place])
    return table


def _heading(
    table: Sequence[NumberedRow],
    columns: Sequence[str],
    options: TableOptions,
) -> tuple[int, dict[str, int]] | None:
    """The place of the row that has all columns of ours, and their places."""
    for place, (_number, cells) in enumerate(table[:MOST_ABOVE]):
        places = columns_of(cells, columns, options.columns)
        if places and all(column in places for column in columns):
            return place, places
    return None


def unclear_date_error(error: UnclearDate, row: int) -> SocialcellError:
    """The error of a table in which a date may be two days: both are named."""
    dmy, mdy = error.readings
    return SocialcellError(
        "files.unclear_date", row=row, text=error.text, dmy=dmy, mdy=mdy
    )


def numbers_plain(cell: str) -> str:
    """A number as programs write it: 100000 for १,००,०००; any other text as it is."""
    plain = plain_digits(cell).strip()
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


def clock_plain(cell: str) -> str:
    """A time of day as 21:05 for 9:05 pm or दु. ९:०५; any other text as it is."""
    try:
        return parse_written(f"{_ANY_DAY} {cell}").at.strftime("%H:%M:%S")
    except ValueError:
        return cell


def iso_cell(cell: str, order: str | None) -> str:
    """A date or moment as ISO 8601, without an offset that is not there.

    Text that is no date stays as it is. UnclearDate: it may be two days.
    """
    try:
        written = parse_written(cell, order)
    except UnclearDate:
        raise
    except ValueError:
        return cell
    at = written.at
    return at.isoformat() if written.has_clock else at.date().isoformat()


def _rows(
    path: Path, content: bytes | None, options: TableOptions
) -> Iterator[NumberedRow]:
    if is_workbook(path, content):
        for row in workbook_rows(path, options.sheet, content):
            if not row.is_blank:
                yield row.number, list(row.cells)
        return
    if content is None:
        size = path.stat().st_size
        if size > PLAIN_TABLE:
            raise SocialcellError(
                "files.large_plain_file",
                path=path,
                size=size >> 20,
                limit=PLAIN_TABLE >> 20,
            )
        content = path.read_bytes()
    text = _text(content)
    lines = text.splitlines()
    reader = csv.reader(lines, delimiter=widest_delimiter(lines))
    for cells in reader:
        if len(cells) > COLUMNS:
            raise SocialcellError(
                "files.wide_table",
                path=path,
                row=reader.line_num,
                cells=f"{len(cells):,}",
                limit=f"{COLUMNS:,}",
            )
        yield reader.line_num, cells


def _text(content: bytes) -> str:
    """UTF-8 or UTF-16, with or without a mark. UnicodeDecodeError."""
    file = io.BytesIO(content)
    encoding = skip_mark(file)
    return file.read().decode(encoding)


def _in_order(
    table: Sequence[NumberedRow], columns: Sequence[str], places: dict[str, int]
) -> list[NumberedRow]:
    (number, heading), *rows = table
    width = len(heading)
    ordered = [(number, list(columns))]
    for row_number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width and any(cell.strip() for cell in cells[width:]):
            ordered.append((row_number, cells))
            continue
        padded = [*cells, *[""] * (width - len(cells))]
        ordered.append((row_number, [padded[places[c]] for c in columns]))
    return ordered


def _write_days(
    rows: Sequence[NumberedRow], places: Collection[int], options: TableOptions
) -> None:
    """Make the cells of columns of dates ISO, in place."""
    texts = {str(place): [cells[place] for _n, cells in rows] for place in places}
    for name, order in table_orders(texts).items():
        for number, cells in rows:
            place = int(name)
            try:
                cells[place] = iso_cell(cells[place], options.date_order or order)
            except UnclearDate as error:
                raise unclear_date_error(error, number) from None
