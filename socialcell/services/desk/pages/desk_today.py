"""The cases with which a day begins: those to work on first."""

from dataclasses import dataclass

from socialcell import db
from socialcell.desk.store import case_details
from socialcell.listening.people import masking
from socialcell.services.context import Context
from socialcell.views.desk.clock_view import ClockView, view_clock


@dataclass(frozen=True)
class TodayCase:
    """A case to work on first, with the clock that ends first."""

    number: str
    kind: str
    topic: str | None
    priority: str
    title: str
    place: str
    state: str
    clock: ClockView | None


def read_first_cases(context: Context, limit: int) -> list[TodayCase]:
    """The open cases of the whole city to work on first. One statement."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        return [
            TodayCase(
                number=case.number,
                kind=case.kind,
                topic=case.topic,
                priority=case.priority,
                title=masking.unnamed(case.summary),
                place=masking.unnamed(case.place),
                state=case.state,
                clock=view_clock(clock, now) if clock else None,
            )
            for case, clock in case_details.first_cases(session, limit)
        ]
