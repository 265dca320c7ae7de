"""Notices by purpose, version and language; never changed once they are there."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from socialcell import db
from socialcell.registers.model import PrivacyNotice

NOTICE = db.table(PrivacyNotice)


def next_version(session: Session, purpose: str) -> int:
    """The version that follows; two who add at once wait for each other."""
    db.take_turn(session, "privacy_notice")
    query = select(func.max(NOTICE.c.version)).where(NOTICE.c.purpose == purpose)
    return (session.scalars(query).one() or 0) + 1


def list_notices(session: Session, purpose: str | None = None) -> list[PrivacyNotice]:
    """All notices, by purpose, the newest version first."""
    c = NOTICE.c
    query = select(PrivacyNotice).order_by(c.purpose, c.version.desc(), c.language)
    if purpose is not None:
        query = query.where(c.purpose == purpose)
    return list(session.scalars(query))


def in_force(
    session: Session, purpose: str, language: str, at: datetime
) -> PrivacyNotice | None:
    """The notice of a purpose in a language that counted at a moment; None: none."""
    c = NOTICE.c
    query = (
        select(PrivacyNotice)
        .where(c.purpose == purpose, c.language == language, c.starts_at <= at)
        .order_by(c.version.desc())
        .limit(1)
    )
    return session.scalars(query).first()
