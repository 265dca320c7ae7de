"""Rows as CSV that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def cell(value: Any) -> str:
    """A cell's text; text that would start a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = (
        ";".join(str(part) for part in value)
        if isinstance(value, list | tuple)
        else str(value)
    )
    return "'" + text if text.lstrip().startswith(_STARTS) else text


def plain(cell: str) -> str:
    """The text of a cell that `cell` made: without the apostrophe that it put there."""
    marked = cell.startswith("'") and cell[1:].lstrip().startswith(_STARTS)
    return cell[1:] if marked else cell


def _line(cells: Iterable[str]) -> str:
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerow(cells)
    return page.getvalue()
