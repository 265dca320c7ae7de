"""Contacts of persons: which case a new message belongs to, and what was said in it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from socialcell.desk.case_states import CLOSED_STATES, OPEN_STATES
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.listening.model import Mention, RawItem

_OPEN = [state.value for state in OPEN_STATES]
_CLOSED = [state.value for state in CLOSED_STATES]
_CASE = col(DeskCase.id)
_CONTACT = col(CaseContact.case_id)


def contacts_of_person(
    session: Session, channel: str, person: str, closed_since: datetime
) -> Sequence[tuple[CaseContact, DeskCase]]:
    """A person's contacts with their cases, the one last heard first: in cases that are
    open, or were closed since a moment."""
    heard = col(CaseContact.last_heard_at)
    query = (
        select(CaseContact, DeskCase)
        .join(DeskCase, _CASE == _CONTACT)
        .where(
            col(CaseContact.channel) == channel,
            col(CaseContact.person) == person,
            or_(
                col(DeskCase.state).in_(_OPEN),
                col(DeskCase.state).in_(_CLOSED)
                & (col(DeskCase.closed_at) >= closed_since),
            ),
        )
        .order_by(heard.desc().nulls_last(), col(CaseContact.id).desc())
    )
    return [(contact, case) for contact, case in session.execute(query)]


def threads_of(session: Session, contact_ids: Sequence[int]) -> dict[int, set[str]]:
    """The conversations of a platform in which each contact has posted."""
    rows = session.execute(
        select(col(CaseMessage.contact_id), col(Mention.conversation))
        .join(Mention, col(Mention.id) == col(CaseMessage.mention_id))
        .where(
            col(CaseMessage.contact_id).in_(contact_ids),
            col(CaseMessage.direction) == "in",
            col(Mention.conversation).is_not(None),
        )
    )
    threads: dict[int, set[str]] = {}
    for contact_id, conversation in rows:
        threads.setdefault(contact_id, set()).add(conversation)
    return threads


def contact_in_case(
    session: Session, case_id: int, channel: str, person: str
) -> CaseContact | None:
    """The contact of a person in a case; None: there is none."""
    query = select(CaseContact).where(
        col(CaseContact.case_id) == case_id,
        col(CaseContact.channel) == channel,
        col(CaseContact.person) == person,
    )
    return session.scalars(query.order_by(col(CaseContact.id))).first()


def maker_of(session: Session, contact_id: int) -> str | None:
    """Who entered the first words of a contact; None: it has none."""
    query = select(col(CaseMessage.made_by)).where(
        col(CaseMessage.contact_id) == contact_id, col(CaseMessage.direction) == "in"
    )
    return session.scalars(query.order_by(col(CaseMessage.id)).limit(1)).first()


def case_of_mention(session: Session, mention_id: int) -> DeskCase | None:
    """The case that a mention is in; None: it is in none."""
    query = (
        select(DeskCase)
        .join(CaseContact, _CONTACT == _CASE)
        .join(CaseMessage, col(CaseMessage.contact_id) == col(CaseContact.id))
        .where(
            col(CaseMessage.mention_id) == mention_id,
            col(CaseMessage.direction) == "in",
        )
    )
    return session.scalars(query).one_or_none()


def raw_of_mention(session: Session, mention_id: int) -> str | None:
    """The platform's own JSON of a mention; None: it is not kept any more."""
    query = select(col(RawItem.body)).join(Mention, col(Mention.raw_id) == RawItem.id)
    return session.scalars(query.where(col(Mention.id) == mention_id)).one_or_none()


def messages_of_case(
    session: Session, case_id: int
) -> list[tuple[CaseMessage, CaseContact | None]]:
    """Everything that was said in a case, in order, with the conversation; notes have
    none."""
    query = (
        select(CaseMessage, CaseContact)
        .outerjoin(CaseContact, col(CaseContact.id) == col(CaseMessage.contact_id))
        .where(
            or_(
                col(CaseContact.case_id) == case_id,
                col(CaseMessage.contact_id).is_(None)
                & (col(CaseMessage.case_id) == case_id),
            )
        )
        .order_by(col(CaseMessage.at), col(CaseMessage.id))
    )
    return [(row[0], row[1]) for row in session.execute(query)]
