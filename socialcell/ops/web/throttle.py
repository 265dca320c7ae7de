"""How often something may be done in a stretch of time: counted in the database, so
that all processes count together."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from socialcell import db
from socialcell.ops.model import ThrottleWindow

THROTTLE = db.table(ThrottleWindow)
C = THROTTLE.c
LONGEST = timedelta(days=1)
"""No window is longer; what began before that is forgotten."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left in a window: acts, and whole seconds until the next window begins.

    `wait` are the seconds to wait where this act was one too many, else None.
    """

    limit: int
    remaining: int
    resets_in: int
    wait: int | None = None


def waits(
    session: Session, key: str, limit: int, window_seconds: int, now: datetime
) -> int | None:
    """The seconds to wait where a key has used its window up, without counting."""
    query = select(C.started_at, C.count).where(C.key == key)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    started_at, acts = row
    left = math.ceil((started_at - now).total_seconds()) + window_seconds
    return left if acts >= limit and 0 < left <= window_seconds else None


def take(
    session: Session, key: str, limit: int, window_seconds: int, now: datetime
) -> Allowance:
    """Count an act of this key, and say what is left.

    A window begins with the first act after the end of the one before it. Acts that
    are refused do not make the wait longer. On PostgreSQL the row stays locked until
    the caller commits: keep what follows short.
    """
    window = timedelta(seconds=window_seconds)
    if window > LONGEST:
        raise ValueError(f"a window has at most {LONGEST}, not {window}")
    make = sqlite_insert if db.is_sqlite(session) else postgresql_insert
    # A clock that was put back must not leave a window that ends hours from now.
    is_over = or_(C.started_at <= now - window, C.started_at > now)
    counted = case((C.count > limit, C.count), else_=C.count + 1)
    statement = (
        make(THROTTLE)
        .values(key=key, started_at=now, count=1)
        .on_conflict_do_update(
            index_elements=[C.key],
            set_={
                "started_at": case((is_over, now), else_=C.started_at),
                "count": case((is_over, 1), else_=counted),
            },
        )
        .returning(C.started_at, C.count)
    )
    started_at, acts = session.execute(statement).one()
    left = math.ceil((started_at + window - now).total_seconds())
    resets_in = max(1, left)
    is_refused = acts > limit
    return Allowance(
        limit=limit,
        remaining=max(0, limit - acts),
        resets_in=resets_in,
        wait=resets_in if is_refused else None,
    )


def forget_old(session: Session, now: datetime) -> int:
    """Forget windows that are over: their keys may be networks. How many."""
    return db.changed(session, delete(THROTTLE).where(C.started_at <= now - LONGEST))
