"""Sealed names, numbers and addresses of contacts."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.model import CaseContact, CaseMessage, CaseSecret, DeskCase
from socialcell.identity.actor import Actor
from socialcell.listening.model import Mention
from socialcell.ops import audit

SECRET = db.table(CaseSecret)


def secrets_of(session: Session, contact_id: int) -> Sequence[CaseSecret]:
    """What is sealed of a contact, oldest first."""
    query = select(CaseSecret).where(col(CaseSecret.contact_id) == contact_id)
    return session.scalars(query.order_by(col(CaseSecret.id))).all()


def forget(session: Session, contact_ids: Collection[int]) -> int:
    """Delete what is sealed of these contacts; how many rows."""
    statement = delete(SECRET).where(SECRET.c.contact_id.in_(contact_ids))
    return db.changed(session, statement)


def contact_in(session: Session, case: DeskCase, contact_id: int) -> CaseContact | None:
    """A contact of a case by its id; None: it is of no case, or of another."""
    contact = session.get(CaseContact, contact_id)
    return contact if contact is not None and contact.case_id == case.id else None


def newest_mention(session: Session, contact_id: int) -> int | None:
    """The newest mention of a conversation that is still there; None: there is none."""
    mention = col(CaseMessage.mention_id)
    query = (
        select(mention)
        .join(Mention, col(Mention.id) == mention)
        .where(
            col(CaseMessage.contact_id) == contact_id,
            col(Mention.state) == "present",
            col(Mention.author_id).is_not(None),
        )
        .order_by(mention.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def addresses_of(session: Session, contact_id: int) -> list[tuple[int, str]]:
    """Mention and address of each post of a conversation that is still there, oldest
    first; those without an address are not among them."""
    query = (
        select(col(Mention.id), col(Mention.url))
        .join(CaseMessage, col(CaseMessage.mention_id) == col(Mention.id))
        .where(
            col(CaseMessage.contact_id) == contact_id,
            col(CaseMessage.direction) == "in",
            col(Mention.state) == "present",
            col(Mention.url).is_not(None),
        )
        .order_by(col(Mention.id))
    )
    return [(id_, url) for id_, url in session.execute(query)]


def log_refusal(
    session: Session, actor: Actor, number: str, contact_id: int, why: str, at: datetime
) -> None:
    """Enter a refused look in the audit log; `why` is the code of the error."""
    detail = {"contact": contact_id, "why": why}
    audit.append(session, actor, "case.look_refused", number, detail, at)
