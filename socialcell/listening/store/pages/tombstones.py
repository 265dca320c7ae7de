"""What is deleted at its source is deleted here: its words, places and history.

The row stays as a tombstone under the platform's id, so that a page that still shows
the item (indexes lag) does not bring it back. The caller owns the transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Record, Tombstone
from socialcell.listening.model import (
    Annotation,
    Engagement,
    Link,
    Mention,
    Relation,
    Removal,
    RevealGrant,
    Upkeep,
)
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.pages import raw_payloads
from socialcell.ops import frozen

MENTION = db.table(Mention)
UPKEEP = db.table(Upkeep)
REMOVAL = db.table(Removal)
ABOUT = (Annotation, Link, Engagement, Relation, RevealGrant, Upkeep)
BLANK = {
    "state": "deleted",
    "author_id": None,
    "text": None,
    "folded": None,
    "title": None,
    "url": None,
    "platform_language": None,
    "conversation": None,
    "missing": ["everything"],
    "withheld": None,
    "status": None,
    "ward": None,
    "department": None,
    "closed_at": None,
    "content_hash": None,
    "raw_id": None,
    "tagged_at": None,
    "language": None,
    "mixed": None,
    "sentiment": None,
    "intent": None,
    "urgency": None,
    "owner": None,
}


@dataclass(frozen=True)
class RemovalCounts:
    """What became of tombstones; `reports` are starts of periods that quoted one."""

    removed: int = 0
    already_deleted: int = 0  # removed before
    strangers: int = 0  # never held
    reports: tuple[datetime, ...] = ()


def apply_tombstones(
    session: Session, stones: Sequence[Tombstone], now: datetime
) -> RemovalCounts:
    """Remove what these tombstones name; each platform's id at most once."""
    if stones:
        rollups.take_turn(session)
    removed = already_deleted = strangers = 0
    quoted: set[datetime] = set()
    by_platform: dict[str, dict[str, Tombstone]] = {}
    for stone in stones:
        by_platform.setdefault(stone.platform, {})[stone.external_id] = stone
    for platform, named in by_platform.items():
        stored = _stored_rows(session, platform, named)
        gone = {key: row for key, row in stored.items() if row.state == "present"}
        _remove(session, platform, gone, named, now)
        quoted.update(weeks_that_quote(session, [(platform, id_) for id_ in gone]))
        removed += len(gone)
        already_deleted += sum(row.state == "deleted" for row in stored.values())
        strangers += len(named) - sum(row.state != "stub" for row in stored.values())
    return RemovalCounts(removed, already_deleted, strangers, tuple(sorted(quoted)))


def removed_before(session: Session, records: Iterable[Record]) -> set[tuple[str, str]]:
    """Which of these (platform, id) a tombstone says were deleted at their source."""
    by_platform: dict[str, list[str]] = {}
    for record in records:
        by_platform.setdefault(record.platform, []).append(record.external_id)
    removed: set[tuple[str, str]] = set()
    for platform, ids in by_platform.items():
        for chunk in db.chunks(ids):
            rows = session.scalars(
                select(MENTION.c.external_id).where(
                    MENTION.c.platform == platform,
                    MENTION.c.external_id.in_(chunk),
                    MENTION.c.state == "deleted",
                )
            )
            removed.update((platform, external_id) for external_id in rows)
    return removed


def weeks_that_quote(
    session: Session, items: Collection[tuple[str, str]]
) -> list[datetime]:
    """Starts of the reports that quote one of these items: (platform, native id)."""
    if not items:
        return []
    return [
        report.period_start
        for report in frozen.reports(session)
        if any(
            (quoted["platform"], quoted["external_id"]) in items
            for quoted in report.numbers.get("quotations", [])
        )
    ]


@dataclass(frozen=True)
class _StoredRow:
    id: int
    state: str
    last_seen: datetime


def _stored_rows(
    session: Session, platform: str, external: Collection[str]
) -> dict[str, _StoredRow]:
    m, rows_by_native_id = MENTION.c, {}
    statement = select(
        m.external_id, m.id, m.state, m.fetched_at, m.stored_at, UPKEEP.c.seen_at
    ).join_from(MENTION, UPKEEP, UPKEEP.c.mention_id == m.id, isouter=True)
    for chunk in db.chunks(external):
        rows = session.execute(
            statement.where(m.platform == platform, m.external_id.in_(chunk))
        )
        for row in rows:
            last_seen = max(
                t for t in (row.fetched_at, row.stored_at, row.seen_at) if t
            )
            rows_by_native_id[row.external_id] = _StoredRow(
                row.id, row.state, last_seen
            )
    return rows_by_native_id


def _remove(
    session: Session,
    platform: str,
    gone: Mapping[str, _StoredRow],
    named: Mapping[str, Tombstone],
    now: datetime,
) -> None:
    if not gone:
        return
    ids = [row.id for row in gone.values()]
    critical_calls.forget_words(session, set(ids))
    # Also the raw form of others that carry it: a quoted post comes whole.
    carriers = raw_payloads.ids_with_terms(session, platform, gone)
    rollups.subtract(session, rollups.contribution(session, ids))
    for chunk in db.chunks(ids):
        for model in ABOUT:
            about = db.table(model)
            session.execute(delete(about).where(about.c.mention_id.in_(chunk)))
        session.execute(update(MENTION).where(MENTION.c.id.in_(chunk)).values(**BLANK))
    raw_payloads.drop(session, carriers)
    session.execute(
        insert(REMOVAL),
        [
            {
                "mention_id": row.id,
                "platform": platform,
                "reason": named[external_id].reason,
                "last_seen_at": min(row.last_seen, now),
                "noticed_at": now,
            }
            for external_id, row in gone.items()
        ],
    )
