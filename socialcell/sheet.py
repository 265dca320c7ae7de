"""Rows as CSV or XLSX in which no text is a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

# What makes a spreadsheet calculate, also in its full-width form.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def csv_lines(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """CSV text line by line: a header, then a row each; unknown is an empty cell."""
    yield _line(columns)
    for row in rows:
        yield _line([cell(row.get(column)) for column in columns])


def workbook(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], name: str
) -> bytes:
    """An XLSX of one sheet: a header, then a row each; numbers are numbers, all else
    is text. The same rows are the same bytes."""
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
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
    return made.getvalue()


def cell(value: Any) -> str:
    """A cell's text; text that would start a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = _text(value)
    return "'" + text if text.lstrip().startswith(_STARTS) else text


def plain(cell: str) -> str:
    """The text of a cell that `cell` made: without the apostrophe that it put there."""
    marked = cell.startswith("'") and cell[1:].lstrip().startswith(_STARTS)
    return cell[1:] if marked else cell


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ";".join(str(part) for part in value)
    return str(value)


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, _text(value))


def _line(cells: Iterable[str]) -> str:
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerow(cells)
    return page.getvalue()
