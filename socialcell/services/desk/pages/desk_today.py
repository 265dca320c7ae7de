"""The cases with which a day begins: those to work on first."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.desk.store import case_details
from socialcell.desk.store.case_details import FirstCase
from socialcell.listening.people import masking
from socialcell.listening.people.visibility import People
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.views.desk.case_view import last_words
from socialcell.views.desk.clock_view import ClockView, view_clock


@dataclass(frozen=True)
class TodayCase:
    """A case to work on first, with the clock that ends first.

    `words` are the last of a citizen, masked; None: removed, or none were held.
    """

    number: str
    kind: str
    topic: str | None
    priority: str
    title: str
    place: str
    state: str
    words: str | None
    language: str | None
    clock: ClockView | None


def read_first_cases(context: Context, limit: int) -> list[TodayCase]:
    """The open cases of the whole city to work on first."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        rows = case_details.first_cases(session, limit)
        if not rows:
            return []
        people = pseudonyms.read_people(context, session)
    return [_view(row, now, people) for row in rows]


def _view(row: FirstCase, now: datetime, people: People) -> TodayCase:
    case = row.case
    words, language = last_words(row.note, row.mention, people)
    return TodayCase(
        number=case.number,
        kind=case.kind,
        topic=case.topic,
        priority=case.priority,
        title=masking.unnamed(case.summary),
        place=masking.unnamed(case.place),
        state=case.state,
        words=words,
        language=language,
        clock=view_clock(row.clock, now) if row.clock else None,
    )
