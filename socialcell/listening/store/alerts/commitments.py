"""Queries of promises: which are open, which were due and not kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from socialcell.listening.alerts.model import Promise


def promises(session: Session, *, all: bool = False) -> Sequence[Promise]:
    """Promises that are open, or all of them, the earliest due first."""
    statement = select(Promise).order_by(col(Promise.due_at), col(Promise.id))
    if not all:
        statement = statement.where(col(Promise.kept_at).is_(None))
    return session.scalars(statement).all()


def missed(session: Session, at: datetime) -> Sequence[Promise]:
    """Those that were due by a moment and not kept by then, the longest due first."""
    kept_at = col(Promise.kept_at)
    statement = select(Promise).where(
        col(Promise.due_at) <= at, or_(kept_at.is_(None), kept_at > at)
    )
    return session.scalars(
        statement.order_by(col(Promise.due_at), col(Promise.id))
    ).all()


def due_between(session: Session, start: datetime, end: datetime) -> Sequence[Promise]:
    """Those that fall due in (start, end) and were not kept by the start, the earliest
    first."""
    due_at, kept_at = col(Promise.due_at), col(Promise.kept_at)
    statement = select(Promise).where(
        due_at > start, due_at < end, or_(kept_at.is_(None), kept_at > start)
    )
    return session.scalars(statement.order_by(due_at, col(Promise.id))).all()


def open_at(session: Session, at: datetime) -> Sequence[Promise]:
    """Those that had been made and not kept at a moment, the longest due first."""
    kept_at = col(Promise.kept_at)
    statement = select(Promise).where(
        col(Promise.made_at) <= at, or_(kept_at.is_(None), kept_at > at)
    )
    return session.scalars(
        statement.order_by(col(Promise.due_at), col(Promise.id))
    ).all()


def kept_between(session: Session, start: datetime, end: datetime) -> Sequence[Promise]:
    """Those that were kept in [start, end), in the order of time."""
    kept_at = col(Promise.kept_at)
    statement = select(Promise).where(kept_at >= start, kept_at < end)
    return session.scalars(statement.order_by(kept_at, col(Promise.id))).all()
