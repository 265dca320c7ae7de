"""Forms and requests of programs that were sent, by the key that each carries: it acts
once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Field, Session, SQLModel

from socialcell import db
from socialcell.db.personal_tables import PersonalTable

KEPT = timedelta(days=2)
"""So long a form that was sent is known again."""


class FormSubmission(SQLModel, table=True):
    """A form that was sent. Without a `location` it is being done, or the process that
    did it was killed."""

    __tablename__ = "form_submission"
    key_hash: str = Field(primary_key=True)  # of the key and of who sent it
    mark: str = ""  # of a program's request: what it asked for, as a hash
    begun_at: datetime = Field(index=True)
    location: str | None = None  # the page that followed
    notice: str = ""  # what that page says of it


PERSONAL_FORMS = (
    PersonalTable(
        FormSubmission,
        ("notice",),
        "operators",
        "a form that is sent twice acts once",
        "employment",
        "two days",
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What came of a form. `location` None: not known (yet)."""

    location: str | None
    notice: str


FORMS = db.table(FormSubmission)
C = FORMS.c


def begin(
    session: Session, key: str, sender: str, now: datetime, mark: str = ""
) -> Outcome | None:
    """Take the key of a form that a session, or of a request that a program, sends;
    None: it is new. Otherwise what came of it the first time."""
    row = {
        "key_hash": _hash_of(key, sender),
        "mark": mark,
        "begun_at": now,
        "location": None,
        "notice": "",
    }
    if db.insert_new(session, FORMS, [row]):
        session.execute(delete(FORMS).where(C.begun_at < now - KEPT))
        return None
    return outcome(session, key, sender) or Outcome(None, "")


def end(session: Session, key: str, sender: str, result: Outcome) -> None:
    """Store what came of a form."""
    session.execute(
        update(FORMS)
        .where(C.key_hash == _hash_of(key, sender))
        .values(location=result.location, notice=result.notice)
    )


def forget(session: Session, key: str, sender: str) -> None:
    """Give a form's key back: it was refused, and nothing was done."""
    session.execute(delete(FORMS).where(C.key_hash == _hash_of(key, sender)))


def outcome(session: Session, key: str, sender: str) -> Outcome | None:
    """What came of a form that this sender sent; None: there is none."""
    query = select(C.location, C.notice).where(C.key_hash == _hash_of(key, sender))
    row = session.execute(query).one_or_none()
    return None if row is None else Outcome(row.location, row.notice)


def mark_of(session: Session, key: str, sender: str) -> str | None:
    """The mark of what this sender asked for with a key; None: there is none."""
    query = select(C.mark).where(C.key_hash == _hash_of(key, sender))
    return session.scalars(query).one_or_none()


def _hash_of(key: str, sender: str) -> str:
    """The hash by which a form is stored: a key is good for one sender alone."""
    return hashlib.sha256(f"{sender}\n{key}".encode()).hexdigest()
