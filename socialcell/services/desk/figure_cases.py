"""The cases behind an indicator of a week."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from socialcell import db
from socialcell.clock import IST, as_utc
from socialcell.desk.store import case_figures
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.kpis.case_counts import WeekOfCases
from socialcell.reports.kpis.cases import MEASURED
from socialcell.services import working_calendar
from socialcell.services.context import Context
from socialcell.services.desk import case_access


@dataclass(frozen=True, slots=True)
class FigureCase:
    """A case as a list of figures has it: no word of a citizen's."""

    number: str
    kind: str
    topic: str | None
    priority: str
    area: str | None
    owner: str | None
    state: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class FigureCases:
    """The cases of a measure that may be seen, by number, and how many others there
    are."""

    rows: list[FigureCase]
    others: int


def case_rows(
    context: Context, measure: str, monday: date, places: Collection[str] | None
) -> FigureCases | None:
    """The cases that a measure of a week counts or rests on; None: no such measure or
    no Monday. `places` are the ward offices and departments that whoever asks may see;
    None: all of them."""
    if measure not in MEASURED or monday.weekday():
        return None
    start = datetime(monday.year, monday.month, monday.day, tzinfo=IST)
    week = TimeSpan(as_utc(start), as_utc(start + timedelta(days=7)))
    with db.reading(context.engine) as session:
        counted = WeekOfCases(session, week, working_calendar.load(context))
        cases = case_figures.cases_of_numbers(session, counted.numbers_behind(measure))
        rows = [
            FigureCase(
                number=case.number,
                kind=case.kind,
                topic=case.topic,
                priority=case.priority,
                area=case.area,
                owner=case.owner,
                state=case.state,
                opened_at=case.opened_at,
            )
            for case in cases
            if places is None or case_access.places_of(case) & set(places)
        ]
        return FigureCases(rows, len(cases) - len(rows))
