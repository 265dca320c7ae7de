"""How cases stood at a moment that may be over: their states, and which were late."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES, CaseState
from socialcell.desk.model import CaseClock, CaseStep, DeskCase

C, STEP = db.table(DeskCase).c, db.table(CaseStep).c
CLOCK = db.table(CaseClock).c


def states_at(
    session: Session, ids: Collection[int], as_of: datetime
) -> dict[int, str]:
    """The state of each case at a moment, by its steps."""
    states: dict[int, str] = {}
    for chunk in db.chunks(list(ids)):
        query: Select[tuple[int, str]] = (
            select(STEP.case_id, STEP.to_state)
            .where(STEP.case_id.in_(chunk), STEP.at < as_of)
            .order_by(STEP.id)
        )
        states |= dict(session.execute(query).all())
    return states


def was_running(as_of: datetime) -> ColumnElement[bool]:
    """Whether a clock ran at a moment."""
    return and_(
        CLOCK.started_at < as_of,
        or_(CLOCK.stopped_at.is_(None), CLOCK.stopped_at >= as_of),
    )


def count_open(session: Session, as_of: datetime) -> int:
    """How many cases were open at a moment, whoever's turn they were."""
    is_open = C.state.in_([state.value for state in OPEN_STATES])
    now = session.scalars(select(C.id).where(is_open, C.opened_at < as_of))
    changed = session.scalars(
        select(STEP.case_id)
        .join(db.table(DeskCase), C.id == STEP.case_id)
        .where(STEP.at >= as_of, C.opened_at < as_of)
    )
    ids = {*now, *changed}
    states = states_at(session, ids, as_of)
    return sum(states.get(id_, CaseState.NEW.value) in OPEN_STATES for id_ in ids)


def count_past_a_clock(session: Session, as_of: datetime) -> dict[str, int]:
    """By priority, how many cases had a clock that had run out at a moment, whichever:
    those that the list of the overdue has."""
    rows = session.execute(
        select(C.priority, func.count(C.id.distinct()))
        .join(db.table(CaseClock), CLOCK.case_id == C.id)
        .where(was_running(as_of), CLOCK.due_at < as_of)
        .group_by(C.priority)
    )
    return dict(rows.all())
