"""The rows of a table that a person keeps: CSV, or a sheet of a workbook."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from socialcell.connectors.files.alternatives import either
from socialcell.connectors.files.csv_rows import CsvRow, csv_rows, widest_delimiter
from socialcell.connectors.files.headings import (
    MOST_ABOVE,
    columns_of,
    heading_key,
)
from socialcell.connectors.files.plain_tables import (
    clock_plain,
    iso_cell,
    numbers_plain,
    unclear_date_error,
)
from socialcell.connectors.files.table_mapping import (
    AS_IT_IS,
    TableOptions,
    require_columns,
)
from socialcell.connectors.files.text_lines import lines
from socialcell.connectors.files.workbooks import is_workbook, workbook_rows
from socialcell.connectors.files.written_dates import UnclearDate, table_orders
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message
from socialcell.sheet import plain
from socialcell.text import clean_text

# Columns that number the rows of a table, which no table of ours has.
_SERIALS = frozenset(
    map(heading_key, ("sr no", "s no", "sl no", "serial no", "अ.क्र.", "अनु क्र", "क्र.सं."))
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as a spreadsheet numbers it: column → trimmed text, None for an empty
    cell; or why it cannot be read."""

    row: int
    cells: dict[str, str | None]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """The columns of a table of `noun`: `accepted` are read, `ignored` are skipped.

    One of `needed` has to be there. `dates` are read in any usual form and given as
    ISO 8601; `numbers` with digits of any script and grouped.
    """

    noun: Message
    accepted: tuple[str, ...]
    needed: tuple[str, ...]
    ignored: Collection[str] = ()
    dates: Collection[str] = ()
    numbers: Collection[str] = ()
    clocks: Collection[str] = ()  # times of day, given as 21:05


def read_sheet(
    path: Path, columns: SheetColumns, options: TableOptions = AS_IT_IS
) -> Iterator[SheetRow]:
    """The rows that are not blank. SocialcellError: the file cannot be read, its
    heading is not of that table, or a date may be two days."""
    require_columns(options, columns.accepted)
    try:
        rows = _csv_rows(path, options)
        if not columns.dates:
            yield from _sheet_rows(path, rows, columns, options)
            return
        yield from _dated(
            list(_sheet_rows(path, rows, columns, options)), columns, options
        )
    except OSError as error:
        raise SocialcellError(
            "connectors.unreadable_file", path=path, reason=error.strerror
        ) from None


def _csv_rows(path: Path, options: TableOptions) -> Iterator[CsvRow]:
    if is_workbook(path):
        yield from workbook_rows(path, options.sheet)
        return
    with path.open("rb") as file:
        yield from csv_rows(lines(file), _delimiter(path))


def _dated(
    rows: Sequence[SheetRow], columns: SheetColumns, options: TableOptions
) -> Iterator[SheetRow]:
    """The rows with the cells of each column of dates as ISO 8601."""
    texts = {
        column: [row.cells.get(column) or "" for row in rows]
        for column in columns.dates
    }
    for column, order in table_orders(texts).items():
        for row in rows:
            if cell := row.cells.get(column):
                try:
                    row.cells[column] = iso_cell(cell, options.date_order or order)
                except UnclearDate as error:
                    raise unclear_date_error(error, row.row) from None
    yield from rows


def _sheet_rows(
    path: Path, rows: Iterator[CsvRow], columns: SheetColumns, options: TableOptions
) -> Iterator[SheetRow]:
    top = list(islice(rows, MOST_ABOVE))
    place = _heading_place(top, columns, options)
    heading = top[place] if top else None
    if heading is not None and heading.damage:
        raise SocialcellError(
            "files.damaged_sheet_heading", path=path, damage=heading.damage
        )
    names = _names(heading.cells, columns, options) if heading is not None else []
    _require_heading(path, names, columns)
    for row in chain(top[place + 1 :], rows):
        if row.is_blank:
            continue
        reason = row.damage
        if reason is None and any(cell.strip() for cell in row.cells[len(names) :]):
            reason = f"{len(row.cells)} cells where the heading has {len(names)}"
        cells = {
            key: _cell(key, cell, columns)
            for key, cell in zip(names, row.cells, strict=False)
            if key in columns.accepted
        }
        yield SheetRow(row.number, cells, reason)


def _cell(key: str, cell: str, columns: SheetColumns) -> str | None:
    text = clean_text(plain(cell)).strip()
    if key in columns.clocks:
        text = clock_plain(text)
    return (numbers_plain(text) if key in columns.numbers else text) or None


def _heading_place(
    top: Sequence[CsvRow], columns: SheetColumns, options: TableOptions
) -> int:
    """The first row that has a needed column; the first of all where none has."""
    for place, row in enumerate(top):
        words = columns_of(row.cells, columns.accepted, options.columns)
        if set(words) & set(columns.needed):
            return place
    return 0


def _names(
    cells: Sequence[str], columns: SheetColumns, options: TableOptions
) -> list[str]:
    """Our word for each column of a heading; its own name where we have none."""
    words = {
        place: word
        for word, place in columns_of(cells, columns.accepted, options.columns).items()
    }
    allowed = {*columns.accepted, *columns.ignored}
    names = []
    for place, cell in enumerate(cells):
        name = words.get(place, _name(cell))
        unused = heading_key(cell) in _SERIALS or bool(options.columns)
        names.append("" if unused and name not in allowed else name)
    return names


def _require_heading(path: Path, names: list[str], columns: SheetColumns) -> None:
    allowed = {*columns.accepted, *columns.ignored, ""}
    unknown = [name for name in names if name not in allowed]
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if unknown:
        raise SocialcellError(
            "files.unknown_column",
            path=path,
            column=unknown[0],
            noun=columns.noun,
            columns=columns.accepted,
        )
    if doubled:
        raise SocialcellError("files.doubled_column", path=path, column=doubled[0])
    if not set(columns.needed) & set(names):
        raise SocialcellError(
            "files.missing_column",
            path=path,
            needed=either(columns.needed),
            noun=columns.noun,
            columns=columns.accepted,
        )


def _name(cell: str) -> str:
    return "_".join(cell.strip().lower().split())


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        return widest_delimiter(line.text for line in lines(file))
