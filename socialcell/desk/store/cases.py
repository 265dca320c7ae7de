"""Cases: numbered, changed one step at a time, and found by their numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.clock import IST
from socialcell.desk.case_states import END_STATES, OPEN_STATES, CaseState, next_states
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep, DeskCase
from socialcell.errors import ChangedMeanwhile, UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.model import Annotation, Mention

CASE = db.table(DeskCase)
CONTACT, MESSAGE = db.table(CaseContact), db.table(CaseMessage)


class CaseChangedError(ChangedMeanwhile):
    """Somebody else has changed the case since it was read."""


@dataclass(frozen=True)
class StepDraft:
    """A step that is to be entered: what is done, by whom and why.

    `to` is the state that follows (None: it stays); `level` likewise.
    """

    kind: str
    by: str
    reason: str = ""
    to: CaseState | None = None
    level: int | None = None
    evidence: str = ""
    detail: JsonObject = field(default_factory=dict)


def next_number(session: Session, now: datetime) -> str:
    """The number of a new case: the year in Pune and a serial in it, from 1 on."""
    db.take_turn(session, "case_number")
    prefix = f"{now.astimezone(IST):%y}-"
    newest = session.scalars(
        select(func.max(CASE.c.number)).where(CASE.c.number.startswith(prefix))
    ).one()
    return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:06d}"


def find_case(session: Session, number: str) -> DeskCase:
    """The case of a number. UsageError: there is none."""
    case = session.scalars(
        select(DeskCase).where(col(DeskCase.number) == number.strip())
    ).one_or_none()
    if case is None:
        raise UsageError("desk.no_such_case", number=number)
    return case


def lock_case(session: Session, number: str, rev: int | None = None) -> DeskCase:
    """The case of a number, which nobody else changes until the transaction ends.

    UsageError: there is none. CaseChangedError: its revision is not `rev` (None: any).
    """
    case = session.scalars(
        select(DeskCase)
        .where(col(DeskCase.number) == number.strip())
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if case is None:
        raise UsageError("desk.no_such_case", number=number)
    if rev is not None and case.rev != rev:
        raise CaseChangedError("desk.case_changed", number=case.number)
    return case


def lock_pair(
    session: Session, number: str, other: str, rev: int | None = None
) -> tuple[DeskCase, DeskCase]:
    """Two cases by their numbers, locked in one order, whoever names them how; `rev` is
    the revision of the first. UsageError also: they are the same."""
    if number.strip() == other.strip():
        raise UsageError("deskcases.same_case", number=number.strip())
    locked = {name: lock_case(session, name) for name in sorted((number, other))}
    case = locked[number]
    if rev is not None and case.rev != rev:
        raise CaseChangedError("desk.case_changed", number=case.number)
    return case, locked[other]


def enter_step(
    session: Session, case: DeskCase, step: StepDraft, now: datetime
) -> CaseStep:
    """Enter a step of a locked case, and its state and level with it.

    UsageError: a state that may not follow.
    """
    state = CaseState(case.state)
    if step.to is not None and step.to not in next_states(state):
        raise UsageError(
            "desk.no_such_transition",
            number=case.number,
            state=state.value,
            wanted=step.to.value,
        )
    assert case.id is not None
    to_state = state if step.to is None else step.to
    case.state = to_state.value
    if to_state in END_STATES and state not in END_STATES:
        case.closed_at = now
    elif to_state not in END_STATES:
        case.closed_at = None
    case.level = case.level if step.level is None else step.level
    case.rev += 1
    row = CaseStep(
        case_id=case.id,
        kind=step.kind,
        from_state=state.value,
        to_state=to_state.value,
        level=case.level,
        by=step.by,
        at=now,
        reason=step.reason,
        evidence=step.evidence,
        detail=step.detail,
    )
    session.add(row)
    session.flush()
    return row


def steps_of(session: Session, case_id: int) -> Sequence[CaseStep]:
    """The steps of a case, in their order."""
    query = select(CaseStep).where(col(CaseStep.case_id) == case_id)
    return session.scalars(query.order_by(col(CaseStep.id))).all()


def contacts_of(session: Session, case_ids: Collection[int]) -> Sequence[CaseContact]:
    """The contacts of cases, in the order in which they came."""
    query = select(CaseContact).where(col(CaseContact.case_id).in_(case_ids))
    return session.scalars(query.order_by(col(CaseContact.id))).all()


def messages_of(session: Session, case_id: int) -> Sequence[CaseMessage]:
    """The messages of a case: those of its contacts, and its own notes, by time."""
    contacts = select(col(CaseContact.id)).where(col(CaseContact.case_id) == case_id)
    contact = col(CaseMessage.contact_id)
    query = select(CaseMessage).where(
        contact.in_(contacts)
        | (contact.is_(None) & (col(CaseMessage.case_id) == case_id))
    )
    return session.scalars(
        query.order_by(col(CaseMessage.at), col(CaseMessage.id))
    ).all()


def first_heard(session: Session, contact: CaseContact) -> datetime | None:
    """When a contact first wrote or called; None: it never did."""
    query = select(func.min(col(CaseMessage.at))).where(
        col(CaseMessage.contact_id) == contact.id, col(CaseMessage.direction) == "in"
    )
    return session.scalars(query).one()


def suggested_critical(session: Session) -> list[str]:
    """The numbers of open cases that the reader alone takes for life or limb."""
    query = select(col(DeskCase.number)).where(
        col(DeskCase.state).in_([state.value for state in OPEN_STATES]),
        col(DeskCase.priority) > "P0",
        col(DeskCase.suggested_priority) == "P0",
    )
    return list(session.scalars(query.order_by(col(DeskCase.id))))


def with_other_urgency(session: Session) -> list[DeskCase]:
    """Open cases whose suggested priority may not be that of their
    mentions any more: somebody decided the urgency of one, or one is critical now."""
    written = (
        select(CONTACT.c.case_id)
        .join(MESSAGE, MESSAGE.c.contact_id == CONTACT.c.id)
        .join(Mention, col(Mention.id) == MESSAGE.c.mention_id)
        .where(MESSAGE.c.direction == "in")
    )
    decided = written.join(
        Annotation, col(Annotation.mention_id) == col(Mention.id)
    ).where(
        col(Annotation.kind) == "urgency", col(Annotation.decided_value).is_not(None)
    )
    critical = written.where(
        col(Mention.urgency) == "critical", col(Mention.state) == "present"
    )
    query = select(DeskCase).where(
        CASE.c.state.in_([state.value for state in OPEN_STATES]),
        CASE.c.id.in_(decided)
        | (CASE.c.id.in_(critical) & (CASE.c.suggested_priority > "P0")),
    )
    return list(session.scalars(query.order_by(CASE.c.id)))


def merged_into(session: Session, case_id: int) -> list[str]:
    """The numbers of the cases that were merged into one, in their order."""
    query = select(col(DeskCase.number)).where(col(DeskCase.merged_into) == case_id)
    return list(session.scalars(query.order_by(col(DeskCase.number))))
