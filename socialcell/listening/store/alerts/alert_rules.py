"""Questions about the cell's own rules of alerts."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell.listening.alerts.model import Rule


def rules(session: Session) -> Sequence[Rule]:
    """All of them, by name."""
    return session.scalars(select(Rule).order_by(col(Rule.name))).all()


def named(session: Session, name: str) -> Rule | None:
    return session.scalars(select(Rule).where(col(Rule.name) == name)).first()
