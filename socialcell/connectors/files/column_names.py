"""Which columns of a table are what: by usual names, or by settings."""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.files.alternatives import either
from socialcell.connectors.files.export_tables import (
    ExportTable,
    TableRow,
    fold_name,
    heading_of,
    open_unpacked,
    table,
)
from socialcell.connectors.files.file_connector import Row
from socialcell.connectors.files.headings import MOST_ABOVE, SYNONYMS
from socialcell.connectors.files.text_lines import lines
from socialcell.connectors.files.written_dates import column_order
from socialcell.message_catalog import Message

Names = Mapping[str, tuple[str, ...]]


class ColumnNames:
    """Our words and the folded names of the columns that hold them."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns

    def cell(self, row: TableRow, word: str) -> str:
        """The row's cell for a word of ours; "" where the table has no such column."""
        return row.cells.get(self.columns[word], "") if word in self.columns else ""


def read_table(
    file: BinaryIO, usual: Names, needed: frozenset[str], overrides: Mapping[str, str]
) -> tuple[ColumnNames, ExportTable]:
    """The table, and which of its columns are what.

    `usual` has the names that each word's column may have; `overrides` the names of
    some of them in this file. The heading is the first line that has all `needed`
    words. ConnectorError CONFIG names the columns that were looked for.
    """
    names = {
        word: (fold_name(overrides[word]),)
        if word in overrides
        else (*usual_names, *map(fold_name, SYNONYMS.get(word, ())))
        for word, usual_names in usual.items()
    }
    for line in lines(open_unpacked(file)):
        if line.number > MOST_ABOVE:
            break
        heading = frozenset() if line.damage else heading_of(line.text)
        columns = {
            word: column
            for word, usual_names in names.items()
            if (column := next((n for n in usual_names if n in heading), None))
        }
        if needed <= columns.keys() and _has_overrides(columns, overrides, names):
            return ColumnNames(columns), table(file, frozenset(columns.values()))
    raise ConnectorError(
        Kind.CONFIG,
        "files.no_heading_by_names",
        columns=_column_names(names, needed),
        limit=MOST_ABOVE,
        setting=min(needed),
    )


def date_order(
    columns: ColumnNames, rows: Iterable[TableRow], stated: str | None
) -> str | None:
    """The order in which a table's dates are written: as stated, else as they show."""
    return stated or column_order(columns.cell(row, "date") for row in rows)


def in_order(rows: Mapping[int, Row]) -> Iterator[Row]:
    """Rows by number, in the order of the file."""
    return (rows[number] for number in sorted(rows))


def _has_overrides(
    columns: Mapping[str, str], overrides: Mapping[str, str], names: Names
) -> bool:
    return all(word in columns for word in overrides if word in names)


def _column_names(names: Names, needed: frozenset[str]) -> list[Message]:
    """Our word for each needed column, and the names that it may have."""
    return [
        Message("files.column_by_names", {"column": word, "names": either(names[word])})
        for word in sorted(needed)
    ]
