"""Private answers in the outbox: claimed once each, never due again by themselves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, or_, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing

_OUT = db.table(Outgoing)
C = _OUT.c
_IS_ANSWER = C.kind == outbox_store.ANSWER
_MAX_REASON = 500


def due_keys(session: Session, now: datetime, limit: int) -> list[str]:
    """Dedup keys of the answers that are due, the oldest first."""
    due = and_(_IS_ANSWER, C.state == "pending", C.not_before <= now)
    query = select(C.dedup_key).where(due).order_by(C.not_before, C.id)
    return list(session.scalars(query.limit(limit)))


def find(session: Session, key: str) -> Outgoing | None:
    """The message of a dedup key as it is now."""
    query = select(Outgoing).where(col(Outgoing.dedup_key) == key)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def claim(session: Session, key: str, now: datetime) -> bool:
    """Mark an answer as being sent. False: it is not waiting any more.

    Until `not_before` the claim is of a process that may be at work.
    """
    waits = update(_OUT).where(C.dedup_key == key, _IS_ANSWER, C.state == "pending")
    claimed = waits.values(
        state="sending", attempts=C.attempts + 1, not_before=now + outbox_store.CLAIMED
    )
    return bool(db.changed(session, claimed))


def settle_sent(session: Session, key: str, now: datetime, note: str) -> bool:
    """The platform took it. Also where another process already doubted it."""
    was_claimed = or_(
        C.state == "sending", and_(C.state == "held", C.held_by == "unsure")
    )
    sent = update(_OUT).where(C.dedup_key == key, _IS_ANSWER, was_claimed)
    values = {
        "state": "sent",
        "held_by": None,
        "body": None,
        "ended_at": now,
        "answer": note[:_MAX_REASON],
    }
    return bool(db.changed(session, sent.values(**values)))


def put_back(session: Session, key: str, until: datetime, why: str) -> None:
    """It was certainly not sent: it waits until a moment."""
    was_claimed = update(_OUT).where(C.dedup_key == key, C.state == "sending")
    values = {"state": "pending", "not_before": until, "answer": why[:_MAX_REASON]}
    session.execute(was_claimed.values(**values))


def postpone(session: Session, channel: str, until: datetime, why: str) -> None:
    """What waits for a channel waits until a moment, since it takes nothing now."""
    waits = update(_OUT).where(
        _IS_ANSWER, C.channel == channel, C.state == "pending", C.not_before < until
    )
    session.execute(waits.values(not_before=until, answer=why[:_MAX_REASON]))


def end_unsent(session: Session, key: str, now: datetime, why: str) -> bool:
    """It does not go out: what stood against it is the answer. Whether it waited or was
    being sent."""
    waits = C.state.in_(("pending", "sending", "held"))
    values = {
        "state": "dead",
        "held_by": None,
        "body": None,
        "attempts": case((C.attempts < 1, 1), else_=C.attempts),
        "ended_at": now,
        "answer": why[:_MAX_REASON],
    }
    ended = update(_OUT).where(C.dedup_key == key, _IS_ANSWER, waits)
    return bool(db.changed(session, ended.values(**values)))


def hold_unsure(session: Session, key: str, why: str) -> bool:
    """Nobody knows whether it was sent: it is held for a person. Whether it was being
    sent."""
    claimed = update(_OUT).where(C.dedup_key == key, _IS_ANSWER, C.state == "sending")
    values = {"state": "held", "held_by": "unsure", "answer": why[:_MAX_REASON]}
    return bool(db.changed(session, claimed.values(**values)))


def abandoned_keys(session: Session, now: datetime | None) -> Sequence[str]:
    """Answers that a process was sending which is dead: its claim is over at `now`, or
    (None) every claim is one of a dead process."""
    claimed = and_(_IS_ANSWER, C.state == "sending")
    if now is not None:
        claimed = and_(claimed, C.not_before <= now)
    return list(session.scalars(select(C.dedup_key).where(claimed).order_by(C.id)))


def release_unsure(session: Session, key: str, now: datetime) -> bool:
    """A person looked, and it is not there: it is due once more. Whether it was held
    because nobody knew."""
    unsure = update(_OUT).where(
        C.dedup_key == key, _IS_ANSWER, C.state == "held", C.held_by == "unsure"
    )
    values = {
        "state": "pending",
        "held_by": None,
        "not_before": now,
        "answer": outbox_store.RELEASED,
    }
    return bool(db.changed(session, unsure.values(**values)))
