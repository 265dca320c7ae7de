"""A table file as CSV: a workbook's sheet, and headings under other names."""

import csv
import io
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.file_limits import open_zip
from socialcell.connectors.files.csv_rows import csv_rows, delimiter_of
from socialcell.connectors.files.export_tables import open_unpacked
from socialcell.connectors.files.headings import MOST_ABOVE, heading_key
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.connectors.files.text_lines import Line, lines
from socialcell.connectors.files.workbooks import UNREADABLE_ZIP, ZIP, workbook_csv
from socialcell.errors import UsageError


def open_table(path: Path, options: TableOptions = AS_IT_IS) -> BinaryIO:
    """The bytes of a file; of a workbook those of the CSV file that a sheet would be.

    With a mapping, its columns have our names. UsageError: a sheet of no workbook.
    ConnectorError CONFIG: no heading has the columns of the mapping.
    """
    if holds_workbook(path):
        content: BinaryIO = workbook_csv(path, options.sheet)
    elif options.sheet is not None:
        raise UsageError("files.sheet_of_no_workbook", path=path)
    else:
        content = path.open("rb")
    if not options.columns:
        return content
    with content:
        return _renamed(path, open_unpacked(content), options)


def holds_workbook(path: Path) -> bool:
    """Whether a file is a workbook of Excel, by its parts."""
    with path.open("rb") as file:
        if file.read(4) != ZIP:
            return False
    try:
        with open_zip(path) as packed:
            return "xl/workbook.xml" in packed.namelist()
    except UNREADABLE_ZIP:
        return False


def _renamed(path: Path, content: BinaryIO, options: TableOptions) -> io.BytesIO:
    """The same table with our names in its heading."""
    words = {heading_key(column): word for column, word in options.columns.items()}
    above = list(islice(lines(content), MOST_ABOVE))
    cells_by_line = [_cells(line) for line in above]
    place = next(
        (n for n, cells in enumerate(cells_by_line) if words.keys() <= _keys(cells)),
        None,
    )
    if place is None:
        longest: tuple[str, ...] = max(cells_by_line, key=len, default=())
        raise ConnectorError(
            Kind.CONFIG,
            "files.absent_columns",
            file=path.name,
            columns=list(options.columns),
            heading=", ".join(longest)[:500],
        )
    renamed = [words.get(heading_key(cell), cell) for cell in cells_by_line[place]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter_of(above[place].text)).writerow(renamed)
    content.seek(0)
    return io.BytesIO(
        "".join(
            text.getvalue() if line.number == above[place].number else line.text
            for line in lines(content)
        ).encode("utf-8", "surrogateescape")
    )


def _cells(line: Line) -> tuple[str, ...]:
    row = next(csv_rows([Line(1, line.text)], delimiter_of(line.text)), None)
    return row.cells if row else ()


def _keys(cells: tuple[str, ...]) -> set[str]:
    return set(map(heading_key, cells))
