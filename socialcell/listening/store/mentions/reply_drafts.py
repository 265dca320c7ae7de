"""Queries of answers that wait for a second person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from socialcell import db
from socialcell.listening.reply_model import ReplyDraft

DRAFT = db.table(ReplyDraft)
C = DRAFT.c
_WAITING = ("waiting", "sending")


def waiting(session: Session) -> Sequence[ReplyDraft]:
    """Answers that wait or may be on their way, oldest first."""
    statement = select(ReplyDraft).where(col(ReplyDraft.state).in_(_WAITING))
    return session.exec(statement.order_by(col(ReplyDraft.id))).all()


def waiting_query() -> Select[int]:
    """How many answers wait or may be on their way, as a question of one row."""
    return sa_select(func.count()).where(C.state.in_(_WAITING))


def count_sent(session: Session, start: datetime, end: datetime) -> int:
    """Answers that were sent in [start, end)."""
    statement = sa_select(func.count()).where(
        C.state == "sent", C.decided_at >= start, C.decided_at < end
    )
    return int(session.execute(statement).scalar_one())


def claim(session: Session, id_: int, by: str, now: datetime) -> bool:
    """Take a waiting answer to send it; False when somebody else has it."""
    change = update(DRAFT).where(C.id == id_, C.state == "waiting")
    values = {"state": "sending", "decided_by": by, "decided_at": now}
    return bool(db.changed(session, change.values(**values)))


def give_back(session: Session, id_: int) -> None:
    """The platform did not take it: it waits again."""
    change = update(DRAFT).where(C.id == id_, C.state == "sending")
    values = {"state": "waiting", "decided_by": None, "decided_at": None}
    session.execute(change.values(**values))


def close(
    session: Session,
    id_: int,
    state: str,
    by: str,
    now: datetime,
    external_id: str | None = None,
) -> None:
    """It was sent or withdrawn: its words go."""
    values = {
        "state": state,
        "text": None,
        "decided_by": by,
        "decided_at": now,
        "external_id": external_id,
    }
    session.execute(update(DRAFT).where(C.id == id_).values(**values))


def forget_old(session: Session, before: datetime) -> int:
    """Delete the words of answers that were not sent in time. How many."""
    old = update(DRAFT).where(C.text.is_not(None), C.made_at < before)
    return db.changed(session, old.values(state="withdrawn", text=None))
