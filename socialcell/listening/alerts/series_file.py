"""Reads a series of counts from a file of `timestamp,value` rows."""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from socialcell.clock import as_utc
from socialcell.listening.alerts.burst_detector import LARGEST_COUNT, SeriesError

_LONGEST_CELL = 1000  # a time or a count is far shorter
COLUMNS = ("timestamp", "value")


def read_series(path: Path) -> list[tuple[datetime, float]]:
    """The points of a UTF-8 CSV file (`-` is standard input), in the file's order.

    The first line names the columns; others than `timestamp` and `value` are ignored.
    A timestamp is ISO 8601, UTC if it has no offset, and later than the one before; a
    value is a count a step, 0 to LARGEST_COUNT. SeriesError names the line that is
    otherwise, and says so when there is nothing to read.
    """
    try:
        if str(path) == "-":
            return list(points(sys.stdin))
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(points(file))
    except OSError as error:
        raise SeriesError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SeriesError(f"{path} is not UTF-8 text: save it as UTF-8 CSV") from None
    except csv.Error as error:
        raise SeriesError(f"{path} is not a CSV file: {error}") from None


def points(lines: Iterable[str]) -> Iterator[tuple[datetime, float]]:
    """The points of CSV lines, checked as `read_series` says."""
    rows = csv.reader(lines)
    header = [name.strip().lower() for name in next(rows, [])]
    at_column, value_column = (_column(header, name) for name in COLUMNS)
    last: datetime | None = None
    for row in rows:
        if not row:
            continue
        where = f"line {rows.line_num}"
        if max(map(len, row)) > _LONGEST_CELL:
            raise SeriesError(f"{where} has a cell of over {_LONGEST_CELL} characters")
        if len(row) != len(header):
            raise SeriesError(
                f"{where} has {len(row)} cells and the header has {len(header)}"
            )
        at = _moment(row[at_column].strip(), where)
        if last is not None and at <= last:
            raise SeriesError(_order(at, last, where))
        last = at
        yield at, _count(row[value_column].strip(), where)
    if last is None:
        raise SeriesError("there is no row below the header: nothing to score")


def _column(header: list[str], name: str) -> int:
    if header.count(name) == 1:
        return header.index(name)
    if not header:
        raise SeriesError("the file is empty: its first line must be timestamp,value")
    raise SeriesError(
        f"the first line must name one column {name!r}, and it names "
        f"{header.count(name)} among {len(header)}: a series is timestamp,value"
    )


def _moment(text: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return as_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise SeriesError(
            f"{where}: {text!r} is not a time such as 2026-11-23T09:00:00+05:30"
        ) from None


def _order(at: datetime, last: datetime, where: str) -> str:
    if at == last:
        return f"{where} repeats the time {at.isoformat()}: keep one row for each"
    return f"{where} goes back to {at.isoformat()}: sort the rows by time"


def _count(text: str, where: str) -> float:
    try:
        count = float(text)
    except ValueError:
        count = float("nan")
    if not 0 <= count <= LARGEST_COUNT:
        raise SeriesError(
            f"{where}: {text!r} is not a count from 0 to {LARGEST_COUNT:g}; "
            "leave out rows whose count is unknown"
        )
    return count
