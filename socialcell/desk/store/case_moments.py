"""How cases stood at a moment that may be over: their states, and which were late."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, Select, and_, or_, select
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
    """Whether a clock ran at a moment.

    A clock that was set anew with another time keeps its start: of those of a case and
    kind that seem to have run, the oldest did.
    """
    clocks = db.table(CaseClock)
    older = clocks.alias()
    is_older = and_(
        older.c.case_id == CLOCK.case_id,
        older.c.kind == CLOCK.kind,
        older.c.id < CLOCK.id,
    )
    before = select(older.c.id).where(is_older, _ran(older, as_of))
    return and_(_ran(clocks, as_of), ~before.exists())


def count_open(session: Session, as_of: datetime) -> int:
    """How many cases were open at a moment, whoever's turn they were."""
    return len(_open_cases(session, as_of))


def count_past_a_clock(session: Session, as_of: datetime) -> dict[str, int]:
    """By priority, how many of the cases that were open at a moment had a clock that
    had run out, whichever: those that the list of the overdue has."""
    # A clock of a first answer starts with the post, which may be before the case.
    open_ids = _open_cases(session, as_of)
    rows = session.execute(
        select(C.id, C.priority)
        .join(db.table(CaseClock), CLOCK.case_id == C.id)
        .where(was_running(as_of), CLOCK.due_at < as_of)
        .distinct()
    )
    return Counter(priority for id_, priority in rows if id_ in open_ids)


def _ran(clock: FromClause, as_of: datetime) -> ColumnElement[bool]:
    c = clock.c
    return and_(
        c.started_at < as_of, or_(c.stopped_at.is_(None), c.stopped_at >= as_of)
    )


def _open_cases(session: Session, as_of: datetime) -> set[int]:
    is_open = C.state.in_([state.value for state in OPEN_STATES])
    now = session.scalars(select(C.id).where(is_open, C.opened_at < as_of))
    changed = session.scalars(
        select(STEP.case_id)
        .join(db.table(DeskCase), C.id == STEP.case_id)
        .where(STEP.at >= as_of, C.opened_at < as_of)
    )
    ids = {*now, *changed}
    states = states_at(session, ids, as_of)
    return {id_ for id_ in ids if states.get(id_, CaseState.NEW.value) in OPEN_STATES}
