"""Which columns of a table are what: by usual names, or as somebody says."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.files.export_tables import (
    MOST_ABOVE,
    Table,
    TableRow,
    folded,
    heading_of,
    table,
    unpacked,
)
from socialcell.connectors.files.file_connector import Row
from socialcell.connectors.files.text_lines import lines

Names = Mapping[str, tuple[str, ...]]


class Columns:
    """Our words and the folded names of the columns that hold them."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self.found = found

    def cell(self, row: TableRow, word: str) -> str:
        """The row's cell for a word of ours; "" where the table has no such column."""
        return row.cells.get(self.found[word], "") if word in self.found else ""


def read(
    file: BinaryIO, usual: Names, needed: frozenset[str], said: Mapping[str, str]
) -> tuple[Columns, Table]:
    """The table, and which of its columns are what.

    `usual` has the names that each word's column may have; `said` the name of some of
    them in this file. The heading is the first line that has all `needed` words.
    ConnectorError CONFIG names the columns that were looked for.
    """
    names = {
        word: (folded(said[word]),) if word in said else known
        for word, known in usual.items()
    }
    for line in lines(unpacked(file)):
        if line.number > MOST_ABOVE:
            break
        heading = frozenset() if line.damage else heading_of(line.text)
        found = {
            word: column
            for word, known in names.items()
            if (column := next((n for n in known if n in heading), None))
        }
        if needed <= found.keys() and _has_what_is_said(found, said, names):
            return Columns(found), table(file, frozenset(found.values()))
    raise ConnectorError(
        Kind.CONFIG,
        f"There is no heading with the columns {_listed(names, needed)} in the first "
        f"{MOST_ABOVE} lines. If they have other names, say so: "
        f"--set {min(needed)}=NAME.",
    )


def in_order(rows: Mapping[int, Row]) -> Iterator[Row]:
    """Rows that were gathered first, as a file has them."""
    return (rows[number] for number in sorted(rows))


def _has_what_is_said(
    found: Mapping[str, str], said: Mapping[str, str], names: Names
) -> bool:
    return all(word in found for word in said if word in names)


def _listed(names: Names, needed: frozenset[str]) -> str:
    return ", ".join(f"{word} ({' or '.join(names[word])})" for word in sorted(needed))
