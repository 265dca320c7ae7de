"""A file of daily figures: each row becomes facts, or a reject with the reason."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, ClassVar

from socialcell.connectors.base import (
    Capability,
    ConnectorError,
    Filtered,
    Item,
    Kind,
    Reject,
)
from socialcell.connectors.facts import Fact
from socialcell.connectors.files.export_tables import ExportTable, TableRow, table
from socialcell.connectors.files.file_connector import FileConnector, Row
from socialcell.json_types import JsonObject

RowFacts = Sequence[Fact | Filtered]


class FactFile(FileConnector):
    """A file of figures. Subclasses name the columns they need, and read a row.

    `settings` has what the file itself does not contain.
    """

    needed: ClassVar[frozenset[str]]
    one_of: ClassVar[frozenset[str]] = frozenset()
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.STORE_METRICS}
    )

    def __init__(
        self, path: Path, sha256: str, settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(path, sha256)
        self.settings = dict(settings or {})

    @property
    def reading_options(self) -> JsonObject:
        return {**self.settings, **super().reading_options}

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        return fact_rows(file, self.needed, self.facts, one_of=self.one_of)

    @abstractmethod
    def facts(self, table: ExportTable, row: TableRow) -> RowFacts:
        """The facts of a row that is whole. ValueError says what is wrong."""


def fact_rows(
    file: BinaryIO,
    needed: frozenset[str],
    facts: Callable[[ExportTable, TableRow], RowFacts],
    *,
    one_of: frozenset[str] = frozenset(),
) -> Iterator[Row]:
    """Each row's number and its facts; one reject for a row that cannot be read.

    ConnectorError CONFIG when the heading lacks a `needed` column, or all of `one_of`.
    """
    facts_table = table(file, needed)
    if one_of and not one_of & facts_table.names.keys():
        names = list(facts_table.names.values())
        raise ConnectorError(Kind.CONFIG, "files.no_figures", columns=names)
    for row in facts_table.rows:
        yield row.number, _items(facts_table, row, facts)


def _items(
    table: ExportTable,
    row: TableRow,
    facts: Callable[[ExportTable, TableRow], RowFacts],
) -> list[Item]:
    if row.damage:
        return [Reject(row.text, row.damage, row.number)]
    try:
        return list(facts(table, row))
    except ValueError as error:
        return [Reject(dict(row.cells), str(error), row.number)]
