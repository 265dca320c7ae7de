"""The rows of a table that a person keeps: CSV, or the first sheet of a workbook."""

import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeAlias

from socialcell.connectors.file_limits import COLUMNS, MEMBERS
from socialcell.connectors.files.alternatives import either
from socialcell.connectors.files.csv_rows import CsvRow, csv_rows, delimiter_of
from socialcell.connectors.files.text_lines import lines
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message
from socialcell.sheet import plain
from socialcell.text import clean_text

_ZIP = b"PK\x03\x04"
_MOST_BYTES = 256 << 20  # of an unpacked workbook
# As calamine reads it; bool and int are among float, datetime among date.
_Cell: TypeAlias = str | float | time | date | timedelta


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

    One of `needed` has to be there.
    """

    noun: Message
    accepted: tuple[str, ...]
    needed: tuple[str, ...]
    ignored: Collection[str] = ()


def read_sheet(path: Path, columns: SheetColumns) -> Iterator[SheetRow]:
    """The rows that are not blank. SocialcellError: the file cannot be read, or its
    heading is not of that table."""
    try:
        if _is_workbook(path):
            yield from _sheet_rows(path, _cells_of_workbook(path), columns)
        else:
            with path.open("rb") as file:
                rows = csv_rows(lines(file), _delimiter(path))
                yield from _sheet_rows(path, rows, columns)
    except OSError as error:
        raise SocialcellError(
            "connectors.unreadable_file", path=path, reason=error.strerror
        ) from None


def _sheet_rows(
    path: Path, rows: Iterable[CsvRow], columns: SheetColumns
) -> Iterator[SheetRow]:
    remaining = iter(rows)
    heading = next(remaining, None)
    if heading is not None and heading.damage:
        raise SocialcellError(
            "files.damaged_sheet_heading", path=path, damage=heading.damage
        )
    names = [_name(cell) for cell in heading.cells] if heading is not None else []
    _require_heading(path, names, columns)
    for row in remaining:
        if row.is_blank:
            continue
        reason = row.damage
        if reason is None and any(cell.strip() for cell in row.cells[len(names) :]):
            reason = f"{len(row.cells)} cells where the heading has {len(names)}"
        cells = {
            key: clean_text(plain(value)).strip() or None
            for key, value in zip(names, row.cells, strict=False)
            if key in columns.accepted
        }
        yield SheetRow(row.number, cells, reason)


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
        return delimiter_of(next((line.text for line in lines(file)), ""))


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == _ZIP


def _cells_of_workbook(path: Path) -> Iterator[CsvRow]:
    from python_calamine import CalamineError, CalamineWorkbook

    _require_workbook_size(path)
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise SocialcellError(
            "files.unreadable_workbook", path=path, reason=str(error)
        ) from None
    for number, cells in enumerate(rows, 1):
        texts = tuple(_text(cell) for cell in cells)
        wide = len(texts) > COLUMNS
        damage = f"{len(texts):,} cells; {COLUMNS:,} are the most" if wide else None
        yield CsvRow(number, () if wide else texts, "\t".join(texts), damage)


def _require_workbook_size(path: Path) -> None:
    """A small file may unpack to more than any machine holds."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
            size = sum(member.file_size for member in members)
    except zipfile.BadZipFile:
        raise SocialcellError("files.damaged_workbook", path=path) from None
    if len(members) > MEMBERS:
        raise SocialcellError("files.no_workbook", path=path, files=f"{len(members):,}")
    if size > _MOST_BYTES:
        raise SocialcellError(
            "files.large_workbook", path=path, size=size >> 20, limit=_MOST_BYTES >> 20
        )


def _text(cell: _Cell) -> str:
    """A cell as a person would type it: 25000 and not 25000.0, a day as 2026-11-23."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        midnight = cell.time() == datetime.min.time()
        return cell.date().isoformat() if midnight else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
