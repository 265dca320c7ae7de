"""A removal that overtakes its message: remembered, so that the message stays out.

Pushes may come in any order. The caller owns the transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Tombstone
from socialcell.listening.model import Mention

MENTION = db.table(Mention)


def store_pending(session: Session, stones: Iterable[Tombstone], now: datetime) -> None:
    """Items that we never held, or know only from an answer to them, are deleted."""
    by_platform: dict[str, set[str]] = {}
    for stone in stones:
        by_platform.setdefault(stone.platform, set()).add(stone.external_id)
    for platform, named in by_platform.items():
        rows = [
            {
                "platform": platform,
                "external_id": external_id,
                "kind": "message",
                "state": "deleted",
                "missing": ["everything"],
                "stored_at": now,
            }
            for external_id in sorted(named)
        ]
        db.insert_new(session, MENTION, rows)
        for chunk in db.chunks(sorted(named)):
            session.execute(
                update(MENTION)
                .where(
                    MENTION.c.platform == platform,
                    MENTION.c.external_id.in_(chunk),
                    MENTION.c.state == "stub",
                )
                .values(state="deleted")
            )
