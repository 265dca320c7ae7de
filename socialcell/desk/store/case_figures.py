"""What the figures of a week count of cases, as it was at the week's end.

A span is [start, end); whatever happened at or after `as_of` is left out, so that a
week that is counted again is the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import CaseState
from socialcell.desk.clock_times import ClockKind
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseMessage,
    CaseReferral,
    CaseStep,
    DeskCase,
)
from socialcell.desk.store.case_moments import states_at, was_running
from socialcell.desk.store.clocks import is_answer

C, STEP = db.table(DeskCase).c, db.table(CaseStep).c
CONTACT, MESSAGE = db.table(CaseContact).c, db.table(CaseMessage).c
CLOCK, CHECK = db.table(CaseClock).c, db.table(ClosureCheck).c
_NOT_COUNTED = (CaseState.DUPLICATE, CaseState.DROPPED)


@dataclass(frozen=True, slots=True)
class CountedCase:
    """A case as it was at a moment. `was_reopened`: a citizen or a call has said no."""

    id: int
    number: str
    kind: str
    priority: str
    state: str
    has_place: bool
    opened_at: datetime
    first_contact_at: datetime
    registered_at: datetime | None
    was_reopened: bool


@dataclass(frozen=True, slots=True)
class OverdueCase:
    """A case whose total clock ran past its time."""

    number: str
    due_at: datetime
    owner: str | None
    area: str | None


@dataclass(frozen=True, slots=True)
class CountedReferral:
    """A case that was passed to another body."""

    number: str
    body: str
    opened_at: datetime
    made_at: datetime
    answered_at: datetime | None


def is_any_case(session: Session, as_of: datetime) -> bool:
    """Whether a case had been opened at a moment: whether the desk was in use."""
    query = select(C.id).where(C.opened_at < as_of).limit(1)
    return session.scalars(query).first() is not None


def cases_opened(
    session: Session, start: datetime, end: datetime, as_of: datetime
) -> list[CountedCase]:
    """The cases that were opened in a span, without duplicates and what was dropped."""
    rows = session.execute(
        select(
            C.id,
            C.number,
            C.kind,
            C.priority,
            or_(C.area.is_not(None), C.latitude.is_not(None)),
            C.opened_at,
            C.first_contact_at,
            C.registered_at,
        )
        .where(C.opened_at >= start, C.opened_at < end)
        .order_by(C.id)
    ).all()
    ids = [row[0] for row in rows]
    states, reopened = states_at(session, ids, as_of), _reopened(session, ids, as_of)
    return [
        CountedCase(
            id=id_,
            number=number,
            kind=kind,
            priority=priority,
            state=state,
            has_place=has_place,
            opened_at=opened_at,
            first_contact_at=first_contact_at,
            registered_at=registered_at,
            was_reopened=id_ in reopened,
        )
        for id_, number, kind, priority, has_place, opened_at, first_contact_at, (
            registered_at
        ) in rows
        if (state := states.get(id_, CaseState.NEW.value)) not in _NOT_COUNTED
    ]


def first_answers(
    session: Session, ids: Collection[int], as_of: datetime
) -> dict[int, datetime]:
    """When a person first answered in each of these cases, where one has."""
    answers: dict[int, datetime] = {}
    for chunk in db.chunks(list(ids)):
        rows = session.execute(
            select(CONTACT.case_id, func.min(MESSAGE.sent_at))
            .join(db.table(CaseMessage), MESSAGE.contact_id == CONTACT.id)
            .where(CONTACT.case_id.in_(chunk), is_answer(), MESSAGE.sent_at < as_of)
            .group_by(CONTACT.case_id)
        )
        answers |= dict(rows.all())
    return answers


def first_answers_due(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """Until when each of these cases was to have its first answer, as last reckoned."""
    due: dict[int, datetime] = {}
    for chunk in db.chunks(list(ids)):
        rows = session.execute(
            select(CLOCK.case_id, CLOCK.due_at)
            .where(CLOCK.case_id.in_(chunk), CLOCK.kind == ClockKind.FIRST_ANSWER)
            .order_by(CLOCK.id)
        )
        due |= dict(rows.all())
    return due


def places_asked(
    session: Session, ids: Collection[int], as_of: datetime
) -> dict[int, bool]:
    """The cases in which somebody was asked for the place; whether they wrote since."""
    asked: dict[int, bool] = {}
    question, reply = db.table(CaseMessage).alias(), db.table(CaseMessage).alias()
    for chunk in db.chunks(list(ids)):
        rows = session.execute(
            select(CONTACT.case_id, func.count(reply.c.id))
            .join(question, question.c.contact_id == CONTACT.id)
            .outerjoin(
                reply,
                and_(
                    reply.c.contact_id == CONTACT.id,
                    reply.c.direction == "in",
                    reply.c.at > question.c.sent_at,
                    reply.c.at < as_of,
                ),
            )
            .where(
                CONTACT.case_id.in_(chunk),
                question.c.purpose == "place_question",
                question.c.direction == "out",
                question.c.sent_at < as_of,
            )
            .group_by(CONTACT.case_id)
        )
        asked |= {case_id: replies > 0 for case_id, replies in rows}
    return asked


def overdue_cases(session: Session, as_of: datetime) -> list[OverdueCase]:
    """The cases whose total clock ran past its time at a moment, longest due first."""
    rows = session.execute(
        select(C.number, CLOCK.due_at, C.owner, C.area)
        .join(db.table(CaseClock), CLOCK.case_id == C.id)
        .where(_running_total(as_of), CLOCK.due_at < as_of)
        .order_by(CLOCK.due_at, C.id)
    )
    return [OverdueCase(*row) for row in rows]


def running_totals(session: Session, as_of: datetime) -> int:
    """How many cases were the corporation's turn at a moment."""
    query = select(func.count()).select_from(db.table(CaseClock))
    return session.scalars(query.where(_running_total(as_of))).one()


def sample_answers(session: Session, monday: date, as_of: datetime) -> list[str | None]:
    """What is known of each closing that was drawn for a call in a week: yes, no, or
    None."""
    known_at = func.coalesce(CHECK.called_at, CHECK.answered_at)
    rows = session.execute(
        select(CHECK.answer, known_at)
        .where(CHECK.in_sample.is_(True), CHECK.drawn_for == monday)
        .order_by(CHECK.id)
    )
    return [
        answer if answer in ("yes", "no") and at is not None and at < as_of else None
        for answer, at in rows
    ]


def count_first_answered(session: Session, start: datetime, end: datetime) -> int:
    """How many cases had their first answer from a person in a span."""
    first = (
        select(func.min(MESSAGE.sent_at).label("at"))
        .select_from(db.table(CaseMessage))
        .join(db.table(CaseContact), CONTACT.id == MESSAGE.contact_id)
        .where(is_answer())
        .group_by(CONTACT.case_id)
        .subquery()
    )
    query = select(func.count()).select_from(first)
    return session.scalars(query.where(first.c.at >= start, first.c.at < end)).one()


def count_confirmed(session: Session, start: datetime, end: datetime) -> int:
    """How many cases a citizen has confirmed as solved in a span."""
    query = select(func.count(STEP.case_id.distinct())).where(
        STEP.to_state == CaseState.CLOSED_CONFIRMED,
        STEP.from_state != CaseState.CLOSED_CONFIRMED,
        STEP.at >= start,
        STEP.at < end,
    )
    return session.scalars(query).one()


def sampled_cases(session: Session, monday: date) -> list[str]:
    """The numbers of the cases whose closing was drawn for a call in a week."""
    query = (
        select(C.number)
        .join(db.table(ClosureCheck), CHECK.case_id == C.id)
        .where(CHECK.in_sample.is_(True), CHECK.drawn_for == monday)
    )
    return list(session.scalars(query.distinct().order_by(C.number)))


def cases_of_numbers(session: Session, numbers: Collection[str]) -> list[DeskCase]:
    """These cases, by their numbers."""
    rows: list[DeskCase] = []
    for chunk in db.chunks(sorted(set(numbers))):
        query = select(DeskCase).where(col(DeskCase.number).in_(chunk))
        rows += session.scalars(query.order_by(col(DeskCase.number)))
    return rows


def referrals_made(
    session: Session, start: datetime, end: datetime
) -> list[CountedReferral]:
    """What was passed to other bodies in a span."""
    referral = db.table(CaseReferral)
    r = referral.c
    rows = session.execute(
        select(C.number, r.body, C.opened_at, r.made_at, r.answered_at)
        .join(referral, r.case_id == C.id)
        .where(r.made_at >= start, r.made_at < end)
        .order_by(r.id)
    )
    return [CountedReferral(*row) for row in rows]


def _running_total(as_of: datetime) -> ColumnElement[bool]:
    return and_(CLOCK.kind == ClockKind.TOTAL, was_running(as_of))


def _reopened(session: Session, ids: Collection[int], as_of: datetime) -> set[int]:
    reopened: set[int] = set()
    for chunk in db.chunks(list(ids)):
        query = select(col(CaseStep.case_id)).where(
            STEP.case_id.in_(chunk), STEP.kind == "reopen", STEP.at < as_of
        )
        reopened |= set(session.scalars(query))
    return reopened
