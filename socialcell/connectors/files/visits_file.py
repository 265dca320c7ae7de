"""Visits of a website by UTM values, as Google Analytics or Matomo export them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, ClassVar

from socialcell.connectors.base import Filtered, Item, Reject
from socialcell.connectors.facts import VisitFact
from socialcell.connectors.files import column_names
from socialcell.connectors.files.column_names import ColumnNames
from socialcell.connectors.files.export_tables import (
    ExportTable,
    TableRow,
    usual_day,
    whole_number,
)
from socialcell.connectors.files.fact_file import FactFile, RowFacts
from socialcell.connectors.files.file_connector import Row

NEEDED = frozenset({"date", "visits"})
USUAL = {
    "date": ("date", "day"),
    "visits": ("sessions", "visits", "nb_visits"),
    "source": (
        *("session source", "session manual source", "campaign source"),
        *("utm source", "utm_source", "source"),
    ),
    "medium": (
        *("session medium", "session manual medium", "campaign medium"),
        *("utm medium", "utm_medium", "medium"),
    ),
    "source / medium": (
        *("session source / medium", "session manual source / medium"),
        *("source / medium", "source/medium", "campaign source - medium"),
    ),
    "campaign": (
        *("session campaign", "session manual campaign name"),
        *("session campaign name", "campaign name", "utm campaign", "utm_campaign"),
        "campaign",
    ),
    "content": (
        *("session manual ad content", "campaign content", "ad content"),
        *("utm content", "utm_content", "content"),
    ),
    "term": (
        *("session manual term", "campaign keyword", "utm term", "utm_term"),
        *("term", "keyword"),
    ),
}
_UTM = ("source", "medium", "campaign", "content", "term")
_LONGEST = 200


class VisitsFile(FactFile):
    """Settings `site` and `zone`: what the file does not contain; and for each of our
    words the name of its column in this file.

    Rows that differ only in columns that are not kept (pages, devices) are added up. A
    row without a day is a total of others, and left out.
    """

    platform: ClassVar[str] = "site_visits"
    format: ClassVar[str] = "site-visits"

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        overrides = {
            k: v for k, v in self.settings.items() if k not in ("site", "zone")
        }
        self._columns, visits_table = column_names.read_table(
            file, USUAL, NEEDED, overrides
        )
        items_by_row: dict[int, Row] = {}
        first_rows: dict[VisitFact, int] = {}
        sums: dict[VisitFact, int | None] = {}
        rows = list(visits_table.rows)
        self._order = column_names.date_order(
            self._columns, rows, self.table_options.date_order
        )
        for row in rows:
            item = self._item(visits_table, row)
            if not isinstance(item, VisitFact):
                items_by_row[row.number] = (row.number, [item])
                continue
            key = replace(item, visits=None)
            first_rows.setdefault(key, row.number)
            sums[key] = _sum(sums.get(key), item.visits)
        for key, number in first_rows.items():
            items_by_row[number] = (number, [replace(key, visits=sums[key])])
        yield from column_names.in_order(items_by_row)

    def facts(self, table: ExportTable, row: TableRow) -> RowFacts:
        site, zone = self.settings["site"], self.settings["zone"]
        return visit_facts(row, self._columns, site, zone, self._order)

    def _item(self, table: ExportTable, row: TableRow) -> Item:
        if row.damage:
            return Reject(row.text, row.damage, row.number)
        try:
            return self.facts(table, row)[0]
        except ValueError as error:
            return Reject(dict(row.cells), str(error), row.number)


def visit_facts(
    row: TableRow, columns: ColumnNames, site: str, zone: str, order: str | None
) -> RowFacts:
    """The fact of a row, or why it is left out. ValueError says what is wrong."""
    if not columns.cell(row, "date"):
        return [Filtered("a row without a day: a total of others", row.number)]
    utm = {word: columns.cell(row, word) for word in _UTM}
    if both := columns.cell(row, "source / medium"):
        source, _, medium = both.partition(" / ")
        utm |= {"source": source.strip(), "medium": medium.strip()}
    for word, value in utm.items():
        if len(value) > _LONGEST:
            raise ValueError(f"the {word} has {len(value)} characters")
    visits = whole_number(columns.cell(row, "visits"), "visits")
    if visits is not None and visits < 0:
        raise ValueError(f"visits {visits} is below 0")
    day = usual_day(columns.cell(row, "date"), order)
    return [VisitFact(site=site, day=day, zone=zone, visits=visits, **utm)]


def _sum(first: int | None, second: int | None) -> int | None:
    return second if first is None else first + (second or 0)
