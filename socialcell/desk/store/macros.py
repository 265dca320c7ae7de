"""Approved answers: their versions, what waits for a second person, what counts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from socialcell.desk.closing_model import AnswerMacro

_ORDER = (col(AnswerMacro.key), col(AnswerMacro.language), col(AnswerMacro.version))


def list_macros(session: Session, day: date | None) -> Sequence[AnswerMacro]:
    """Approved answers that count on a day or wait (None: all), by key."""
    query = select(AnswerMacro)
    if day is not None:
        query = query.where(
            col(AnswerMacro.ended_at).is_(None), col(AnswerMacro.valid_until) >= day
        )
    return session.scalars(query.order_by(*_ORDER)).all()


def newest_version(session: Session, key: str, language: str) -> int:
    """The number of the newest version; 0: there is none."""
    query = select(func.max(AnswerMacro.version)).where(
        col(AnswerMacro.key) == key, col(AnswerMacro.language) == language
    )
    return session.scalars(query).one() or 0


def newest_approved(session: Session, key: str, language: str) -> AnswerMacro | None:
    """The newest version that a second person approved, ended or not."""
    query = select(AnswerMacro).where(
        col(AnswerMacro.key) == key,
        col(AnswerMacro.language) == language,
        col(AnswerMacro.approved_at).is_not(None),
    )
    newest_first = query.order_by(col(AnswerMacro.version).desc())
    return session.scalars(newest_first.limit(1)).first()


def waiting(session: Session, key: str, language: str | None) -> Sequence[AnswerMacro]:
    """What waits for approval under a key: the newest version of each language."""
    return [
        row
        for row in unended(session, key, language)
        if row.approved_at is None
        and row.version == newest_version(session, key, row.language)
    ]


def versions_before(session: Session, row: AnswerMacro) -> Sequence[AnswerMacro]:
    """The versions of an answer before this one."""
    query = select(AnswerMacro).where(
        col(AnswerMacro.key) == row.key,
        col(AnswerMacro.language) == row.language,
        col(AnswerMacro.version) < row.version,
    )
    return session.scalars(query.order_by(*_ORDER)).all()


def unended(session: Session, key: str, language: str | None) -> Sequence[AnswerMacro]:
    """The answers of a key that were not ended."""
    query = select(AnswerMacro).where(
        col(AnswerMacro.key) == key, col(AnswerMacro.ended_at).is_(None)
    )
    if language is not None:
        query = query.where(col(AnswerMacro.language) == language)
    return session.scalars(query.order_by(*_ORDER)).all()


def purpose_of(session: Session, key: str) -> str | None:
    """What the newest entry of a key is for; None: there is none."""
    query = select(col(AnswerMacro.purpose)).where(col(AnswerMacro.key) == key)
    return session.scalars(query.order_by(col(AnswerMacro.id).desc())).first()
