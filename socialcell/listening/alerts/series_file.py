"""Reads a series of counts from a file of `timestamp,value` rows."""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path

from socialcell.clock import IST, as_utc
from socialcell.connectors.files.workbooks import is_workbook, workbook_csv
from socialcell.listening.alerts.burst_detector import LARGEST_COUNT, SeriesError

_LONGEST_CELL = 1000  # a time or a count is far shorter
COLUMNS = ("timestamp", "value")


def read_series(path: Path, zone: tzinfo = IST) -> list[tuple[datetime, float]]:
    """The points of a UTF-8 CSV file (`-` is standard input) or workbook, in order.

    The first line names the columns; others than `timestamp` and `value` are ignored.
    A timestamp is ISO 8601, of `zone` if it has no offset, and later than the one
    before; a value is a count a step, 0 to LARGEST_COUNT. SeriesError names the line
    that is otherwise, and says so when there is nothing to read.
    """
    try:
        if str(path) == "-":
            return list(points(sys.stdin, zone))
        if is_workbook(path):
            text = workbook_csv(path).getvalue().decode()
            return list(points(text.splitlines(keepends=True), zone))
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(points(file, zone))
    except OSError as error:
        raise SeriesError(
            "alerts.series_unreadable", path=path, reason=error.strerror
        ) from None
    except UnicodeDecodeError:
        raise SeriesError("alerts.series_not_utf8", path=path) from None
    except csv.Error as error:
        raise SeriesError("alerts.series_no_csv", path=path, reason=error) from None


def points(
    lines: Iterable[str], zone: tzinfo = IST
) -> Iterator[tuple[datetime, float]]:
    """The points of CSV lines, checked as `read_series` says."""
    rows = csv.reader(lines)
    header = [name.strip().lower() for name in next(rows, [])]
    at_column, value_column = (_column(header, name) for name in COLUMNS)
    last: datetime | None = None
    for row in rows:
        if not row:
            continue
        line = rows.line_num
        if max(map(len, row)) > _LONGEST_CELL:
            raise SeriesError("alerts.series_long_cell", line=line, limit=_LONGEST_CELL)
        if len(row) != len(header):
            raise SeriesError(
                "alerts.series_cells", line=line, cells=len(row), columns=len(header)
            )
        at = _moment(row[at_column].strip(), line, zone)
        if last is not None:
            _require_order(at, last, line)
        last = at
        yield at, _count(row[value_column].strip(), line)
    if last is None:
        raise SeriesError("alerts.series_without_rows")


def _column(header: list[str], name: str) -> int:
    if header.count(name) == 1:
        return header.index(name)
    if not header:
        raise SeriesError("alerts.series_empty")
    raise SeriesError(
        "alerts.series_columns",
        name=name,
        times=header.count(name),
        columns=len(header),
    )


def _moment(text: str, line: int, zone: tzinfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return as_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise SeriesError("alerts.series_no_time", line=line, text=text) from None


def _require_order(at: datetime, last: datetime, line: int) -> None:
    if at == last:
        raise SeriesError("alerts.series_repeats", line=line, at=at.isoformat())
    if at < last:
        raise SeriesError("alerts.series_goes_back", line=line, at=at.isoformat())


def _count(text: str, line: int) -> float:
    try:
        count = float(text)
    except ValueError:
        count = float("nan")
    if not 0 <= count <= LARGEST_COUNT:
        raise SeriesError(
            "alerts.series_no_count",
            line=line,
            text=text,
            largest=f"{LARGEST_COUNT:g}",
        )
    return count
