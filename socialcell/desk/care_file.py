"""An export of PMC Care, read row by row: what each says of a token, or why it is
rejected. Columns that are not ours, such as a name or a number of a citizen, are left
out unread."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from socialcell.clock import IST, as_utc
from socialcell.connectors.files.csv_rows import CsvRow, csv_rows, widest_delimiter
from socialcell.connectors.files.headings import MOST_ABOVE, columns_of
from socialcell.connectors.files.table_mapping import (
    AS_IT_IS,
    TableOptions,
    require_columns,
)
from socialcell.connectors.files.text_lines import lines
from socialcell.connectors.files.workbooks import is_workbook, workbook_rows
from socialcell.connectors.files.written_dates import (
    UnclearDate,
    parse_written,
    table_orders,
)
from socialcell.errors import SocialcellError
from socialcell.text import clean_text, one_line

NEEDED = ("token", "status")
DATES = ("created_at", "closed_at", "changed_at")
COLUMNS = (*NEEDED, "case_number", "department", "closing_line", *DATES)
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class CareLine:
    """What one row says; moments are UTC, None where the cell is empty."""

    row: int
    token: str
    status: str
    case_number: str | None
    department: str | None
    line: str
    registered_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime | None

    @property
    def facts(self) -> tuple[object, ...]:
        """All that it says, without its place in the file."""
        return (
            self.status,
            self.case_number,
            self.department,
            self.line,
            self.registered_at,
            self.closed_at,
            self.changed_at,
        )


@dataclass(frozen=True, slots=True)
class CareReject:
    """A row that is not taken, and why."""

    row: int
    reason: str


@dataclass
class CareTable:
    """The rows of a file, those that are taken and those that are not."""

    lines: list[CareLine] = field(default_factory=list)
    rejects: list[CareReject] = field(default_factory=list)


class _RowFaultError(ValueError):
    """Why a row is rejected."""


def read_care_file(
    path: Path, now: datetime, options: TableOptions = AS_IT_IS
) -> CareTable:
    """The rows of an export, CSV (UTF-8 or UTF-16) or XLSX, each taken or rejected.

    SocialcellError: the file cannot be read, or its heading lacks a needed column: it
    names what is missing and what stands there.
    """
    require_columns(options, COLUMNS)
    try:
        rows = list(_rows(path, options))
    except OSError as error:
        raise SocialcellError(
            "connectors.unreadable_file", path=path.name, reason=error.strerror
        ) from None
    place, columns = _heading(path, rows, options)
    width = len(_without_end(rows[place].cells))
    exact = not is_workbook(path)
    below = [row for row in rows[place + 1 :] if not row.is_blank]
    orders = _orders(below, columns, options)
    table = CareTable()
    for row in below:
        try:
            _require_whole(row, width, exact=exact)
            table.lines.append(_line(row, columns, orders, now))
        except _RowFaultError as fault:
            table.rejects.append(CareReject(row.number, str(fault)))
    return _without_contradictions(table)


def _rows(path: Path, options: TableOptions) -> Iterator[CsvRow]:
    if is_workbook(path):
        yield from workbook_rows(path, options.sheet)
        return
    with path.open("rb") as file:
        delimiter = widest_delimiter(line.text for line in lines(file))
    with path.open("rb") as file:
        yield from csv_rows(lines(file), delimiter)


def _heading(
    path: Path, rows: Sequence[CsvRow], options: TableOptions
) -> tuple[int, Mapping[str, int]]:
    """The place of the heading and the places of our columns in it."""
    nearest: Mapping[str, int] = {}
    for place, row in enumerate(islice(rows, MOST_ABOVE)):
        columns = columns_of(row.cells, COLUMNS, options.columns)
        if all(name in columns for name in NEEDED):
            return place, columns
        if len(columns) > len(nearest):
            nearest = columns
    first = next((row for row in rows if not row.is_blank), None)
    raise SocialcellError(
        "deskclosing.care_heading",
        file=path.name,
        missing=[name for name in NEEDED if name not in nearest],
        heading=one_line(", ".join(first.cells) if first else "", 200),
    )


def _require_whole(row: CsvRow, width: int, *, exact: bool) -> None:
    """A row that was cut off, or has cells without a heading, is rejected."""
    if row.damage is not None:
        raise _RowFaultError(row.damage)
    cells = len(row.cells) if exact else len(_without_end(row.cells))
    is_short = exact and cells < width
    if is_short or len(_without_end(row.cells)) > width:
        raise _RowFaultError(f"{cells} cells where the heading has {width}")


def _line(
    row: CsvRow,
    columns: Mapping[str, int],
    orders: Mapping[str, str | None],
    now: datetime,
) -> CareLine:
    def text(name: str) -> str:
        place = columns.get(name)
        cell = "" if place is None or place >= len(row.cells) else row.cells[place]
        return one_line(clean_text(cell).strip(), _LONGEST)

    token, status = text("token").upper(), text("status")
    for name, content in (("token", token), ("status", status)):
        if not content:
            raise _RowFaultError(f"the {name} is missing")
    moments = {name: _moment(name, text(name), orders.get(name)) for name in DATES}
    for name, moment in moments.items():
        if moment is not None and moment > now:
            raise _RowFaultError(f"{name} {text(name)} is in the future")
    opened, closed = moments["created_at"], moments["closed_at"]
    if opened is not None and closed is not None and closed < opened:
        raise _RowFaultError("closed_at is before created_at")
    return CareLine(
        row=row.number,
        token=token,
        status=status,
        case_number=text("case_number") or None,
        department=text("department") or None,
        line=text("closing_line"),
        registered_at=opened,
        closed_at=closed,
        changed_at=moments["changed_at"],
    )


def _orders(
    rows: Sequence[CsvRow], columns: Mapping[str, int], options: TableOptions
) -> Mapping[str, str | None]:
    """The order of day and month in each column of dates."""
    texts = {
        name: [row.cells[columns[name]] for row in rows if len(row.cells) > place]
        for name, place in columns.items()
        if name in DATES
    }
    orders = table_orders(texts)
    return {name: options.date_order or order for name, order in orders.items()}


def _moment(name: str, text: str, order: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = parse_written(text, order).at
    except UnclearDate as error:
        raise _RowFaultError(f"{name}: {error}") from None
    except ValueError:
        raise _RowFaultError(f"{name} {text[:40]} is no date") from None
    return as_utc(at if at.tzinfo is not None else at.replace(tzinfo=IST))


def _without_contradictions(table: CareTable) -> CareTable:
    """The same without rows that contradict each other: of one token the row changed
    last stands, and where that is not clear, none does."""
    by_token: dict[str, list[CareLine]] = defaultdict(list)
    for line in table.lines:
        by_token[line.token].append(line)
    kept: list[CareLine] = []
    for token, same in by_token.items():
        newest = _newest(same)
        if newest is not None:
            kept.append(newest)
            continue
        reason = f"token {token} stands in several rows that differ"
        table.rejects += [CareReject(line.row, reason) for line in same]
    by_case: dict[str, list[CareLine]] = defaultdict(list)
    for line in kept:
        if line.case_number is not None:
            by_case[line.case_number].append(line)
    doubled = {
        line.row: f"case {number} stands with several tokens"
        for number, same in by_case.items()
        if len(same) > 1
        for line in same
    }
    table.rejects += [CareReject(row, reason) for row, reason in doubled.items()]
    table.lines = sorted(
        (line for line in kept if line.row not in doubled), key=lambda line: line.row
    )
    table.rejects.sort(key=lambda reject: reject.row)
    return table


def _newest(same: Sequence[CareLine]) -> CareLine | None:
    """The row that was changed last, or the first of rows that say the same; None:
    nobody can tell."""
    if len({line.facts for line in same}) == 1:
        return same[0]
    dated = [line for line in same if line.changed_at is not None]
    if len(dated) < len(same):
        return None
    newest = max(line.changed_at for line in dated if line.changed_at is not None)
    last = [line for line in dated if line.changed_at == newest]
    return last[0] if len({line.facts for line in last}) == 1 else None


def _without_end(cells: Sequence[str]) -> Sequence[str]:
    """The cells up to the last that is not empty."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]
