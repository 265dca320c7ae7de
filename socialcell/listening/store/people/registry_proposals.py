"""Accounts that wait for a second person: entered, listed, taken away."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.listening.registry_model import RegistryProposal

PROPOSAL = db.table(RegistryProposal)


def waiting(session: Session) -> list[RegistryProposal]:
    """All that wait, the oldest first."""
    statement = select(RegistryProposal).order_by(
        col(RegistryProposal.proposed_at), col(RegistryProposal.id)
    )
    return list(session.scalars(statement))


def find(session: Session, platform: str, handle: str) -> RegistryProposal | None:
    """The account that waits by that handle; None: none does."""
    statement = select(RegistryProposal).where(
        col(RegistryProposal.platform) == platform,
        col(RegistryProposal.handle) == handle,
    )
    return session.scalars(statement).first()


def of_accounts(
    session: Session, platform: str, handles: Sequence[str]
) -> list[RegistryProposal]:
    """What waits of these handles (lower case, without @)."""
    statement = select(RegistryProposal).where(
        col(RegistryProposal.platform) == platform,
        col(RegistryProposal.handle).in_(handles),
    )
    return list(session.scalars(statement.order_by(col(RegistryProposal.id))))


def drop_accounts(session: Session, platform: str, handles: Sequence[str]) -> int:
    """Take away what waits of these handles (lower case, without @); how many."""
    c = PROPOSAL.c
    statement = delete(PROPOSAL).where(c.platform == platform, c.handle.in_(handles))
    return db.changed(session, statement)


def drop_old(session: Session, before: datetime) -> int:
    """Take away what has waited since before a moment; how many."""
    statement = delete(PROPOSAL).where(PROPOSAL.c.proposed_at < before)
    return db.changed(session, statement)
