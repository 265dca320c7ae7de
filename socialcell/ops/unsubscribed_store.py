"""Queries and updates of the recipients who stopped a letter, by keyed hash."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlmodel import Session

from socialcell import db
from socialcell.ops.outbox_model import Unsubscription

UNSUBSCRIBED = db.table(Unsubscription)
C = UNSUBSCRIBED.c


def add(session: Session, letter: str, recipient: str, now: datetime) -> bool:
    """Store that a recipient stopped a letter; False when that is stored already."""
    row = {"letter": letter, "recipient": recipient, "at": now}
    return bool(db.insert_new(session, UNSUBSCRIBED, [row]))


def remove(session: Session, letter: str, recipient: str) -> bool:
    """Delete what `add` stored; False when there is none."""
    query = delete(UNSUBSCRIBED).where(C.letter == letter, C.recipient == recipient)
    return bool(db.changed(session, query))


def recipients(session: Session, letter: str) -> frozenset[str]:
    """The recipients who stopped a letter."""
    query = select(C.recipient).where(C.letter == letter)
    return frozenset(session.scalars(query))


def count_by_letter(session: Session) -> dict[str, int]:
    """How many recipients stopped each letter; without those that nobody stopped."""
    count = func.count().label("recipients")
    query = select(C.letter, count).group_by(C.letter).order_by(C.letter)
    return {row.letter: row.recipients for row in session.execute(query)}
