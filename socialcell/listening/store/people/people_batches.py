"""Public people of a file that wait for a second person: entered, listed, deleted."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.listening.registry_model import PeopleBatch

BATCH = db.table(PeopleBatch)


def take_turn(session: Session) -> None:
    """Wait until nobody else changes the workspace's file of public people.

    Before it is read: what another process writes meanwhile would be lost.
    """
    db.take_turn(session, "public people")


def waiting(session: Session) -> list[PeopleBatch]:
    """All that wait, the oldest first."""
    statement = select(PeopleBatch).order_by(col(PeopleBatch.id))
    return list(session.scalars(statement))


def lock_waiting(session: Session) -> list[PeopleBatch]:
    """The same, which nobody else changes or takes until the transaction ends."""
    statement = select(PeopleBatch).order_by(col(PeopleBatch.id)).with_for_update()
    return list(session.scalars(statement))


def lock(session: Session, batch_id: int) -> PeopleBatch | None:
    """The batch that waits by that number, likewise; None: none does."""
    return session.get(PeopleBatch, batch_id, with_for_update=True)


def drop_old(session: Session, before: datetime) -> int:
    """Delete what has waited since before a moment; how many."""
    statement = delete(BATCH).where(BATCH.c.proposed_at < before)
    return db.changed(session, statement)
