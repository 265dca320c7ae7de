"""Public posts that a push named by id, still to be fetched. The caller commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.ops.webhook_model import Awaited

AWAITED = db.table(Awaited)
W = AWAITED.c


@dataclass(frozen=True, slots=True)
class PendingFetch:
    """A post that is to be fetched now, and the number of attempts."""

    id: int
    ref: str
    attempts: int


def add_fetches(
    session: Session, source_id: int, refs: Sequence[str], now: datetime
) -> int:
    """Add posts to fetch; returns how many are new."""
    rows = [
        {
            "source_id": source_id,
            "ref": ref,
            "state": "waiting",
            "noted_at": now,
            "attempts": 0,
        }
        for ref in dict.fromkeys(refs)
    ]
    return db.insert_new(session, AWAITED, rows)


def due_fetches(
    session: Session, source_id: int, now: datetime, limit: int, after: int = 0
) -> list[PendingFetch]:
    """Posts that may be fetched now, in the order in which they came."""
    rows = session.execute(
        select(W.id, W.ref, W.attempts)
        .where(
            W.source_id == source_id,
            W.state == "waiting",
            W.id > after,
            or_(W.not_before.is_(None), W.not_before <= now),
        )
        .order_by(W.id)
        .limit(limit)
    )
    return [PendingFetch(row.id, row.ref, row.attempts) for row in rows]


def settle(session: Session, id_: int, state: str, reason: str | None = None) -> bool:
    """Done, gone or failed; False when another worker settled it before."""
    settled = db.changed(
        session,
        update(AWAITED)
        .where(W.id == id_, W.state == "waiting")
        .values(state=state, reason=reason),
    )
    return settled > 0


def postpone(session: Session, id_: int, until: datetime, reason: str) -> None:
    session.execute(
        update(AWAITED)
        .where(W.id == id_)
        .values(attempts=W.attempts + 1, not_before=until, reason=reason)
    )


def count_by_state(session: Session, source_id: int) -> dict[str, int]:
    query = (
        select(W.state, func.count().label("n"))
        .where(W.source_id == source_id)
        .group_by(W.state)
        .order_by(W.state)
    )
    return {row.state: int(row.n) for row in session.execute(query)}
