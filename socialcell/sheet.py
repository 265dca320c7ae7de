"""Rows as CSV or XLSX in which no text is a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

CellContent: TypeAlias = object
"""What a cell shows: a number as a number, anything else as its text."""

SheetRow: TypeAlias = Mapping[str, CellContent]

# What makes a spreadsheet calculate, also in its full-width form.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def csv_lines(columns: Sequence[str], rows: Iterable[SheetRow]) -> Iterator[str]:
    """CSV text line by line: a header, then a row each; unknown is an empty cell."""
    yield _line(columns)
    for row in rows:
        yield _line([cell(row.get(column)) for column in columns])


def workbook(columns: Sequence[str], rows: Iterable[SheetRow], name: str) -> bytes:
    """An XLSX of one sheet: a header, then a row each; numbers are numbers, all else
    is text. The same rows are the same bytes."""
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, bold)
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                _write(sheet, number, place, row.get(column))
        sheet.freeze_panes(1, 1)
        sheet.autofit()
    return content.getvalue()


def cell(content: CellContent) -> str:
    """A cell's text; text that would start a formula gets an apostrophe before it."""
    if content is None:
        return ""
    if isinstance(content, int | float) and not isinstance(content, bool):
        return str(content)
    text = _text(content)
    return "'" + text if text.lstrip().startswith(_STARTS) else text


def plain(cell: str) -> str:
    """The text of a cell that `cell` made: without the apostrophe that it put there."""
    marked = cell.startswith("'") and cell[1:].lstrip().startswith(_STARTS)
    return cell[1:] if marked else cell


def _text(content: CellContent) -> str:
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, list | tuple):
        return ";".join(str(part) for part in content)
    return str(content)


def _write(sheet: "Worksheet", row: int, column: int, content: CellContent) -> None:
    if isinstance(content, int | float) and not isinstance(content, bool):
        sheet.write_number(row, column, content)
    elif content is not None:
        sheet.write_string(row, column, _text(content))


def _line(cells: Iterable[str]) -> str:
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerow(cells)
    return page.getvalue()
