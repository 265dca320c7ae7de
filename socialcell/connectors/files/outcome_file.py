"""A file of outcomes: how often something happened, by day and area."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from socialcell.connectors.base import Item, Reject
from socialcell.connectors.facts import OutcomeFact
from socialcell.connectors.files import column_names
from socialcell.connectors.files.column_names import Columns
from socialcell.connectors.files.export_tables import (
    Table,
    TableRow,
    a_day,
    folded,
    is_withheld,
    whole_number,
)
from socialcell.connectors.files.fact_file import FactFile, Found
from socialcell.connectors.files.file_connector import Row

NEEDED = frozenset({"date", "value"})
USUAL = {
    "date": ("date", "day", "दिनांक", "तारीख"),
    "outcome": ("outcome", "event"),
    "area": ("area", "ward", "ward office", "क्षेत्रीय कार्यालय", "प्रभाग"),
    "value": ("value", "count", "number", "n", "संख्या"),
}
# One form in a file: of 01/11/2026 nobody can tell the month.
FORMS = ("%Y-%m-%d", "%Y%m%d")
_OUTCOME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_LONGEST_AREA = 100


class OutcomeFile(FactFile):
    """Rows of date, outcome, area and value; without an area it is the whole city.

    Settings: `outcome`, where no column names it; and for each of our words the name
    of its column in this file. An area may stand for itself by id or name. Rows that
    say something of the same day, area and outcome are all rejected: which is right
    cannot be told.
    """

    platform: ClassVar[str] = "outcomes"
    format: ClassVar[str] = "outcomes"

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        said = {k: v for k, v in self.settings.items() if k != "outcome"}
        needed = NEEDED if "outcome" in self.settings else NEEDED | {"outcome"}
        self._columns, found = column_names.read(file, USUAL, needed, said)
        read: dict[int, Row] = {}
        told: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for row in found.rows:
            item = self._item(found, row)
            read[row.number] = (row.number, [item])
            if isinstance(item, OutcomeFact):
                told[item.outcome, folded(item.area), item.day].append(row.number)
        for numbers in told.values():
            for number in numbers if len(numbers) > 1 else ():
                ((fact,),) = (read[number][1],)
                read[number] = (number, [_twice(fact, numbers)])
        yield from column_names.in_order(read)

    def facts(self, table: Table, row: TableRow) -> Found:
        return [outcome_fact(row, self._columns, self.settings.get("outcome"))]

    def _item(self, table: Table, row: TableRow) -> Item:
        if row.damage:
            return Reject(row.text, row.damage, row.number)
        try:
            return self.facts(table, row)[0]
        except ValueError as error:
            return Reject(dict(row.cells), str(error), row.number)


def outcome_fact(row: TableRow, named: Columns, outcome: str | None) -> OutcomeFact:
    """The fact of a row. ValueError says what cannot be read.

    A blank value is not reported, never 0; "<5" is withheld.
    """
    area = named.cell(row, "area")
    if len(area) > _LONGEST_AREA:
        raise ValueError(f"the area has {len(area)} characters")
    said = named.cell(row, "value")
    value = None if is_withheld(said) else whole_number(said, "the value")
    if value is not None and value < 0:
        raise ValueError(f"the value {value} is below 0")
    return OutcomeFact(
        outcome=outcome_name(outcome or named.cell(row, "outcome")),
        area=area,
        day=a_day(named.cell(row, "date"), FORMS),
        value=value,
        withheld=is_withheld(said),
        row=row.number,
    )


def outcome_name(text: str) -> str:
    """An outcome's name as we keep it, such as forms_filed. ValueError."""
    name = re.sub(r"[\s-]+", "_", text.strip().casefold())
    if not _OUTCOME.fullmatch(name):
        raise ValueError(
            f"the outcome {text[:40]!r} is no name of 2 to 40 Latin letters, digits "
            "and _, such as forms_filed"
        )
    return name


def _twice(fact: Item, numbers: list[int]) -> Reject:
    assert isinstance(fact, OutcomeFact)
    plain = {"outcome": fact.outcome, "area": fact.area, "day": fact.day.isoformat()}
    shown = ", ".join(map(str, numbers[:5])) + (" …" if len(numbers) > 5 else "")
    reason = (
        f"{fact.outcome} of {fact.area or 'the whole city'} on {fact.day} stands in "
        f"rows {shown}: add them up, or keep the one that is right"
    )
    return Reject(plain | {"value": fact.value}, reason, fact.row)
