"""The audit log: actions with their actors, as a chain of hashes.

hash = SHA-256(prev_hash ‖ canonical JSON of seq, at, actor, action, object, detail,
os_user and operator_id); the first row follows 64 zeros. Rows from before the column
os_user have none, nor has their JSON, and so with operator_id. Changing, removing or
inserting a row breaks the chain there. Cutting off its end does not: compare with a
head that was stored elsewhere.

`operator_id` is the operator who had signed in, `actor` that operator's name; without a
sign-in there is no number, and `actor` is the account of the operating system. That
account is `os_user` in every row, which no environment variable can change.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypedDict

from sqlalchemy import or_, select, text
from sqlmodel import Session

from socialcell import db
from socialcell.clock import as_utc
from socialcell.identity.actor import Actor, os_user
from socialcell.ops.model import AuditEntry

AUDIT = db.table(AuditEntry)
START = "0" * 64

AuditDetail: TypeAlias = Mapping[str, object]
"""JSON without personal data: people are named by pseudonym."""


@dataclass(frozen=True)
class Head:
    """The newest row: its number (0 before the first) and its hash."""

    seq: int
    hash: str


class AuditFields(TypedDict):
    """What a row's hash is made of, beside the hash of the row before it."""

    seq: int
    at: datetime
    actor: str
    operator_id: int | None
    os_user: str | None
    action: str
    object: str
    detail: AuditDetail


@dataclass(frozen=True)
class AuditRecord:
    """A row of the table `audit`; see `AuditEntry`."""

    seq: int
    at: datetime
    actor: str
    operator_id: int | None
    os_user: str | None
    action: str
    object: str
    detail: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class AuditResult:
    """The result of `verify`: the head, and the first broken row with the reason."""

    head: Head
    broken: int | None = None
    reason: str | None = None

    @property
    def ok(self) -> bool:
        return self.broken is None and self.reason is None


def append(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    detail: AuditDetail,
    now: datetime,
) -> Head:
    """Append a row in the caller's transaction; returns the new head.

    `subject` is what it was done to, as the column `object` names it.
    """
    if not db.is_sqlite(session):
        # Two writers must not continue the same row. SQLite has one writer anyway.
        session.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
    last = head(session)
    row: AuditFields = {
        "seq": last.seq + 1,
        "at": as_utc(now),
        "actor": actor.name,
        "action": action,
        "object": subject,
        "detail": dict(detail),
        "os_user": os_user(),
        "operator_id": actor.id,
    }
    sealed = seal(last.hash, row)
    session.execute(AUDIT.insert().values(**row, prev_hash=last.hash, hash=sealed))
    return Head(last.seq + 1, sealed)


def head(session: Session) -> Head:
    """The newest row, for reports to print: an anchor outside the database."""
    c = AUDIT.c
    query = select(c.seq, c.hash).order_by(c.seq.desc()).limit(1)
    newest = session.execute(query).first()
    return Head(newest.seq, newest.hash) if newest else Head(0, START)


def verify(session: Session, noted: str | None = None) -> AuditResult:
    """Follow the chain from its first row.

    `noted` is the hash of an earlier head: it must still be in the chain.
    """
    last, named = Head(0, START), False
    has_noted_head = noted in (None, START)
    query = select(AUDIT).order_by(AUDIT.c.seq)
    with session.execute(query, execution_options={"yield_per": 1000}) as rows:
        for columns in rows.mappings():
            row = AuditRecord(**columns)
            reason = _row_fault(last, row, named=named)
            if reason:
                return AuditResult(last, broken=last.seq + 1, reason=reason)
            last, named = Head(row.seq, row.hash), row.os_user is not None
            has_noted_head = has_noted_head or row.hash == noted
    if not has_noted_head:
        return AuditResult(
            last, reason="the noted head is not in the log: rows are lost"
        )
    return AuditResult(last)


def seal(prev_hash: str, row: AuditFields) -> str:
    """The hash of a row that follows `prev_hash`, hexadecimal."""
    fields = {
        "seq": row["seq"],
        "at": as_utc(row["at"]).isoformat(timespec="microseconds"),
        "actor": row["actor"],
        "action": row["action"],
        "object": row["object"],
        "detail": row["detail"],
    }
    if row.get("os_user") is not None:
        fields["os_user"] = row["os_user"]
    if row.get("operator_id") is not None:
        fields["operator_id"] = row["operator_id"]
    canonical = json.dumps(
        fields,
        ensure_ascii=True,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return hashlib.sha256((prev_hash + canonical).encode()).hexdigest()


def entries(session: Session, limit: int) -> list[AuditRecord]:
    """The newest rows, newest first."""
    query = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
    return db.records(session, query, AuditRecord)


@dataclass(frozen=True)
class AuditFilter:
    """Which rows are looked for; None: any. `subject` is the column `object`, `noun`
    what an action is about, and `since` to `until` is half open."""

    actor: str | None = None
    noun: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def search(
    session: Session, wanted: AuditFilter, limit: int, before: int | None = None
) -> list[AuditRecord]:
    """The newest rows that match, newest first; those before the row `before`."""
    c = AUDIT.c
    query = select(AUDIT).order_by(c.seq.desc()).limit(limit)
    if wanted.actor is not None:
        query = query.where(c.actor == wanted.actor)
    if wanted.noun is not None:
        query = query.where(c.action.startswith(f"{wanted.noun}.", autoescape=True))
    if wanted.subject is not None:
        query = query.where(c.object == wanted.subject)
    if wanted.since is not None:
        query = query.where(c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(c.at < wanted.until)
    if before is not None:
        query = query.where(c.seq < before)
    return db.records(session, query, AuditRecord)


def entries_about(session: Session, actions: str, subject: str) -> list[AuditRecord]:
    """Rows about an object whose action begins so, in order."""
    c = AUDIT.c
    query = select(AUDIT).where(c.object == subject, c.action.startswith(actions))
    return db.records(session, query.order_by(c.seq), AuditRecord)


def objects_of(session: Session, action: str) -> set[str]:
    """What an action was ever about."""
    query = select(AUDIT.c.object).where(AUDIT.c.action == action)
    return set(session.scalars(query.distinct()))


def newest_about(
    session: Session, actions: Collection[str], subjects: Collection[str]
) -> dict[str, AuditRecord]:
    """Of each of these objects the newest row of one of these actions."""
    c = AUDIT.c
    rows: dict[str, AuditRecord] = {}
    for chunk in db.chunks(sorted(set(subjects))):
        query = select(AUDIT).where(c.object.in_(chunk), c.action.in_(actions))
        for row in db.records(session, query.order_by(c.seq), AuditRecord):
            rows[row.object] = row
    return rows


def span_about(
    session: Session,
    subjects: Collection[str],
    is_about: Callable[[AuditRecord], bool],
) -> list[AuditRecord]:
    """All rows from the first to the last that `is_about` takes, of those about these
    objects; none where there is none."""
    c = AUDIT.c
    seqs: list[int] = []
    for chunk in db.chunks(sorted(set(subjects))):
        query = select(AUDIT).where(c.object.in_(chunk))
        rows = db.records(session, query, AuditRecord)
        seqs += [row.seq for row in rows if is_about(row)]
    if not seqs:
        return []
    within = select(AUDIT).where(c.seq >= min(seqs), c.seq <= max(seqs))
    return db.records(session, within.order_by(c.seq), AuditRecord)


def about_operators(session: Session) -> list[AuditRecord]:
    """Rows about operators and rows of what operators did, in order."""
    c = AUDIT.c
    is_about = or_(c.operator_id.is_not(None), c.action.startswith("operator."))
    query = select(AUDIT).where(is_about).order_by(c.seq)
    return db.records(session, query, AuditRecord)


def since(session: Session, action: str, at: datetime) -> list[AuditRecord]:
    """Rows of an action from a moment on, in order."""
    c = AUDIT.c
    query = select(AUDIT).where(c.action == action, c.at >= at)
    return db.records(session, query.order_by(c.seq), AuditRecord)


def _fields(row: AuditRecord) -> AuditFields:
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "operator_id": row.operator_id,
        "os_user": row.os_user,
        "action": row.action,
        "object": row.object,
        "detail": row.detail,
    }


def _row_fault(last: Head, row: AuditRecord, *, named: bool) -> str | None:
    """Why a row is broken. `named`: the row before it has an os_user."""
    if row.seq != last.seq + 1:
        return "the row is missing"
    if row.prev_hash != last.hash:
        return "the row does not follow the one before it"
    if row.hash != seal(row.prev_hash, _fields(row)):
        return "the row was changed after it was written"
    if named and row.os_user is None:
        return "the row names no OS user, and an earlier one does"
    return None
