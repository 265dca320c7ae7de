"""Credentials in the database: the result of each connector's last check."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from socialcell import db
from socialcell.ops.model import Credential


def checked_credentials(session: Session) -> Sequence[Credential]:
    """The checked credentials, by the connector's name."""
    return session.scalars(select(Credential).order_by(col(Credential.connector))).all()


def find_or_add(session: Session, connector: str, now: datetime) -> Credential:
    """The credential of a connector; a new row when it was never checked."""
    db.take_turn(session, "credentials")
    credential = session.get(Credential, connector)
    if credential is None:
        credential = Credential(
            connector=connector, checked_at=now, ok=True, message=""
        )
        session.add(credential)
    return credential
