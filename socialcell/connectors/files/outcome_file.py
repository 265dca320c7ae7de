"""A file of outcomes: how often something happened, by day and area."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, ClassVar

from socialcell.connectors.base import Item, Reject
from socialcell.connectors.facts import OutcomeFact
from socialcell.connectors.files import column_names
from socialcell.connectors.files.column_names import ColumnNames
from socialcell.connectors.files.export_tables import (
    ExportTable,
    TableRow,
    fold_name,
    is_withheld,
    usual_day,
    whole_number,
)
from socialcell.connectors.files.fact_file import FactFile, RowFacts
from socialcell.connectors.files.file_connector import Row
from socialcell.connectors.files.headings import SYNONYMS
from socialcell.errors import UnreadableValue

NEEDED = frozenset({"date", "value"})
USUAL = {
    "date": ("date", "day", "दिनांक", "तारीख"),
    "outcome": ("outcome", "event"),
    "area": ("area", "ward", "ward office", *SYNONYMS["ward"]),
    "value": ("value", "count", "number", "n", "संख्या"),
}
_OUTCOME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_LONGEST_AREA = 100


class OutcomeFile(FactFile):
    """Rows of date, outcome, area and value; without an area it is the whole city.

    Settings: `outcome`, where no column names it; and for each of our words the name
    of its column in this file. An area may stand for itself by id or name. Rows of
    the same day, area and outcome are all rejected: which one is right is not known.
    """

    platform: ClassVar[str] = "outcomes"
    format: ClassVar[str] = "outcomes"

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        overrides = {k: v for k, v in self.settings.items() if k != "outcome"}
        needed = NEEDED if "outcome" in self.settings else NEEDED | {"outcome"}
        self._columns, outcome_table = column_names.read_table(
            file, USUAL, needed, overrides
        )
        items_by_row: dict[int, Row] = {}
        rows_by_fact: dict[tuple[str, str, date], list[int]] = defaultdict(list)
        rows = list(outcome_table.rows)
        self._order = column_names.date_order(
            self._columns, rows, self.table_options.date_order
        )
        for row in rows:
            item = self._item(outcome_table, row)
            items_by_row[row.number] = (row.number, [item])
            if isinstance(item, OutcomeFact):
                rows_by_fact[item.outcome, fold_name(item.area), item.day].append(
                    row.number
                )
        for numbers in rows_by_fact.values():
            for number in numbers if len(numbers) > 1 else ():
                ((fact,),) = (items_by_row[number][1],)
                items_by_row[number] = (number, [_duplicate_reject(fact, numbers)])
        yield from column_names.in_order(items_by_row)

    def facts(self, table: ExportTable, row: TableRow) -> RowFacts:
        outcome = self.settings.get("outcome")
        return [outcome_fact(row, self._columns, outcome, self._order)]

    def _item(self, table: ExportTable, row: TableRow) -> Item:
        if row.damage:
            return Reject(row.text, row.damage, row.number)
        try:
            return self.facts(table, row)[0]
        except ValueError as error:
            return Reject(dict(row.cells), str(error), row.number)


def outcome_fact(
    row: TableRow, columns: ColumnNames, outcome: str | None, order: str | None
) -> OutcomeFact:
    """The fact of a row. ValueError says what cannot be read.

    A blank value is not reported, never 0; "<5" is withheld.
    """
    area = columns.cell(row, "area")
    if len(area) > _LONGEST_AREA:
        raise ValueError(f"the area has {len(area)} characters")
    cell = columns.cell(row, "value")
    value = None if is_withheld(cell) else whole_number(cell, "the value")
    if value is not None and value < 0:
        raise ValueError(f"the value {value} is below 0")
    return OutcomeFact(
        outcome=outcome_name(outcome or columns.cell(row, "outcome")),
        area=area,
        day=usual_day(columns.cell(row, "date"), order),
        value=value,
        withheld=is_withheld(cell),
        row=row.number,
    )


def outcome_name(text: str) -> str:
    """An outcome's name as we keep it, such as forms_filed.

    UnreadableValue when it is none.
    """
    name = re.sub(r"[\s-]+", "_", text.strip().casefold())
    if not _OUTCOME.fullmatch(name):
        raise UnreadableValue("files.no_outcome_name", outcome=text[:40])
    return name


def _duplicate_reject(fact: Item, numbers: list[int]) -> Reject:
    assert isinstance(fact, OutcomeFact)
    plain = {"outcome": fact.outcome, "area": fact.area, "day": fact.day.isoformat()}
    shown = ", ".join(map(str, numbers[:5])) + (" …" if len(numbers) > 5 else "")
    reason = (
        f"{fact.outcome} of {fact.area or 'the whole city'} on {fact.day} stands in "
        f"rows {shown}: add them up, or keep the one that is right"
    )
    return Reject(plain | {"value": fact.value}, reason, fact.row)
