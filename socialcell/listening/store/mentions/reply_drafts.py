"""Queries of answers to messages: those that wait, are being sent, or are in doubt.

`over`: what is being sent since this moment or longer is in doubt: its process died.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    case,
    delete,
    func,
    or_,
    update,
)
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from socialcell import db
from socialcell.listening.reply_model import ReplyDraft

DRAFT = db.table(ReplyDraft)
C = DRAFT.c
OPEN = ("waiting", "sending", "unsure")


def waiting(session: Session) -> Sequence[ReplyDraft]:
    """Answers that wait or may be on their way, oldest first."""
    statement = select(ReplyDraft).where(col(ReplyDraft.state).in_(OPEN))
    return session.exec(statement.order_by(col(ReplyDraft.id))).all()


def waiting_for(session: Session, mention_id: int) -> Sequence[ReplyDraft]:
    """Answers to a message that wait for a second person, oldest first."""
    statement = select(ReplyDraft).where(
        col(ReplyDraft.state) == "waiting", col(ReplyDraft.mention_id) == mention_id
    )
    return session.exec(statement.order_by(col(ReplyDraft.id))).all()


def with_words(
    session: Session, words_digest: str, mention_id: int
) -> Sequence[ReplyDraft]:
    """Answers of the same words that wait or may be on their way, to whomever, and
    those that were sent to this message; oldest first."""
    is_open = col(ReplyDraft.state).in_(OPEN)
    was_sent = and_(C.state == "sent", C.mention_id == mention_id)
    statement = select(ReplyDraft).where(
        col(ReplyDraft.words_digest) == words_digest, or_(is_open, was_sent)
    )
    return session.exec(statement.order_by(col(ReplyDraft.id))).all()


def waiting_query(over: datetime) -> Select[int, int]:
    """How many answers wait for a second person, and how many are in doubt, as a
    question of one row."""
    return sa_select(
        func.count().filter(C.state == "waiting"),
        func.count().filter(_is_doubted(over)),
    ).where(C.state.in_(OPEN))


def count_doubted(session: Session, over: datetime) -> tuple[int, datetime | None]:
    """Answers in doubt, and since when the first of them is decided."""
    query = sa_select(func.count(), func.min(C.decided_at)).where(_is_doubted(over))
    count, oldest = session.execute(query).one()
    return count, oldest


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


def claim_doubted(session: Session, id_: int, now: datetime, over: datetime) -> bool:
    """Take an answer in doubt to send it once more; False when it is in doubt no more.
    Who decided that it is sent stays."""
    change = update(DRAFT).where(C.id == id_, _is_doubted(over))
    return bool(db.changed(session, change.values(state="sending", decided_at=now)))


def give_back(session: Session, id_: int) -> None:
    """The platform did not take it: it waits again."""
    values = {"state": "waiting", "decided_by": None, "decided_at": None}
    session.execute(_sending(id_).values(**values))


def drop(session: Session, id_: int) -> None:
    """The platform did not take it, and nobody waits for it: its line goes."""
    session.execute(delete(DRAFT).where(C.id == id_, C.state == "sending"))


def doubt(session: Session, id_: int) -> bool:
    """Nobody knows whether it was heard. Whether it was being sent."""
    return bool(db.changed(session, _sending(id_).values(state="unsure")))


def settle_sent(session: Session, id_: int, external_id: str) -> None:
    """The platform took it, whatever others believed meanwhile: its words go."""
    change = update(DRAFT).where(C.id == id_, C.state.in_(("sending", "unsure")))
    values = {"state": "sent", "text": None, "external_id": external_id}
    session.execute(change.values(**values))


def settle_heard(session: Session, id_: int, over: datetime) -> bool:
    """A person saw that it was heard: its words go. Whether it was in doubt."""
    change = update(DRAFT).where(C.id == id_, _is_doubted(over))
    return bool(db.changed(session, change.values(state="sent", text=None)))


def withdraw(
    session: Session, id_: int, by: str, now: datetime, over: datetime
) -> bool:
    """It does not go out, or not again: its words go. False: it is being sent now."""
    waits = or_(C.state == "waiting", _is_doubted(over))
    change = update(DRAFT).where(C.id == id_, waits)
    values = {"state": "withdrawn", "text": None, "decided_by": by, "decided_at": now}
    return bool(db.changed(session, change.values(**values)))


def move(session: Session, id_: int, by: str, now: datetime) -> bool:
    """It waits in the case of its message from now on: its words go from here. False:
    it does not wait any more."""
    change = update(DRAFT).where(C.id == id_, C.state == "waiting")
    values = {"state": "moved", "text": None, "decided_by": by, "decided_at": now}
    return bool(db.changed(session, change.values(**values)))


def _is_doubted(over: datetime) -> ColumnElement[bool]:
    was_sending = and_(C.state == "sending", C.decided_at <= over)
    return or_(C.state == "unsure", was_sending)


def _sending(id_: int) -> Update:
    return update(DRAFT).where(C.id == id_, C.state == "sending")


def forget_old(session: Session, before: datetime) -> int:
    """Delete the words of answers that were not sent in time; those in doubt still ask
    a person. How many."""
    old = update(DRAFT).where(C.made_at < before)
    session.execute(old.where(C.words_digest.is_not(None)).values(words_digest=None))
    state = case((C.state == "waiting", "withdrawn"), else_=C.state)
    unsent = old.where(C.text.is_not(None))
    return db.changed(session, unsent.values(state=state, text=None))
