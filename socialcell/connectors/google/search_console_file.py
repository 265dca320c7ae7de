"""Search Console's performance as somebody exported it: a .zip of tables, or one."""

import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import BinaryIO, ClassVar
from zoneinfo import ZoneInfo

from socialcell.connectors.base import Capability, ConnectorError, Filtered, Kind
from socialcell.connectors.facts import SearchFact
from socialcell.connectors.file_limits import open_zip
from socialcell.connectors.files.export_formats import table_in, tables_in
from socialcell.connectors.files.export_tables import (
    ExportTable,
    TableRow,
    decimal_number,
    parse_day,
    table,
    whole_number,
)
from socialcell.connectors.files.fact_file import FactFile, RowFacts, fact_rows
from socialcell.connectors.files.file_connector import Row

_PACIFIC = ZoneInfo("America/Los_Angeles")
_LAG = 3  # days after which Google's figures are final
_FIGURES = frozenset({"clicks", "impressions", "ctr", "position"})
_UNFILTERED = frozenset({"search type", "date"})


class SearchConsoleFile(FactFile):
    """Setting `site`: the property, which the file does not name.

    Only the table of dates has days. The other tables (queries, pages, countries …) are
    sums over a span, of at most 1,000 rows: they are left out under that name.
    """

    platform: ClassVar[str] = "search_console"
    format: ClassVar[str] = "search-console"
    needed: ClassVar[frozenset[str]] = _FIGURES
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.SEARCH_METRICS}
    )

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        file.seek(0)
        if file.read(4) != b"PK\x03\x04":
            yield from super().rows(file)
            return
        number = 0
        with open_zip(file) as archive:
            _require_unfiltered(archive)
            for name in tables_in(archive):
                inner = table_in(archive, name)
                if not _has_figures(inner):
                    continue
                for _row, items in fact_rows(inner, self.needed, self.facts):
                    number += 1
                    yield number, items

    def facts(self, table: ExportTable, row: TableRow) -> RowFacts:
        """A day of the whole property. The rate (CTR) is worked out from the counts."""
        if "date" not in table.names:
            return [Filtered("a sum over a span of days", row.number)]
        day = parse_day(row.cell("date"))
        return [
            SearchFact(
                site=self.settings["site"],
                day=day,
                dimension="total",
                key="",
                clicks=whole_number(row.cell("clicks"), "Clicks"),
                impressions=whole_number(row.cell("impressions"), "Impressions"),
                position=decimal_number(row.cell("position"), "Position"),
                final=day <= self._export_day() - timedelta(days=_LAG),
            )
        ]

    def _export_day(self) -> date:
        """The Pacific day on which the file was written."""
        return self._observed_at().astimezone(_PACIFIC).date()


def _has_figures(file: BinaryIO) -> bool:
    try:
        table(file, _FIGURES)
    except ConnectorError:
        return False
    return True


def _require_unfiltered(archive: zipfile.ZipFile) -> None:
    """CONFIG when the export shows some queries or pages only: no totals of a site."""
    name = next(
        (n for n in tables_in(archive) if n.lower().endswith("filters.csv")), ""
    )
    if not name:
        return
    filters = table(table_in(archive, name), frozenset({"filter", "value"}))
    other = [
        row.cell("filter")
        for row in filters.rows
        if row.cell("filter").casefold() not in _UNFILTERED
    ]
    if other:
        raise ConnectorError(Kind.CONFIG, "google.filtered_export", filters=other)
