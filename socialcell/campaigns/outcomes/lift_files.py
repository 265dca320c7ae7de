"""Read panel and series files strictly; errors name the line and the correction."""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from socialcell.causal.simplex import Floats
from socialcell.connectors.files.plain_tables import NumberedRow, plain_rows
from socialcell.connectors.files.workbooks import ZIP
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Parameter

Moment = datetime | float

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?")


class UnusableFile(SocialcellError):  # noqa: N818 - named for what is wrong
    """The file cannot be measured as it is: correct it and call again."""


@dataclass(frozen=True)
class PanelFile:
    """A complete panel: ``values`` is (units, periods), periods in order."""

    units: list[str]
    periods: list[Moment]
    labels: list[str]
    values: Floats


@dataclass(frozen=True)
class SeriesFile:
    """Columns over time: ``columns`` maps a name to its (periods,) values."""

    moments: list[Moment]
    labels: list[str]
    columns: dict[str, Floats]

    @property
    def daily(self) -> bool:
        """True when every row is the day after the one before."""
        return is_daily(self.moments)


def read_panel(path: str) -> PanelFile:
    """The panel of a file ``unit,date,value`` (other columns are left out)."""
    header, rows = _table(path)
    names = [name.strip().lower() for name in header]
    missing = [name for name in ("unit", "date", "value") if name not in names]
    if missing:
        raise UnusableFile("outcomes.panel_without_columns", path=path, columns=missing)
    where = [names.index(name) for name in ("unit", "date", "value")]
    cells: dict[tuple[str, Moment], tuple[int, float]] = {}
    units: dict[str, None] = {}
    labels: dict[Moment, str] = {}
    for line, row in rows:
        unit, date, text = (row[column].strip() for column in where)
        if not unit:
            raise UnusableFile("outcomes.empty_unit", path=path, line=line)
        moment = _moment(path, line, date)
        if (unit, moment) in cells:
            raise UnusableFile(
                "outcomes.unit_and_date_twice",
                path=path,
                line=line,
                unit=unit,
                date=date,
                earlier=cells[unit, moment][0],
            )
        cells[unit, moment] = line, _number(path, line, "value", text)
        units[unit] = None
        labels.setdefault(moment, date)
    periods = _ordered_moments(path, labels)
    _require_complete(path, list(units), periods, labels, cells)
    values = np.array([[cells[unit, at][1] for at in periods] for unit in units])
    return PanelFile(list(units), periods, [labels[at] for at in periods], values)


def _require_complete(
    path: str,
    units: list[str],
    periods: list[Moment],
    labels: dict[Moment, str],
    cells: dict[tuple[str, Moment], tuple[int, float]],
) -> None:
    holes = [(unit, at) for at in periods for unit in units if (unit, at) not in cells]
    if holes:
        unit, at = holes[0]
        raise UnusableFile(
            "outcomes.values_missing",
            path=path,
            missing=len(holes),
            total=len(units) * len(periods),
            unit=unit,
            date=labels[at],
        )


def read_series(path: str, required: Iterable[str]) -> SeriesFile:
    """The series of a file whose first column is a date or index.

    A file whose first column is one of ``wanted`` has no time column; its rows count
    from 0. Columns not ``wanted`` are read when every value is a number.
    """
    header, rows = _table(path)
    names = [name.strip() for name in header]
    needed = list(required)
    for name in needed:
        if names.count(name) != 1:
            twice = name in names
            raise UnusableFile(
                "outcomes.column_twice" if twice else "outcomes.no_such_column",
                path=path,
                column=name,
                columns=first_names(names),
            )
    table = list(rows)
    timed = names[0] not in needed
    labels = [row[0].strip() if timed else str(i) for i, (_, row) in enumerate(table)]
    moments = [
        _moment(path, line, label)
        for (line, _), label in zip(table, labels, strict=True)
    ]
    _require_rising(path, moments, labels, [line for line, _ in table])
    columns = {}
    for position in range(1 if timed else 0, len(names)):
        name = names[position]
        texts = [(line, row[position].strip()) for line, row in table]
        if name in needed or all(NUMBER.fullmatch(text) for _, text in texts):
            values = [_number(path, line, name, text) for line, text in texts]
            columns[name] = np.array(values)
    return SeriesFile(moments, labels, columns)


def _require_rising(
    path: str, moments: list[Moment], labels: list[str], lines: list[int]
) -> None:
    _ordered_moments(path, dict(zip(moments, labels, strict=True)))
    for before, after in pairwise(range(len(moments))):
        same = moments[after] == moments[before]
        if same or _is_earlier(moments[after], moments[before]):
            raise UnusableFile(
                "outcomes.date_twice" if same else "outcomes.date_out_of_order",
                path=path,
                line=lines[after],
                date=labels[after],
            )
    gaps = calendar_gaps(moments, labels)
    if gaps:
        raise UnusableFile(
            "outcomes.gaps_in_calendar", path=path, n=len(gaps), first=gaps[0]
        )


def calendar_gaps(moments: list[Moment], labels: list[str]) -> list[str]:
    """Labels of the periods after which one or more are missing.

    The usual step is the median; steps of a day or week must be exact, longer ones
    (months, quarters, years differ) may be up to half as long again.
    """
    if len(moments) < 3:
        return []
    steps = [_step(a, b) for a, b in pairwise(moments)]
    usual = float(np.median(steps))
    exact = isinstance(moments[0], datetime) and usual <= timedelta(days=7).days
    limit = usual * (1.0 + 1e-9) if exact else usual * 1.5
    return [labels[i] for i, step in enumerate(steps) if step > limit]


def is_daily(moments: list[Moment]) -> bool:
    """True for dates (not numbers) one day apart."""
    return isinstance(moments[0], datetime) and all(
        _step(a, b) == 1 for a, b in pairwise(moments)
    )


def position_of(
    path: str, label: str, moments: list[Moment], labels: list[str], *, index: bool
) -> int:
    """The row of a period label; with ``index`` also a row number counted from 0."""
    moment = _moment_or_none(label.strip())
    if moment is not None and moment in moments:
        return moments.index(moment)
    if index and label.strip().isdigit() and int(label) < len(moments):
        return int(label)
    raise UnusableFile(
        "outcomes.no_such_period",
        path=path,
        period=label,
        first=labels[0],
        last=labels[-1],
    )


def _table(path: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header, and the other rows with their line numbers; blank lines left out."""
    content = _content(path)
    if content.startswith(ZIP):
        numbered = plain_rows(Path(path), (), content=content)
    else:
        numbered = [
            row for row in _csv_rows(path, content) if any(map(str.strip, row[1]))
        ]
    if not numbered:
        raise UnusableFile("outcomes.empty_file", path=path)
    header = numbered[0][1]
    if len(numbered) == 1:
        raise UnusableFile("outcomes.no_rows", path=path)
    return header, _checked_rows(path, len(header), numbered[1:])


def _csv_rows(path: str, content: bytes) -> Iterator[NumberedRow]:
    text = _text(path, content)
    first = text.lstrip().split("\n", 1)[0]
    mark = next((m for m in (",", ";", "\t") if m in first), ",")
    reader = csv.reader(text.splitlines(), delimiter=mark)
    for cells in reader:
        yield reader.line_num, cells


def _checked_rows(
    path: str, width: int, rows: list[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if len(row) != width:
            raise UnusableFile(
                "outcomes.other_number_of_cells",
                path=path,
                line=line,
                cells=len(row),
                columns=width,
            )
        yield line, row


def _content(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UnusableFile(
            "outcomes.unreadable_file", path=path, reason=error.strerror
        ) from error


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableFile("outcomes.not_utf8", path=path, byte=error.start) from error


def _moment(path: str, line: int, text: str) -> Moment:
    moment = _moment_or_none(text)
    if moment is None:
        if not text:
            raise UnusableFile("outcomes.empty_period", path=path, line=line)
        raise UnusableFile("outcomes.no_period", path=path, line=line, text=text)
    return moment


def _moment_or_none(text: str) -> Moment | None:
    if NUMBER.fullmatch(text):
        return float(text)
    if ISO_DATE.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    return None


def _number(path: str, line: int, column: str, text: str) -> float:
    if not NUMBER.fullmatch(text) or not np.isfinite(float(text)):
        where: dict[str, Parameter] = {"path": path, "line": line, "column": column}
        if not text:
            raise UnusableFile("outcomes.empty_value", **where)
        raise UnusableFile("outcomes.no_number", **where, text=text)
    return float(text)


def _ordered_moments(path: str, labels: dict[Moment, str]) -> list[Moment]:
    dates = sorted(m for m in labels if isinstance(m, datetime))
    numbers = sorted(m for m in labels if not isinstance(m, datetime))
    if dates and numbers:
        raise UnusableFile(
            "outcomes.dates_and_numbers",
            path=path,
            date=labels[dates[0]],
            number=labels[numbers[0]],
        )
    return [*dates, *numbers]


def _is_earlier(first: Moment, second: Moment) -> bool:
    return _step(second, first) < 0


def _step(first: Moment, second: Moment) -> float:
    """From one to the other: days between dates, plain difference between numbers."""
    if isinstance(first, datetime) and isinstance(second, datetime):
        return (second - first) / timedelta(days=1)
    if isinstance(first, datetime) or isinstance(second, datetime):
        raise TypeError("a date and a number have no difference")
    return second - first


def first_names(names: Sequence[str]) -> list[str]:
    """The first eight of the names, and an ellipsis where there are more."""
    return [*names[:8], *(["…"] if len(names) > 8 else [])]
