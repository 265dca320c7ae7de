"""Clocks of cases: those that run, what stops them, and what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import END_STATES, OPEN_STATES, CaseState
from socialcell.desk.clock_times import ClockKind
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseMessage,
    CaseReferral,
    CaseStep,
    DeskCase,
)

CLOCK, CASE = db.table(CaseClock), db.table(DeskCase)
MESSAGE, CONTACT = db.table(CaseMessage), db.table(CaseContact)
STEP = db.table(CaseStep)
SENT = ("sent", "delivered", "read")
BY_PEOPLE = ("answer", "place_question")
"""Purposes of what a person says; an acknowledgement and the closing question are the
machine's."""


@dataclass(frozen=True, slots=True)
class ContactTime:
    """When a contact was heard, or answered by a person."""

    contact_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StateEntry:
    """Since when a case has stood in its state, and what the step said."""

    at: datetime
    until: str | None


def is_answer() -> ColumnElement[bool]:
    """Messages that a person said, publicly or privately, and that were sent."""
    m = MESSAGE.c
    return and_(
        m.direction == "out",
        m.purpose.in_(BY_PEOPLE),
        m.state.in_(SENT),
        m.sent_at.is_not(None),
    )


def waits_for_citizen() -> ColumnElement[bool]:
    """Cases in which the next step is a citizen's: an answer, or whether it is done."""
    return or_(
        func.coalesce(CASE.c.waits_for, "") == "citizen",
        CASE.c.state == CaseState.RESOLVED_CLAIMED,
    )


def is_worked_on() -> ColumnElement[bool]:
    """Cases whose total clock runs: open, not referred, and not the citizen's turn."""
    return and_(
        CASE.c.state.in_(OPEN_STATES),
        CASE.c.state != CaseState.REFERRED,
        ~waits_for_citizen(),
    )


def running_clocks(session: Session, case_id: int) -> dict[str, CaseClock]:
    """The clocks of a case that run, by kind."""
    query = select(CaseClock).where(
        col(CaseClock.case_id) == case_id, col(CaseClock.stopped_at).is_(None)
    )
    return {clock.kind: clock for clock in session.scalars(query)}


def last_stopped(session: Session, case_id: int, kind: ClockKind) -> CaseClock | None:
    """The newest clock of a kind that has stopped."""
    query = select(CaseClock).where(
        col(CaseClock.case_id) == case_id,
        col(CaseClock.kind) == kind,
        col(CaseClock.stopped_at).is_not(None),
    )
    return session.scalars(query.order_by(col(CaseClock.id).desc()).limit(1)).first()


def clocks_of(session: Session, case_id: int) -> Sequence[CaseClock]:
    """All clocks of a case, in the order in which they were started."""
    query = select(CaseClock).where(col(CaseClock.case_id) == case_id)
    return session.scalars(query.order_by(col(CaseClock.id))).all()


def answers_to(session: Session, case_id: int) -> list[ContactTime]:
    """When a person answered which contact of a case, the first answer first."""
    m = MESSAGE.c
    rows = session.execute(
        select(m.contact_id, m.sent_at)
        .join(CONTACT, CONTACT.c.id == m.contact_id)
        .where(CONTACT.c.case_id == case_id, is_answer())
        .order_by(m.sent_at, m.id)
    )
    return [ContactTime(*row) for row in rows]


def heard_from(session: Session, case_id: int) -> list[ContactTime]:
    """When which contact of a case wrote or called, the first time first; without
    those who have said that it is solved."""
    m = MESSAGE.c
    rows = session.execute(
        select(m.contact_id, m.at)
        .join(CONTACT, CONTACT.c.id == m.contact_id)
        .where(
            CONTACT.c.case_id == case_id,
            m.direction == "in",
            func.coalesce(CONTACT.c.closing, "") != "yes",
        )
        .order_by(m.at, m.id)
    )
    return [ContactTime(*row) for row in rows]


def state_entry(session: Session, case_id: int) -> StateEntry | None:
    """The step by which a case came into its state; None: it was opened in it."""
    step = session.scalars(
        select(CaseStep)
        .where(
            col(CaseStep.case_id) == case_id,
            col(CaseStep.from_state) != col(CaseStep.to_state),
        )
        .order_by(col(CaseStep.id).desc())
        .limit(1)
    ).first()
    if step is None:
        return None
    until = step.detail.get("until")
    return StateEntry(step.at, until if isinstance(until, str) else None)


def body_answered_at(session: Session, case_id: int) -> datetime | None:
    """When the body answered to which a case was passed last."""
    query = select(col(CaseReferral.answered_at)).where(
        col(CaseReferral.case_id) == case_id
    )
    return session.scalars(query.order_by(col(CaseReferral.id).desc()).limit(1)).first()


def mark_missed(session: Session, now: datetime) -> int:
    """Mark clocks that run past their time; how many are new."""
    c = CLOCK.c
    late = update(CLOCK).where(
        c.stopped_at.is_(None), c.due_at < now, c.missed.is_(False)
    )
    return db.changed(session, late.values(missed=True))


def unsettled_cases(session: Session, limit: int) -> list[str]:
    """Numbers of cases whose clocks do not fit what has happened, the oldest first:
    the total that runs or not, an answer that was sent, a clock after the end."""
    c, k, m = CASE.c, CLOCK.c, MESSAGE.c
    total = exists().where(
        k.case_id == c.id, k.kind == ClockKind.TOTAL, k.stopped_at.is_(None)
    )
    queries = [
        select(c.id).where(is_worked_on(), ~total),
        select(k.case_id)
        .join(CASE, c.id == k.case_id)
        .where(k.stopped_at.is_(None), k.kind == ClockKind.TOTAL, ~is_worked_on()),
        select(k.case_id)
        .join(CASE, c.id == k.case_id)
        .where(k.stopped_at.is_(None), c.state.in_(END_STATES)),
        select(k.case_id)
        .join(CONTACT, CONTACT.c.case_id == k.case_id)
        .join(MESSAGE, m.contact_id == CONTACT.c.id)
        .where(
            k.stopped_at.is_(None),
            or_(
                k.kind == ClockKind.FIRST_ANSWER,
                and_(k.kind == ClockKind.NEXT_ANSWER, m.sent_at >= k.started_at),
            ),
            is_answer(),
        ),
    ]
    ids = {id_ for query in queries for id_ in session.scalars(query.limit(limit))}
    numbers = select(c.number).where(c.id.in_(ids)).order_by(c.id).limit(limit)
    return list(session.scalars(numbers))


def due_escalations(
    session: Session, now: datetime, limit: int
) -> list[tuple[int, str]]:
    """Clocks that are to be escalated now, the longest due first: their ids, and the
    numbers of their cases."""
    k = CLOCK.c
    query = (
        select(k.id, CASE.c.number)
        .join(CASE, CASE.c.id == k.case_id)
        .where(k.stopped_at.is_(None), k.escalates_at <= now)
        .order_by(k.escalates_at, k.id)
        .limit(limit)
    )
    return [(id_, number) for id_, number in session.execute(query)]


def unanswered_dangers(session: Session) -> list[DeskCase]:
    """Cases of life and limb that no person has answered yet, the oldest first."""
    k = CLOCK.c
    running = exists().where(
        k.case_id == CASE.c.id, k.kind == ClockKind.FIRST_ANSWER, k.stopped_at.is_(None)
    )
    query = select(DeskCase).where(
        col(DeskCase.priority) == "P0", col(DeskCase.state).in_(OPEN_STATES), running
    )
    return list(session.scalars(query.order_by(col(DeskCase.id))))


def mentions_of(session: Session, case_id: int) -> list[int]:
    """Ids of the mentions in which citizens told of a case."""
    m = MESSAGE.c
    query = (
        select(m.mention_id)
        .join(CONTACT, CONTACT.c.id == m.contact_id)
        .where(CONTACT.c.case_id == case_id, m.mention_id.is_not(None))
    )
    return list(session.scalars(query.distinct().order_by(m.mention_id)))


def steps_since(
    session: Session, kinds: Sequence[str], since: datetime
) -> list[tuple[CaseStep, DeskCase]]:
    """Steps of these kinds since a moment with their cases, in their order."""
    query = (
        select(CaseStep, DeskCase)
        .join(DeskCase, col(DeskCase.id) == col(CaseStep.case_id))
        .where(col(CaseStep.kind).in_(kinds), col(CaseStep.at) >= since)
        .order_by(col(CaseStep.id))
    )
    return [(step, case) for step, case in session.execute(query)]


def faults(session: Session) -> list[str]:
    """Where the clocks of a case are not those of its state, as sentences."""
    c, k = CASE.c, CLOCK.c
    total = exists().where(
        k.case_id == c.id, k.kind == ClockKind.TOTAL, k.stopped_at.is_(None)
    )
    any_running = exists().where(k.case_id == c.id, k.stopped_at.is_(None))
    ever_first = exists().where(k.case_id == c.id, k.kind == ClockKind.FIRST_ANSWER)
    answered = exists().where(
        CONTACT.c.case_id == c.id, MESSAGE.c.contact_id == CONTACT.c.id, is_answer()
    )
    rules = (
        ("is open and no total clock of it runs", and_(is_worked_on(), ~total)),
        (
            "waits for the citizen or another body and its total clock runs",
            and_(c.state.in_(OPEN_STATES), ~is_worked_on(), total),
        ),
        (
            "has ended and a clock of it runs",
            and_(c.state.in_(END_STATES), any_running),
        ),
        (
            "is open, was never answered, and has no clock for it",
            and_(c.state.in_(OPEN_STATES), ~ever_first, ~answered),
        ),
    )
    return [
        f"case {number} {fault}"
        for fault, rule in rules
        for number in session.scalars(select(c.number).where(rule).order_by(c.id))
    ]
