"""Closing checks: what contacts were asked, what they answered, who is to be called."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import CaseState
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import CaseContact, CaseFile, CaseMessage, CaseStep, DeskCase

CHECK = db.table(ClosureCheck)
K = CHECK.c
STEP = db.table(CaseStep)
S = STEP.c
QUESTION = "closing_question"  # the purpose of the message that asks
HELD = ("draft", "waiting", "queued")  # states of a question that has not left yet
UNREAD = ("unclear_answer", "late_message")  # steps: a person reads what came
ANSWER_READ = "answer_read"  # the step after it
LOST = ("failed", "unsure", "withdrawn", "returned", "erased")


def next_round(session: Session, contact_ids: Collection[int]) -> int:
    """The number of the next round of questions to these contacts, from 1 on."""
    newest = select(func.max(K.round)).where(K.contact_id.in_(contact_ids))
    return (session.scalars(newest).one() or 0) + 1


def checks_since(
    session: Session, case_id: int, since: datetime
) -> Sequence[ClosureCheck]:
    """The checks of the contacts of a case that were asked since a moment, by id."""
    contacts = select(col(CaseContact.id)).where(col(CaseContact.case_id) == case_id)
    query = select(ClosureCheck).where(
        col(ClosureCheck.contact_id).in_(contacts), col(ClosureCheck.asked_at) >= since
    )
    return session.scalars(query.order_by(col(ClosureCheck.id))).all()


def newest_check(session: Session, contact_id: int) -> ClosureCheck | None:
    """The last check of a contact; None: never asked."""
    query = select(ClosureCheck).where(col(ClosureCheck.contact_id) == contact_id)
    return session.scalars(query.order_by(col(ClosureCheck.round).desc())).first()


def questions_since(
    session: Session, contact_ids: Collection[int], since: datetime
) -> dict[int, CaseMessage]:
    """The newest closing question to each contact since a moment."""
    query = select(CaseMessage).where(
        col(CaseMessage.contact_id).in_(contact_ids),
        col(CaseMessage.purpose) == QUESTION,
        col(CaseMessage.direction) == "out",
        col(CaseMessage.at) >= since,
    )
    rows = session.scalars(query.order_by(col(CaseMessage.id))).all()
    return {row.contact_id: row for row in rows if row.contact_id is not None}


def claimed_before(session: Session, moment: datetime) -> list[str]:
    """The numbers of cases that were claimed done by a moment, and wait, by id."""
    query = select(col(DeskCase.number)).where(
        col(DeskCase.state) == CaseState.RESOLVED_CLAIMED.value,
        col(DeskCase.claimed_at) <= moment,
    )
    return list(session.scalars(query.order_by(col(DeskCase.id))))


@dataclass(frozen=True, slots=True)
class WaitingCheck:
    """A check without an answer, or a call that nobody has made; `question` is the
    state of the newest message that asked, None where none was written."""

    case: DeskCase
    check: ClosureCheck
    contact: CaseContact
    question: str | None


def waiting_checks(session: Session) -> list[WaitingCheck]:
    """The checks without an answer of cases that are claimed done, and those drawn for
    a call that nobody has made, the oldest first. One statement."""
    claimed = (col(DeskCase.state) == CaseState.RESOLVED_CLAIMED.value) & (
        K.answer.is_(None) & (K.asked_at >= col(DeskCase.claimed_at))
    )
    drawn = (
        (col(DeskCase.state) == CaseState.CLOSED_UNCONFIRMED.value)
        & K.in_sample.is_(True)
        & K.call.is_(None)
    )
    question = (
        select(col(CaseMessage.state))
        .where(
            col(CaseMessage.contact_id) == K.contact_id,
            col(CaseMessage.purpose) == QUESTION,
            col(CaseMessage.direction) == "out",
            col(CaseMessage.at) >= K.asked_at,
        )
        .order_by(col(CaseMessage.id).desc())
        .limit(1)
        .correlate(CHECK)
        .scalar_subquery()
    )
    query = (
        select(DeskCase, ClosureCheck, CaseContact, question)
        .join(CaseContact, col(CaseContact.case_id) == col(DeskCase.id))
        .join(ClosureCheck, K.contact_id == col(CaseContact.id))
        .where(or_(claimed, drawn))
        .order_by(K.asked_at, K.id)
    )
    return [WaitingCheck(*row) for row in session.execute(query)]


def often_reopened(session: Session, least: int) -> Sequence[DeskCase]:
    """The cases reopened at least so often that are not closed, worst first."""
    query = select(DeskCase).where(
        col(DeskCase.reopened) >= least, col(DeskCase.closed_at).is_(None)
    )
    order = (col(DeskCase.reopened).desc(), col(DeskCase.id))
    return session.scalars(query.order_by(*order)).all()


def unread_answers(session: Session) -> list[tuple[DeskCase, CaseStep]]:
    """The cases whose newest message a person has to read as yes or no, each with the
    step that says so, the oldest first."""
    newest = (
        select(func.max(S.id))
        .where(S.kind.in_((*UNREAD, ANSWER_READ)))
        .group_by(S.case_id)
    )
    query = (
        select(DeskCase, CaseStep)
        .join(CaseStep, col(CaseStep.case_id) == col(DeskCase.id))
        .where(col(CaseStep.id).in_(newest), col(CaseStep.kind).in_(UNREAD))
        .order_by(col(CaseStep.id))
    )
    return [(case, step) for case, step in session.execute(query)]


def messages_by_id(
    session: Session, message_ids: Collection[int]
) -> dict[int, CaseMessage]:
    """Messages of cases by their numbers; those that are not there are missing."""
    query = select(CaseMessage).where(col(CaseMessage.id).in_(message_ids))
    return {row.id: row for row in session.scalars(query) if row.id is not None}


def photo_of(session: Session, case_id: int, file_id: int) -> CaseFile | None:
    """A photo of a case by its number; None: there is none of this number in it."""
    photo = session.get(CaseFile, file_id)
    fits = photo is not None and photo.case_id == case_id and photo.kind == "photo"
    return photo if fits else None


@dataclass(frozen=True, slots=True)
class SilentClosing:
    """A case that was closed without an answer, and the department of that time."""

    case_id: int
    department: str
    at: datetime


def silent_closings(
    session: Session, start: datetime, end: datetime
) -> list[SilentClosing]:
    """The cases that were closed without an answer in [start, end), each once, by id.

    They follow from steps alone, so that they are the same whatever happens later.
    """
    query = (
        select(S.case_id, S.detail, S.at)
        .where(
            S.kind == "close",
            S.to_state == CaseState.CLOSED_UNCONFIRMED.value,
            S.at >= start,
            S.at < end,
        )
        .order_by(S.case_id, S.id)
    )
    frame: dict[int, SilentClosing] = {}
    for case_id, detail, at in session.execute(query):
        closing = SilentClosing(case_id, str(detail.get("owner") or ""), at)
        frame.setdefault(case_id, closing)
    return list(frame.values())


def checks_of_closing(session: Session, closing: SilentClosing) -> list[ClosureCheck]:
    """The checks of the claim that ended in a silent closing, by id."""
    query = select(ClosureCheck).where(
        col(ClosureCheck.case_id) == closing.case_id,
        col(ClosureCheck.asked_at) <= closing.at,
    )
    checks = session.scalars(query.order_by(col(ClosureCheck.id))).all()
    newest = max((check.asked_at for check in checks), default=None)
    return [check for check in checks if check.asked_at == newest]


def checks_of_week(session: Session, monday: date) -> Sequence[ClosureCheck]:
    """The checks that were drawn for calls of one week, by id."""
    query = select(ClosureCheck).where(
        col(ClosureCheck.in_sample).is_(True), K.drawn_for == monday
    )
    return session.scalars(query.order_by(col(ClosureCheck.id))).all()
