"""The keyed hashes of those whose items are not stored."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Suppression

SUPPRESSION = db.table(Suppression)


def add(session: Session, keys: Iterable[tuple[str, str]], now: datetime) -> int:
    """Suppress (platform, digest); how many are new."""
    rows = [
        {"platform": platform, "digest": digest, "added_at": now}
        for platform, digest in sorted(keys)
    ]
    return db.insert_new(session, SUPPRESSION, rows)


def suppressed_keys(
    session: Session, keys: Iterable[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Which of (platform, digest) are suppressed."""
    wanted_keys = set(keys)
    suppressed: set[tuple[str, str]] = set()
    c = SUPPRESSION.c
    for chunk in db.chunks({digest for _, digest in wanted_keys}):
        rows = session.execute(select(c.platform, c.digest).where(c.digest.in_(chunk)))
        suppressed.update((platform, digest) for platform, digest in rows)
    return frozenset(suppressed & wanted_keys)


def platforms(session: Session) -> list[str]:
    """The platforms on which anybody is suppressed."""
    return list(
        session.scalars(
            select(SUPPRESSION.c.platform).distinct().order_by(SUPPRESSION.c.platform)
        )
    )
