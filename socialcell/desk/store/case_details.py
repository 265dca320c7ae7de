"""What belongs to one case beside its conversations: who has it, clocks, suggestions,
referrals, files, field links and closing questions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from socialcell.desk.case_states import OPEN_STATES
from socialcell.desk.closing_model import ClosureCheck, FieldLink
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseFile,
    CaseLease,
    CaseMessage,
    CaseReferral,
    CaseSuggestion,
    DeskCase,
)
from socialcell.desk.store.case_queue import time_left
from socialcell.identity.model import Operator
from socialcell.listening.store.mentions.mention_matching import AUTHOR, MENTION, M
from socialcell.listening.store.mentions.mention_queries import COLUMNS, MentionRow


@dataclass(frozen=True)
class CaseHead:
    """A case with its clocks, and the names of those who have it. `holder` has its
    lease until `held_until`; None: nobody works on it now. `merged_number`: of the case
    that it is a duplicate of."""

    case: DeskCase
    assignee: str | None
    holder_id: int | None
    holder: str | None
    held_until: datetime | None
    merged_number: str | None
    clocks: Sequence[CaseClock]


@dataclass(frozen=True)
class SuggestedCase:
    """A case that may be the same, with the reasons."""

    suggestion: CaseSuggestion
    other: DeskCase


def find_head(session: Session, number: str, now: datetime) -> CaseHead | None:
    """The case of a number; None: there is none."""
    assignee, holder = aliased(Operator), aliased(Operator)
    whole = aliased(DeskCase)
    lease = and_(col(CaseLease.case_id) == col(DeskCase.id), col(CaseLease.until) > now)
    query = (
        select(
            DeskCase,
            col(assignee.name),
            col(holder.id),
            col(holder.name),
            col(CaseLease.until),
            col(whole.number),
            CaseClock,
        )
        .outerjoin(CaseClock, col(CaseClock.case_id) == col(DeskCase.id))
        .outerjoin(assignee, col(assignee.id) == col(DeskCase.assignee))
        .outerjoin(CaseLease, lease)
        .outerjoin(holder, col(holder.id) == col(CaseLease.holder))
        .outerjoin(whole, col(whole.id) == col(DeskCase.merged_into))
        .where(col(DeskCase.number) == number)
        .order_by(col(CaseClock.started_at), col(CaseClock.id))
    )
    rows = session.execute(query).all()
    clocks = [clock for *_, clock in rows if clock is not None]
    if not rows:
        return None
    case, assigned, holder_id, holding, held_until, merged_number, _ = rows[0]
    return CaseHead(
        case, assigned, holder_id, holding, held_until, merged_number, clocks
    )


def clocks_of(session: Session, case_ids: Collection[int]) -> Sequence[CaseClock]:
    """The clocks of cases, in the order in which they started."""
    query = select(CaseClock).where(col(CaseClock.case_id).in_(case_ids))
    return session.scalars(
        query.order_by(col(CaseClock.started_at), col(CaseClock.id))
    ).all()


def open_suggestions(session: Session, case_id: int) -> list[SuggestedCase]:
    """Cases that may be the same as this one, and of which nobody has decided."""
    later, earlier = col(CaseSuggestion.case_id), col(CaseSuggestion.other_id)
    other = or_(
        and_(later == case_id, col(DeskCase.id) == earlier),
        and_(earlier == case_id, col(DeskCase.id) == later),
    )
    query = (
        select(CaseSuggestion, DeskCase)
        .join(DeskCase, other)
        .where(col(CaseSuggestion.decision).is_(None))
        .order_by(col(CaseSuggestion.id))
    )
    return [SuggestedCase(*row) for row in session.execute(query)]


def referrals_of(session: Session, case_id: int) -> Sequence[CaseReferral]:
    """To whom a case was passed, in order."""
    query = select(CaseReferral).where(col(CaseReferral.case_id) == case_id)
    return session.scalars(query.order_by(col(CaseReferral.id))).all()


def files_of(session: Session, case_id: int) -> Sequence[CaseFile]:
    """The photos and documents of a case, in order."""
    query = select(CaseFile).where(col(CaseFile.case_id) == case_id)
    return session.scalars(query.order_by(col(CaseFile.id))).all()


def field_links_of(session: Session, case_id: int) -> Sequence[FieldLink]:
    """The links that were given to engineers, in order."""
    query = select(FieldLink).where(col(FieldLink.case_id) == case_id)
    return session.scalars(query.order_by(col(FieldLink.id))).all()


def closure_checks_of(
    session: Session, contact_ids: Collection[int]
) -> Sequence[ClosureCheck]:
    """The closing questions of contacts with their answers, in order."""
    query = select(ClosureCheck).where(col(ClosureCheck.contact_id).in_(contact_ids))
    return session.scalars(query.order_by(col(ClosureCheck.id))).all()


def own_leases(
    session: Session, operator_id: int, now: datetime
) -> tuple[int, datetime | None]:
    """How many cases somebody holds now, and until when the first of them."""
    query = select(func.count(), func.min(col(CaseLease.until))).where(
        col(CaseLease.holder) == operator_id, col(CaseLease.until) > now
    )
    count, until = session.execute(query).one()
    return count, until


def decisions_query() -> Select[*tuple[Any, ...]]:
    """Asks how many open cases were reopened, and how many answers wait for a second
    person."""
    reopened = select(func.count()).where(
        col(DeskCase.state).in_(OPEN_STATES), col(DeskCase.reopened) > 0
    )
    waiting = select(func.count(func.distinct(col(CaseMessage.answer_key)))).where(
        col(CaseMessage.state) == "waiting"
    )
    return select(
        reopened.scalar_subquery().label("reopened"),
        waiting.scalar_subquery().label("waiting"),
    )


@dataclass(frozen=True)
class FirstCase:
    """A case, the clock of it that ends first, and what a citizen said last in it: a
    mention, or our own note of the words; None where nobody has said any."""

    case: DeskCase
    clock: CaseClock | None
    note: str | None
    mention: MentionRow | None


def first_cases(session: Session, limit: int) -> list[FirstCase]:
    """The open cases of the whole city to work on first, as the inbox sorts them. One
    statement."""
    first = (
        select(col(CaseClock.id))
        .where(
            col(CaseClock.case_id) == col(DeskCase.id),
            col(CaseClock.stopped_at).is_(None),
        )
        .order_by(col(CaseClock.due_at))
        .limit(1)
        .correlate(DeskCase)
        .scalar_subquery()
    )
    clock = aliased(CaseClock)
    # The order is found without the rows: it is looked for among all open cases.
    due = time_left().label("due")
    chosen = (
        select(col(DeskCase.id).label("id"), due)
        .where(col(DeskCase.state).in_(OPEN_STATES))
        .order_by(col(DeskCase.priority), due.nulls_last(), col(DeskCase.id))
        .limit(limit)
        .subquery()
    )
    last = aliased(CaseMessage)
    query = (
        select(DeskCase, clock, col(last.text), *COLUMNS)
        .join(chosen, chosen.c.id == col(DeskCase.id))
        .outerjoin(clock, col(clock.id) == first)
        .outerjoin(last, col(last.id) == _last_incoming())
        .outerjoin(MENTION, M.id == col(last.mention_id))
        .outerjoin(AUTHOR, M.author_id == AUTHOR.c.id)
        .order_by(col(DeskCase.priority), chosen.c.due.nulls_last(), col(DeskCase.id))
    )
    return [
        FirstCase(
            case,
            clock_row,
            note,
            MentionRow(*mention) if mention[0] is not None else None,
        )
        for case, clock_row, note, *mention in session.execute(query)
    ]


def _last_incoming() -> ScalarSelect[int]:
    """The id of the last message of a citizen in a case of the query around it."""
    contact, message = aliased(CaseContact), aliased(CaseMessage)
    return (
        select(col(message.id))
        .join(contact, col(contact.id) == col(message.contact_id))
        .where(col(contact.case_id) == col(DeskCase.id), col(message.direction) == "in")
        .order_by(col(message.at).desc(), col(message.id).desc())
        .limit(1)
        .correlate(DeskCase)
        .scalar_subquery()
    )


def texts_of(session: Session, message_ids: Collection[int]) -> dict[int, str]:
    """The words of messages of ours by id."""
    query = select(col(CaseMessage.id), col(CaseMessage.text)).where(
        col(CaseMessage.id).in_(message_ids)
    )
    rows = session.execute(query) if message_ids else ()
    return {row[0]: row[1] or "" for row in rows}
