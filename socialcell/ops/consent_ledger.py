"""Who agreed to be written to, and who took it back: a ledger, appended to only.

People are known by a keyed hash. The caller commits.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.ops.webhook_model import OptIn

OPT_IN = db.table(OptIn)
C = OPT_IN.c


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform: a keyed hash, and how they are shown."""

    platform: str
    key: str
    pseudonym: str


def note(
    session: Session,
    person: Person,
    event: str,
    at: datetime,
    *,
    evidence: str,
    actor: str,
    now: datetime,
) -> bool:
    """One more row; False when it is there already. `event`: granted or withdrawn."""
    row = {
        "platform": person.platform,
        "person": person.key,
        "pseudonym": person.pseudonym,
        "event": event,
        "at": at,
        "noted_at": now,
        "evidence": evidence,
        "actor": actor,
    }
    return bool(db.insert_new(session, OPT_IN, [row]))


def has_agreed(session: Session, platform: str, key: str) -> bool:
    """Whether the newest word of a person is that they agree."""
    latest = _latest(session, platform, key)
    return latest is not None and latest.event == "granted"


def withdrawn_at(session: Session, platform: str, key: str) -> datetime | None:
    """When a person took it back, if that is their newest word."""
    latest = _latest(session, platform, key)
    return latest.at if latest is not None and latest.event == "withdrawn" else None


def history(session: Session, platform: str) -> list[OptIn]:
    """The whole ledger of a platform, oldest first."""
    asked = select(OptIn).where(C.platform == platform).order_by(C.at, C.id)
    return list(session.scalars(asked))


def erase(session: Session, person: Person, now: datetime) -> int:
    """Whoever is erased is not written to again; what was noted of it goes. Rows."""
    held = db.changed(
        session,
        update(OPT_IN)
        .where(C.platform == person.platform, C.person == person.key)
        .values(evidence="erased"),
    )
    if has_agreed(session, person.platform, person.key):
        said = {"evidence": "erased", "actor": "erasure"}
        note(session, person, "withdrawn", now, now=now, **said)
    return held


def _latest(session: Session, platform: str, key: str) -> OptIn | None:
    return session.scalars(
        select(OptIn)
        .where(C.platform == platform, C.person == key)
        .order_by(C.at.desc(), _withdrawn_first(), C.id.desc())
        .limit(1)
    ).first()


def _withdrawn_first() -> ColumnElement[int]:
    """Of two words of one moment the no counts."""
    return case((C.event == "withdrawn", 0), else_=1)
