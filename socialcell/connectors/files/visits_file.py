"""Visits of a website by UTM values, as Google Analytics or Matomo export them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, ClassVar

from socialcell.connectors.base import Filtered, Item, Reject
from socialcell.connectors.facts import VisitFact
from socialcell.connectors.files import column_names
from socialcell.connectors.files.column_names import Columns
from socialcell.connectors.files.export_tables import (
    Table,
    TableRow,
    a_day,
    whole_number,
)
from socialcell.connectors.files.fact_file import FactFile, Found
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
    """Settings `site` and `zone`: what the file does not say of itself; and for each
    of our words the name of its column in this file.

    Rows that differ only in columns that are not kept (pages, devices) are added up. A
    row without a day is a total of others, and left out.
    """

    platform: ClassVar[str] = "site_visits"
    format: ClassVar[str] = "site-visits"

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        said = {k: v for k, v in self.settings.items() if k not in ("site", "zone")}
        self._columns, found = column_names.read(file, USUAL, NEEDED, said)
        read: dict[int, Row] = {}
        first: dict[VisitFact, int] = {}
        sums: dict[VisitFact, int | None] = {}
        for row in found.rows:
            item = self._item(found, row)
            if not isinstance(item, VisitFact):
                read[row.number] = (row.number, [item])
                continue
            same = replace(item, visits=None)
            first.setdefault(same, row.number)
            sums[same] = _sum(sums.get(same), item.visits)
        for same, number in first.items():
            read[number] = (number, [replace(same, visits=sums[same])])
        yield from column_names.in_order(read)

    def facts(self, table: Table, row: TableRow) -> Found:
        return visit_facts(
            row, self._columns, self.settings["site"], self.settings["zone"]
        )

    def _item(self, table: Table, row: TableRow) -> Item:
        if row.damage:
            return Reject(row.text, row.damage, row.number)
        try:
            return self.facts(table, row)[0]
        except ValueError as error:
            return Reject(dict(row.cells), str(error), row.number)


def visit_facts(row: TableRow, named: Columns, site: str, zone: str) -> Found:
    """The fact of a row, or why it is left out. ValueError says what is wrong."""
    if not named.cell(row, "date"):
        return [Filtered("a row without a day: a total of others", row.number)]
    utm = {word: named.cell(row, word) for word in _UTM}
    if both := named.cell(row, "source / medium"):
        source, _, medium = both.partition(" / ")
        utm |= {"source": source.strip(), "medium": medium.strip()}
    for word, value in utm.items():
        if len(value) > _LONGEST:
            raise ValueError(f"the {word} has {len(value)} characters")
    visits = whole_number(named.cell(row, "visits"), "visits")
    if visits is not None and visits < 0:
        raise ValueError(f"visits {visits} is below 0")
    day = a_day(named.cell(row, "date"))
    return [VisitFact(site=site, day=day, zone=zone, visits=visits, **utm)]


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)
