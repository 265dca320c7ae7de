"""Webhook deliveries: stored first, deduplicated, processed; and refused ones.

The caller brings the session and owns the commit of a unit of work.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.ops.webhook_model import Pushed, RefusedPush

PUSHED = db.table(Pushed)
REFUSED = db.table(RefusedPush)
P = PUSHED.c
_WAITS = P.done_at.is_(None)

# Longer than any platform hands a push in again.
REMEMBERED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class WaitingPush:
    """A stored push that is not mapped yet."""

    id: int
    body: bytes
    received_at: datetime


def save_push(session: Session, source_id: int, body: bytes, now: datetime) -> bool:
    """Store a push; False when the same bytes were delivered before."""
    digest = hashlib.sha256(body).hexdigest()
    row = {
        "source_id": source_id,
        "digest": digest,
        "size": len(body),
        "body": body,
        "received_at": now,
        "deliveries": 1,
        "last_at": now,
    }
    if db.insert_new(session, PUSHED, [row]):
        return True
    session.execute(
        update(PUSHED)
        .where(P.source_id == source_id, P.digest == digest)
        .values(deliveries=P.deliveries + 1, last_at=now)
    )
    return False


def next_waiting(session: Session, source_id: int) -> WaitingPush | None:
    """The oldest push that waits, held until this transaction ends.

    Another worker takes the next one meanwhile (SQLite has one writer anyway).
    """
    query = (
        select(P.id, P.body, P.received_at)
        .where(P.source_id == source_id, P.done_at.is_(None))
        .order_by(P.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(query).first()
    return WaitingPush(row.id, row.body, row.received_at) if row else None


def mark_mapped(session: Session, push_id: int, run_id: int, now: datetime) -> None:
    """The push is mapped or set aside: its bytes go, its digest stays."""
    session.execute(
        update(PUSHED)
        .where(P.id == push_id)
        .values(body=None, done_at=now, run_id=run_id)
    )


def waiting_by_source(session: Session) -> dict[int, int]:
    """How many pushes wait, by source id; sources without any are left out."""
    query = (
        select(P.source_id, func.count().label("n"))
        .where(P.done_at.is_(None))
        .group_by(P.source_id)
    )
    return {row.source_id: row.n for row in session.execute(query)}


def newest_waiting(session: Session) -> int | None:
    """The id of the newest push that waits; None: none does."""
    newest: int | None = session.scalar(select(func.max(P.id)).where(_WAITS))
    return newest


def first_waiting_since(session: Session) -> datetime | None:
    """When the push came that has waited longest; None: none waits."""
    first: datetime | None = session.scalar(
        select(func.min(P.received_at)).where(_WAITS)
    )
    return first


def forget_old(session: Session, now: datetime) -> int:
    """Delete digests that no platform will deliver again, and pushes that waited as
    long without being read; how many."""
    before = now - REMEMBERED
    unread = P.done_at.is_(None) & (P.received_at < before)
    mapped = P.done_at.is_not(None) & (P.last_at < before)
    return db.changed(session, delete(PUSHED).where(or_(mapped, unread)))


def count_refusals(
    session: Session, counts: Mapping[tuple[int, str], int], now: datetime
) -> None:
    """Add to today's refusals, by (source id, reason)."""
    today = now.astimezone(IST).date()
    rows = [
        {"source_id": source_id, "day": today, "reason": reason, "n": n}
        for (source_id, reason), n in sorted(counts.items())
    ]
    if rows:
        db.add_counts(session, REFUSED, ["source_id", "day", "reason"], rows)


def refusals(session: Session, source_id: int) -> dict[str, int]:
    """The refused deliveries of a source so far, by reason."""
    query = (
        select(REFUSED.c.reason, func.sum(REFUSED.c.n))
        .where(REFUSED.c.source_id == source_id)
        .group_by(REFUSED.c.reason)
    )
    return {reason: int(n) for reason, n in session.execute(query)}
