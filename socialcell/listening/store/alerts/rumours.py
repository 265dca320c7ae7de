"""Queries of rumours: texts and links that a person marked as false."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell.listening.alerts.model import Rumour


def rumours(session: Session, *, all: bool = False) -> Sequence[Rumour]:
    """Rumours that are not ended, or all of them, the newest first."""
    statement = select(Rumour).order_by(
        col(Rumour.made_at).desc(), col(Rumour.id).desc()
    )
    if not all:
        statement = statement.where(col(Rumour.ended_at).is_(None))
    return session.scalars(statement).all()
