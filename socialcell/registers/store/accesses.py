"""The access log: entries are added, read, and deleted when their time is over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import Session

from socialcell import db
from socialcell.identity.actor import Actor, os_user
from socialcell.registers.model import AccessEntry

ENTRY = db.table(AccessEntry)


@dataclass(frozen=True, slots=True)
class AccessCount:
    """How often a kind of unmasked data was read by one person, and of how many
    records; None where one of them does not say."""

    actor: str
    kind: str
    reads: int
    records: int | None


@dataclass(frozen=True)
class AccessFilter:
    """Which entries are looked for; None: any. `since` to `until` is half open."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    subject: str | None = None


def add_entry(
    session: Session,
    actor: Actor,
    kind: str,
    subject: str,
    now: datetime,
    *,
    records: int | None = None,
    reason: str = "",
) -> None:
    """Append an entry in the caller's transaction."""
    session.add(
        AccessEntry(
            at=now,
            actor=actor.name,
            operator_id=actor.id,
            os_user=os_user(),
            kind=kind,
            subject=subject,
            records=records,
            reason=reason,
        )
    )
    session.flush()


def list_entries(
    session: Session, wanted: AccessFilter, limit: int
) -> list[AccessEntry]:
    """The newest entries that match, newest first."""
    c = ENTRY.c
    query = select(AccessEntry).where(*_conditions(wanted))
    return list(session.scalars(query.order_by(c.at.desc(), c.id.desc()).limit(limit)))


def count_by_actor(session: Session, wanted: AccessFilter) -> Sequence[AccessCount]:
    """How often who read what, the most frequent first."""
    c = ENTRY.c
    # A sum over entries of which one is not known is not known.
    total = func.sum(c.records).filter(c.records.is_not(None))
    query = (
        select(
            c.actor,
            c.kind,
            func.count().label("reads"),
            func.count(c.records).label("known"),
            total.label("records"),
        )
        .where(*_conditions(wanted))
        .group_by(c.actor, c.kind)
        .order_by(func.count().desc(), c.actor, c.kind)
    )
    return [
        AccessCount(
            row.actor,
            row.kind,
            row.reads,
            int(row.records) if row.known == row.reads else None,
        )
        for row in session.execute(query)
    ]


def delete_old(session: Session, before: datetime) -> int:
    """Delete the entries of before a time; how many."""
    return db.changed(session, delete(ENTRY).where(ENTRY.c.at < before))


def _conditions(wanted: AccessFilter) -> Iterator[ColumnElement[bool]]:
    c = ENTRY.c
    if wanted.since is not None:
        yield c.at >= wanted.since
    if wanted.until is not None:
        yield c.at < wanted.until
    if wanted.actor is not None:
        yield c.actor == wanted.actor
    if wanted.subject is not None:
        yield c.subject == wanted.subject
