"""Take a person out of their cases: the case, our own words and the counts stay."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import END_STATES
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import case_secrets
from socialcell.desk.store.case_secrets import SECRET
from socialcell.json_types import DocumentValue
from socialcell.listening.model import Mention
from socialcell.ops import outbox_store

CONTACT, MESSAGE = db.table(CaseContact), db.table(CaseMessage)
CHECK = db.table(ClosureCheck)


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A person as contacts name them: a channel and the keyed hash of the account."""

    channel: str
    person: str


def contacts_of_person(
    session: Session, keys: Collection[PersonKey], author_ids: Collection[int] = ()
) -> list[int]:
    """The ids of a person's contacts: by their hashes, or by who wrote their posts."""
    wrote = (
        select(MESSAGE.c.contact_id)
        .join(Mention, col(Mention.id) == MESSAGE.c.mention_id)
        .where(col(Mention.author_id).in_(author_ids))
    )
    by_hash = [
        (CONTACT.c.channel == key.channel) & (CONTACT.c.person == key.person)
        for key in keys
    ]
    query = select(CONTACT.c.id).where(or_(CONTACT.c.id.in_(wrote), *by_hash))
    return list(session.scalars(query.order_by(CONTACT.c.id)))


def persons_of_contacts(session: Session) -> list[PersonKey]:
    """Every person who is known in a conversation, by channel and hash."""
    columns = (CONTACT.c.channel, CONTACT.c.person)
    query = select(*columns).where(CONTACT.c.person.is_not(None)).distinct()
    return db.records(session, query.order_by(*columns), PersonKey)


def languages_of_persons(session: Session) -> dict[PersonKey, str]:
    """The language of each person's newest conversation, where it is known."""
    c = CONTACT.c
    query = select(c.channel, c.person, c.language).where(
        c.person.is_not(None), c.language.is_not(None)
    )
    rows = session.execute(query.order_by(c.id))
    return {PersonKey(channel, person): code for channel, person, code in rows}


def erase_contacts(
    session: Session, contact_ids: Collection[int], now: datetime
) -> int:
    """Erase who these contacts are and what they said to us; how many contacts.

    What they posted goes with the mentions. What we wrote stays, and so does what came
    of the closing question; alerts about their cases lose the words.
    """
    erased = 0
    for chunk in db.chunks(contact_ids):
        case_secrets.forget(session, chunk)
        numbers = (
            select(col(DeskCase.number))
            .join(CONTACT, CONTACT.c.case_id == col(DeskCase.id))
            .where(CONTACT.c.id.in_(chunk))
        )
        for number in session.scalars(numbers):
            outbox_store.withdraw(session, outbox_store.about_case(number))
        session.execute(
            update(MESSAGE)
            .where(MESSAGE.c.contact_id.in_(chunk), MESSAGE.c.direction == "in")
            .values(text=None, state="erased")
        )
        session.execute(
            update(CHECK).where(CHECK.c.contact_id.in_(chunk)).values(words=None)
        )
        contacts = update(CONTACT).where(
            CONTACT.c.id.in_(chunk), CONTACT.c.erased_at.is_(None)
        )
        gone = {"person": None, "citizen": None, "window_until": None}
        erased += db.changed(session, contacts.values(erased_at=now, **gone))
    return erased


def forget_old_secrets(session: Session, before: datetime) -> int:
    """Delete what was given to be reached in cases that ended before a time; how many
    rows."""
    ended = (
        select(CONTACT.c.id)
        .join(DeskCase, col(DeskCase.id) == CONTACT.c.case_id)
        .where(col(DeskCase.state).in_(END_STATES), col(DeskCase.closed_at) < before)
        .where(CONTACT.c.id.in_(select(SECRET.c.contact_id)))
    )
    return case_secrets.forget(session, list(session.scalars(ended)))


def export_contacts(
    session: Session, contact_ids: Collection[int]
) -> Sequence[dict[str, DocumentValue]]:
    """What cases hold of these contacts, for the person who asked: when they were in
    touch, by which channel, what they said to us and we to them."""
    query = (
        select(
            col(DeskCase.number).label("case"),
            *(CONTACT.c.channel, MESSAGE.c.direction, MESSAGE.c.at, MESSAGE.c.text),
        )
        .join(CONTACT, CONTACT.c.id == MESSAGE.c.contact_id)
        .join(DeskCase, col(DeskCase.id) == CONTACT.c.case_id)
        .where(CONTACT.c.id.in_(contact_ids))
        .order_by(MESSAGE.c.at, MESSAGE.c.id)
    )
    return [dict(row) for row in session.execute(query).mappings()]
