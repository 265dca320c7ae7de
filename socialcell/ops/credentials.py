"""Credentials in the database: what the last try of each connector's found."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from socialcell import db
from socialcell.ops.model import Credential


def tried(session: Session) -> Sequence[Credential]:
    """Those that were tried, by the connector's name."""
    return session.scalars(select(Credential).order_by(col(Credential.connector))).all()


def of(session: Session, connector: str, now: datetime) -> Credential:
    """That of a connector; a new one when it was never tried."""
    db.take_turn(session, "credentials")
    found = session.get(Credential, connector)
    if found is None:
        found = Credential(connector=connector, checked_at=now, ok=True, message="")
        session.add(found)
    return found
