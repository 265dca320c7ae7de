"""The rows of a sheet of an Excel workbook (.xlsx, .xlsm), as a person would type them.

Values of formulas are those that the file keeps. A day is 2026-11-28, a moment
2026-11-28 21:05; a number with more digits than a spreadsheet keeps stays in its
spoiled form, such as 1.234567890123E+17, so that nobody takes it for an id.
"""

import csv
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, BinaryIO, TypeAlias

from socialcell.connectors.file_limits import COLUMNS, open_zip
from socialcell.connectors.files.csv_rows import CsvRow
from socialcell.errors import SocialcellError, UsageError

ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MOST_BYTES = 256 << 20  # of an unpacked workbook
_MOST_MEMBERS = 10_000  # of a workbook: sheets, pictures
_MOST_CELLS = 20_000_000  # between the first and the last cell of a sheet
_EXACT = 10**15  # from here on a spreadsheet has lost digits
_PIECE = 1 << 20
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# A cell that holds something: an empty one ends in />.
_CELL = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^<>]*(?<!/)>')
_OVERLAP = 400  # bytes that the mark of one cell may be cut by a piece's end
# The directory of a .zip is damaged, has names in no UTF-8, or asks for more than
# zipfile can.
UNREADABLE_ZIP = (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError)
# Further, what the methods by which members are packed raise of damaged ones; zipfile
# seeks to where a damaged directory sends it (OSError).
_DAMAGE = (*UNREADABLE_ZIP, zlib.error, lzma.LZMAError, EOFError, OSError)
# As calamine reads it; bool and int are among float, datetime among date.
_Cell: TypeAlias = str | float | time | date | timedelta


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """The name of a sheet, and its rows from the first, blank ones among them."""

    name: str
    rows: tuple[tuple[str, ...], ...]


def is_workbook(path: Path, content: bytes | None = None) -> bool:
    """Whether a file is to be read as a workbook, by its first bytes; `content` has
    all its bytes where they are read already.

    SocialcellError for what only resembles one: ODS, XLSB, XLS, behind a password.
    """
    with _opened(path, content) as file:
        head = file.read(4)
        if head == OLD_OFFICE:
            raise old_office_error(path, content)
        if head == ZIP:
            # Whoever reads a damaged one says so.
            with (
                suppress(*UNREADABLE_ZIP),
                open_zip(path if content is None else file) as packed,
            ):
                require_excel(path, packed)
    return head == ZIP


def old_office_error(path: Path, content: bytes | None = None) -> SocialcellError:
    """What to do with a file in Microsoft's container of before 2007: XLS, or a
    workbook behind a password."""
    with _opened(path, content) as file:
        tail = b""
        while piece := file.read(_PIECE):
            if _ENCRYPTED in tail + piece:
                return SocialcellError("files.encrypted_workbook", path=path)
            tail = piece[-len(_ENCRYPTED) :]
    return SocialcellError("connectors.old_excel_workbook", path=path)


def read_grid(
    path: Path, sheet: str | None = None, content: bytes | None = None
) -> SheetGrid:
    """The named sheet, or the first that is shown. SocialcellError: it cannot be read.

    UsageError: there is no sheet of that name. `content` as in `is_workbook`.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    with _opened(path, content) as file:
        _require_limits(path, file)
        try:
            file.seek(0)
            book = CalamineWorkbook.from_object(str(path) if content is None else file)
            shown = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible
            ]
            name = _sheet_name(path, book.sheet_names, shown, sheet)
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except CalamineError as error:
            raise SocialcellError(
                "files.unreadable_workbook", path=path, reason=str(error)
            ) from None
    return SheetGrid(name, tuple(tuple(map(_text, row)) for row in rows))


def workbook_rows(
    path: Path, sheet: str | None = None, content: bytes | None = None
) -> Iterator[CsvRow]:
    """The rows of a sheet as those of a CSV file, numbered as the spreadsheet does."""
    for number, cells in enumerate(read_grid(path, sheet, content).rows, 1):
        if len(cells) > COLUMNS:  # all rows are as wide as the widest
            cells = _without_end(cells)
        wide = len(cells) > COLUMNS
        damage = f"{len(cells):,} cells; {COLUMNS:,} are the most" if wide else None
        yield CsvRow(number, () if wide else cells, "\t".join(cells), damage)


def workbook_csv(path: Path, sheet: str | None = None) -> io.BytesIO:
    """A sheet as the UTF-8 CSV file that it would be saved as, a line for each row.

    Breaks of lines within cells are spaces: who reads it counts lines.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for cells in read_grid(path, sheet).rows:
        writer.writerow([" ".join(cell.splitlines()) for cell in cells])
    return io.BytesIO(text.getvalue().encode())


def _without_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    """A row up to its last cell that holds something."""
    return cells[: max((n for n, cell in enumerate(cells, 1) if cell), default=0)]


def _sheet_name(
    path: Path, names: list[str], shown: list[str], sheet: str | None
) -> str:
    if not names:
        raise SocialcellError(
            "files.unreadable_workbook", path=path, reason="it has no sheet"
        )
    if sheet is None:
        return (shown or names)[0]
    folded = sheet.strip().casefold()
    match = next((n for n in names if n.strip().casefold() == folded), None)
    if match is None:
        raise UsageError("files.no_such_sheet", path=path, sheet=sheet, sheets=names)
    return match


def require_excel(path: Path, packed: zipfile.ZipFile) -> None:
    """SocialcellError for another program's workbook, and for Excel's binary one."""
    names = {name.casefold() for name in packed.namelist()}
    if "xl/workbook.bin" in names:
        raise SocialcellError("files.binary_workbook", path=path)
    if {"mimetype", "content.xml"} <= names:
        raise SocialcellError("files.open_document", path=path)


def _opened(path: Path, content: bytes | None) -> BinaryIO:
    return path.open("rb") if content is None else io.BytesIO(content)


def _require_limits(path: Path, file: BinaryIO) -> None:
    """A small file may unpack to more than any machine holds."""
    try:
        with open_zip(file, _MOST_MEMBERS) as packed:
            members = packed.infolist()
            _require_size(path, sum(member.file_size for member in members))
            for member in members:
                _require_member(path, packed, member)
    except _DAMAGE:
        raise SocialcellError("files.damaged_workbook", path=path) from None
    except RuntimeError:  # a member behind a password
        raise SocialcellError("files.encrypted_workbook", path=path) from None


def _require_size(path: Path, size: int) -> None:
    if size > _MOST_BYTES:
        raise SocialcellError(
            "files.large_workbook", path=path, size=size >> 20, limit=_MOST_BYTES >> 20
        )


def _require_member(
    path: Path, packed: zipfile.ZipFile, member: zipfile.ZipInfo
) -> None:
    """Unpack it once, to nowhere: it has no more bytes than it states, and no sheet
    spans more cells than memory holds."""
    with packed.open(member) as content:
        if not _SHEET.fullmatch(member.filename):
            while content.read(_PIECE):
                pass
            return
        rows, columns = _extent(content)
    if rows * columns > _MOST_CELLS:
        raise SocialcellError(
            "files.wide_sheet", path=path, cells=f"{rows * columns:,}"
        )


def _extent(content: IO[bytes]) -> tuple[int, int]:
    """The last row and column of a sheet that hold something."""
    rows = columns = 0
    tail = b""
    while piece := content.read(_PIECE):
        for column, row in _CELL.findall(tail + piece):
            rows = max(rows, int(row))
            columns = max(columns, _column_number(column))
        tail = piece[-_OVERLAP:]
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: _Cell) -> str:
    """A cell as a person would type it: 25000 and not 25000.0, a day as 2026-11-23."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == datetime.min.time()
        return cell.date().isoformat() if midnight else _moment_text(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _number_text(number: float) -> str:
    if abs(number) >= _EXACT:
        return f"{number:.14E}"
    return str(int(number)) if float(number).is_integer() else str(number)


def _moment_text(moment: datetime) -> str:
    """2026-11-28 21:05, with seconds where there are any.

    A spreadsheet counts days in floating point: half a second off is none.
    """
    rounded = moment + timedelta(microseconds=500_000)
    form = "%Y-%m-%d %H:%M" if rounded.second == 0 else "%Y-%m-%d %H:%M:%S"
    return rounded.strftime(form)
