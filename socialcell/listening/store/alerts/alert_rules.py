"""Queries of the alert rules that the workspace made itself."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell.listening.alerts.model import AlertRule


def rules(session: Session) -> Sequence[AlertRule]:
    """All of them, by name."""
    return session.scalars(select(AlertRule).order_by(col(AlertRule.name))).all()


def named(session: Session, name: str) -> AlertRule | None:
    return session.scalars(select(AlertRule).where(col(AlertRule.name) == name)).first()
