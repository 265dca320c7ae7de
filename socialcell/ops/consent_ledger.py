"""The ledger of consents to receive messages, and of withdrawals: append-only.

People are known by a keyed hash. The caller commits.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.ops.webhook_model import OptIn

OPT_IN = db.table(OptIn)
C = OPT_IN.c


@dataclass(frozen=True, slots=True)
class LedgerPerson:
    """A person on a platform: a keyed hash, and the pseudonym that is shown."""

    platform: str
    key: str
    pseudonym: str


def add_event(
    session: Session,
    person: LedgerPerson,
    event: str,
    at: datetime,
    *,
    evidence: str,
    actor: str,
    now: datetime,
    notice: str | None = None,
) -> bool:
    """Append a row; False when it is there already. `event`: granted or withdrawn;
    `notice`: the SHA-256 of what the person was shown, if that is known."""
    row = {
        "platform": person.platform,
        "person": person.key,
        "pseudonym": person.pseudonym,
        "event": event,
        "at": at,
        "noted_at": now,
        "evidence": evidence,
        "actor": actor,
        "notice": notice,
    }
    return bool(db.insert_new(session, OPT_IN, [row]))


def has_agreed(session: Session, platform: str, key: str) -> bool:
    """Whether the newest event of a person is a consent."""
    latest = _latest(session, platform, key)
    return latest is not None and latest.event == "granted"


def withdrawn_at(session: Session, platform: str, key: str) -> datetime | None:
    """When a person withdrew, if that is their newest event."""
    latest = _latest(session, platform, key)
    return latest.at if latest is not None and latest.event == "withdrawn" else None


def history(session: Session, platform: str) -> list[OptIn]:
    """The whole ledger of a platform, oldest first."""
    query = select(OptIn).where(C.platform == platform).order_by(C.at, C.id)
    return list(session.scalars(query))


def newest(session: Session, platform: str, limit: int) -> list[OptIn]:
    """The newest entries of a platform, the newest first."""
    query = select(OptIn).where(C.platform == platform)
    return list(session.scalars(query.order_by(C.at.desc(), C.id.desc()).limit(limit)))


def count_by_notice(session: Session) -> dict[str | None, int]:
    """How many consents rest on each notice, by its hash; None: not known."""
    query = select(C.notice, func.count()).where(C.event == "granted")
    return {row[0]: row[1] for row in session.execute(query.group_by(C.notice))}


def count_granted(
    session: Session, notice: str, since: datetime, until: datetime | None
) -> int:
    """How many consents to a notice were given from a moment on, to before another."""
    query = select(func.count()).where(
        C.event == "granted", C.notice == notice, C.at >= since
    )
    if until is not None:
        query = query.where(C.at < until)
    return session.scalars(query).one()


def count_events(session: Session, since: datetime, until: datetime) -> dict[str, int]:
    """How many consents and withdrawals happened in a span (half open), by event."""
    query = select(C.event, func.count()).where(C.at >= since, C.at < until)
    return {row[0]: row[1] for row in session.execute(query.group_by(C.event))}


def erase(session: Session, person: LedgerPerson, now: datetime) -> int:
    """Erase a person's evidence and withdraw a consent; returns the number of rows."""
    erased = db.changed(
        session,
        update(OPT_IN)
        .where(C.platform == person.platform, C.person == person.key)
        .values(evidence="erased"),
    )
    if has_agreed(session, person.platform, person.key):
        columns = {"evidence": "erased", "actor": "erasure"}
        add_event(session, person, "withdrawn", now, now=now, **columns)
    return erased


def _latest(session: Session, platform: str, key: str) -> OptIn | None:
    return session.scalars(
        select(OptIn)
        .where(C.platform == platform, C.person == key)
        .order_by(C.at.desc(), _withdrawn_first(), C.id.desc())
        .limit(1)
    ).first()


def _withdrawn_first() -> ColumnElement[int]:
    """Of two events of one moment the withdrawal counts."""
    return case((C.event == "withdrawn", 0), else_=1)
