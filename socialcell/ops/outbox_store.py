"""Queries and updates of the outbox: the mode switch, waiting and ended messages."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, case, delete, func, or_, select, update
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col

from socialcell import db
from socialcell.ops.outbox_model import Outgoing, OutgoingMode

OUT = db.table(Outgoing)
C = OUT.c
MODE = db.table(OutgoingMode).c
_MAX_ANSWER = 500
# Longer than a mail server may take over one letter (mail.seconds an answer).
CLAIMED = timedelta(minutes=30)
RELEASED = "released"  # the answer of a message that a person released, not yet tried
# Public posts are delivered by another way than letters and chat messages.
PUBLIC = ("post", "reply", "safety")
# A private answer to a citizen: sent at most once (services/desk/answers/). What nobody
# knows of it is never due again by itself.
ANSWER = "answer"
# Prefix of the keys of alerts about one critical mention (at first direct messages
# alone); its id and a sign follow, for a later step LATER and its number.
ABOUT_ITEM = "message."
LATER = ".step"
ALERT = "alert"  # the kind of all messages of alerts, calls included
PHONE = "phone"  # the channel of telephone calls
TRIAL = "trial."  # prefix of the keys of trials, which are tried once
# How the answer begins of a call that was not made, and of another message of an alert
# that was not sent, because it was not needed any more.
NOT_CALLED, NOT_SENT = "not called", "not sent"
SUPERSEDED = (
    f"{NOT_SENT}: a newer message about it took its place",
    f"{NOT_CALLED}: a newer call about it took its place",
)
# The part of an alert's key that tells two messages about the same apart.
_STEP_OR_SEVERITY = re.compile(rf"{re.escape(LATER)}\d+|\.(?:low|medium|high)(?=[.|])")
_ID_IN_KEY = re.compile(rf"{re.escape(ABOUT_ITEM)}(\d+)[.|]")
_DEAD_SHOWN = timedelta(days=7)
# What has ended was looked at once at least.
_TRIED = case((C.attempts < 1, 1), else_=C.attempts)
_IS_TRIAL = C.dedup_key.startswith(TRIAL)
_TO_ROOMS = and_(C.channel != "mail", C.kind.not_in((*PUBLIC, ANSWER)), ~_IS_TRIAL)


@dataclass(frozen=True)
class Backlog:
    """How many messages are due now and since when the oldest is; how many wait for
    their time, are held, and died in the last week, without trials."""

    due: int
    oldest_due: datetime | None
    later: int
    held: int
    dead: int


def backlog(session: Session, now: datetime) -> Backlog:
    """What is in the outbox and not sent, and what died in the last week."""
    return Backlog(*session.execute(backlog_query(now)).one())


def backlog_query(now: datetime) -> Select[int, datetime | None, int, int, int]:
    """The question of a Backlog, of one row."""
    waits = C.state.in_(("pending", "sending"))
    dead = and_(C.state == "dead", C.ended_at >= now - _DEAD_SHOWN, ~_IS_TRIAL)
    due = _is_due(now)
    return select(
        func.count().filter(due).label("due"),
        func.min(C.made_at).filter(due).label("oldest_due"),
        (func.count().filter(waits) - func.count().filter(due)).label("later"),
        func.count().filter(C.state == "held").label("held"),
        func.count().filter(dead).label("dead"),
    ).where(C.state.in_(("pending", "sending", "held", "dead")))


@dataclass(frozen=True)
class DueMessages:
    """How many messages are due and not sent, and since when the oldest is there."""

    count: int
    oldest: datetime | None


def due_messages(session: Session, now: datetime) -> tuple[DueMessages, DueMessages]:
    """What is due and not sent: letters, chat messages and calls of alerts, and all
    else."""
    alerts = C.kind == ALERT
    row = session.execute(
        select(
            func.count().filter(alerts),
            func.min(C.made_at).filter(alerts),
            func.count().filter(~alerts),
            func.min(C.made_at).filter(~alerts),
        ).where(_is_due(now))
    ).one()
    return DueMessages(row[0], row[1]), DueMessages(row[2], row[3])


def _is_due(now: datetime) -> ColumnElement[bool]:
    """A message that was tried is due again later, and has waited since it was made."""
    waits = C.state.in_(("pending", "sending"))
    return and_(waits, or_(C.not_before <= now, C.attempts > 0))


def mode(session: Session) -> OutgoingMode | None:
    """The newest setting of the mode switch; None: never set, so normal."""
    query = select(OutgoingMode).order_by(col(OutgoingMode.id).desc()).limit(1)
    return session.scalars(query).first()


def mode_query() -> Select[str]:
    """The question of the mode that is set, of one row."""
    newest = select(MODE.mode).order_by(MODE.id.desc()).limit(1)
    return select(func.coalesce(newest.scalar_subquery(), "normal"))


def mode_name(session: Session) -> str:
    """The mode that is set; `normal` where none was."""
    return str(session.execute(mode_query()).scalar_one())


def set_mode(
    session: Session, mode: str, actor: str, reason: str, now: datetime
) -> None:
    session.add(OutgoingMode(mode=mode, since=now, actor=actor, reason=reason))


def add(session: Session, message: Outgoing) -> bool:
    """Put a message in; False when one of its dedup key is there already."""
    row = message.model_dump(exclude={"id"})
    return bool(db.insert_new(session, OUT, [row]))


def new_keys(session: Session, keys: Sequence[str]) -> list[str]:
    """The dedup keys that have no message yet."""
    existing_keys = set(
        session.scalars(select(OUT.c.dedup_key).where(OUT.c.dedup_key.in_(keys)))
    )
    return [key for key in keys if key not in existing_keys]


def hold(session: Session, kinds: Collection[str], why: str) -> int:
    """Hold the waiting messages of these kinds because of the mode. How many."""
    pending = update(OUT).where(C.state == "pending", C.kind.in_(kinds))
    values = {"state": "held", "held_by": "mode", "answer": why[:_MAX_ANSWER]}
    return db.changed(session, pending.values(**values))


def release(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Release the held ones of these messages, to leave now; not an answer of which
    nobody knows whether it was sent. How many."""
    released = update(OUT).where(C.state == "held", C.id.in_(ids), ~_is_unsure())
    values = {
        "state": "pending",
        "not_before": now,
        "answer": RELEASED,
        "held_by": None,
    }
    return db.changed(session, released.values(**values))


def held_ids(session: Session, since: datetime) -> tuple[list[int], list[int]]:
    """Ids of held messages: those still in time, and stale ones. Stale are public posts
    that were due before `since`."""
    stale = and_(C.kind.in_(PUBLIC), C.not_before < since)
    held = and_(C.state == "held", ~_is_unsure())
    query = select(C.id, stale).where(held).order_by(C.id)
    rows = session.execute(query).all()
    return [id_ for id_, old in rows if not old], [id_ for id_, old in rows if old]


def _is_unsure() -> ColumnElement[bool]:
    """An answer of which nobody knows whether it was sent."""
    return and_(C.kind == ANSWER, func.coalesce(C.held_by, "") == "unsure")


def unsure_answers(session: Session, ids: Collection[int]) -> list[int]:
    """Those of these messages that are answers of which nobody knows whether they were
    sent."""
    query = select(C.id).where(C.id.in_(ids), C.state == "held", _is_unsure())
    return list(session.scalars(query.order_by(C.id)))


def mention_of_key(key: str) -> int | None:
    """The mention that a dedup key is about; None where it is about none."""
    match = _ID_IN_KEY.match(key)
    return None if match is None else int(match[1])


def prefixes_about(mention_ids: Iterable[int]) -> list[str]:
    """How the dedup keys of alerts about these mentions begin."""
    return [f"{ABOUT_ITEM}{id_}{sign}" for id_ in mention_ids for sign in ".|"]


def newest_due_alert(session: Session, now: datetime) -> int | None:
    """The id of the newest message of an alert that is due; None: none is."""
    newest: int | None = session.scalar(
        select(func.max(C.id)).where(_due(now), C.kind == ALERT, ~_IS_TRIAL)
    )
    return newest


def rooms_waiting(
    session: Session, now: datetime, *, alerts: bool | None = None
) -> list[str]:
    """Rooms and phones for which something is due, each once; of `alerts` alone or
    without them."""
    due = select(C.recipient).where(_due(now), _TO_ROOMS)
    if alerts is not None:
        due = due.where(_is_of_alert(alerts))
    return list(session.scalars(due.distinct().order_by(C.recipient)))


def waiting(
    session: Session,
    now: datetime,
    limit: int,
    room: str | None = None,
    *,
    alerts: bool | None = None,
) -> list[int]:
    """Ids of the letters that are due, or of what is due for a room, of `alerts` alone
    or without them; what is about a critical item first, then the oldest."""
    to = and_(C.channel == "mail", ~_IS_TRIAL)
    if room is not None:
        to = and_(_TO_ROOMS, C.recipient == room)
    first = C.dedup_key.startswith(ABOUT_ITEM)
    query = select(C.id).where(_due(now), to)
    if alerts is not None:
        query = query.where(_is_of_alert(alerts))
    order = (case((first, 0), else_=1), C.not_before, C.id)
    return list(session.scalars(query.order_by(*order).limit(limit)))


def _is_of_alert(alerts: bool) -> ColumnElement[bool]:
    return C.kind == ALERT if alerts else C.kind != ALERT


def posts_waiting(session: Session, now: datetime) -> set[str]:
    """Dedup keys of what is due to be posted in public."""
    query = select(C.dedup_key).where(_due(now), C.channel != "mail")
    return set(session.scalars(query.where(C.kind.in_(PUBLIC))))


def hold_back(session: Session, id_: int, by: str, why: str) -> None:
    """Hold one message for a person, with the reason. `by`: mode, rule, late, unsure or
    platform."""
    statement = update(OUT).where(C.id == id_, C.state.in_(("pending", "sending")))
    session.execute(
        statement.values(state="held", held_by=by, answer=why[:_MAX_ANSWER])
    )


def drop(session: Session, key: str) -> bool:
    """Delete a message whose sending has not begun. Whether there was one."""
    waits = and_(C.dedup_key == key, C.state.in_(("held", "pending")))
    return bool(db.changed(session, delete(OUT).where(waits)))


def close(session: Session, id_: int, now: datetime, answer: str) -> bool:
    """Mark a held message as sent, by a person. Whether it was held and tried."""
    sent = update(OUT).where(C.id == id_, C.state == "held", C.attempts > 0)
    values = {
        "state": "sent",
        "held_by": None,
        "body": None,
        "ended_at": now,
        "answer": answer,
    }
    return bool(db.changed(session, sent.values(**values)))


def drop_calls(session: Session, mention_id: int) -> int:
    """Delete telephone calls and later steps about a mention that have not begun. How
    many."""
    messages_with_prefix = f"{ABOUT_ITEM}{mention_id}"
    calls = and_(C.channel == PHONE, C.dedup_key.startswith(f"{messages_with_prefix}|"))
    later = C.dedup_key.startswith(f"{messages_with_prefix}{LATER}")
    waits = C.state.in_(("held", "pending"))
    return db.changed(session, delete(OUT).where(waits, or_(calls, later)))


def waiting_trial(session: Session, key: str, now: datetime) -> list[int]:
    """The id of the trial of this key while it waits."""
    return list(session.scalars(select(C.id).where(_due(now), C.dedup_key == key)))


def interrupted_trials(session: Session, before: datetime) -> list[int]:
    """Ids of trials that were made before a moment and have no result."""
    waits = C.state.in_(("pending", "sending"))
    trials = select(C.id).where(waits, _IS_TRIAL, C.made_at < before)
    return list(session.scalars(trials.order_by(C.id)))


def end_trials(
    session: Session, ids: Collection[int], now: datetime, answer: str
) -> None:
    """End those of these trials that have no result."""
    waits = update(OUT).where(C.id.in_(ids), C.state.in_(("pending", "sending")))
    values = {"state": "dead", "attempts": _TRIED, "ended_at": now, "answer": answer}
    session.execute(waits.values(**values))


def waiting_calls(session: Session, phone: str) -> list[tuple[int, bytes]]:
    """Ids and bodies of the calls to a phone that wait, the newest first; without those
    that are being made: whoever makes one may have died."""
    calls = select(C.id, C.body).where(
        C.channel == PHONE,
        C.recipient == phone,
        C.state == "pending",
        C.body.is_not(None),
    )
    return [(id_, body) for id_, body in session.execute(calls.order_by(C.id.desc()))]


def end_unsent(
    session: Session, ids: Collection[int], now: datetime, answer: str
) -> int:
    """End those of these messages that nobody is sending, with the reason. How many."""
    waits = update(OUT).where(C.id.in_(ids), C.state == "pending")
    values = {
        "state": "sent",
        "attempts": _TRIED,
        "body": None,
        "ended_at": now,
        "answer": answer,
    }
    return db.changed(session, waits.values(**values))


def note_answer(session: Session, ids: Collection[int], answer: str) -> bool:
    """Note on those of these messages that wait why they were not tried. Whether it is
    news of any of them."""
    shown = answer[:_MAX_ANSWER]
    waits = update(OUT).where(
        C.id.in_(ids), C.state == "pending", func.coalesce(C.answer, "") != shown
    )
    return db.changed(session, waits.values(answer=shown)) > 0


def superseded(session: Session, room: str | None = None) -> list[int]:
    """Ids of the letters of alerts that wait, or of the messages to a room, behind a
    newer one about the same to the same reader."""
    to = C.channel == "mail" if room is None else and_(_TO_ROOMS, C.recipient == room)
    waits = and_(C.state == "pending", C.kind == ALERT, C.channel != PHONE, ~_IS_TRIAL)
    rows = session.execute(
        select(C.id, C.dedup_key).where(waits, to).order_by(C.id.desc())
    ).all()
    newest: set[str] = set()
    older: list[int] = []
    for id_, key in rows:
        about = _STEP_OR_SEVERITY.sub("", key, count=1)
        if about in newest:
            older.append(id_)
        newest.add(about)
    return older


def was_sent() -> ColumnElement[bool]:
    """A message that left; not one whose place a newer one took, or a call that was not
    made."""
    answer = func.coalesce(C.answer, "")
    reasons = (NOT_CALLED, NOT_SENT)
    return and_(C.state == "sent", *(~answer.startswith(why) for why in reasons))


def has_left(message: Outgoing) -> bool:
    """The same of a row that was read."""
    answer = message.answer or ""
    return message.state == "sent" and not answer.startswith((NOT_CALLED, NOT_SENT))


def forget_messages(session: Session, mention_ids: Collection[int]) -> None:
    """Alerts about these mentions lose their words, since the mentions are gone: what
    waits is not sent any more, what is dead stays without them."""
    quoting = select(C.id, C.dedup_key, C.state).where(
        C.dedup_key.startswith(ABOUT_ITEM),
        C.state.in_(("held", "pending", "dead")),
        C.body.is_not(None),
    )
    for row in session.execute(quoting.order_by(C.id)).all():
        if mention_of_key(row.dedup_key) not in mention_ids:
            continue
        if row.state == "dead":
            session.execute(update(OUT).where(C.id == row.id).values(body=None))
        else:
            session.execute(delete(OUT).where(C.id == row.id))


def withdraw_quoting(session: Session, mention_id: int, sign: str) -> int:
    """Delete what waits about a mention and has the words of others, so that it is made
    anew without those that are gone; dead messages lose their words. `sign` follows the
    mention's id in the keys. How many are deleted."""
    return withdraw(session, f"{ABOUT_ITEM}{mention_id}{sign}")


def about_case(number: str) -> str:
    """The prefix of the keys of alerts about a case that comes of no mention."""
    return f"case.{number}.danger"


def withdraw(session: Session, prefix: str) -> int:
    """Delete what waits under keys with a prefix, to be made anew; dead messages lose
    their words. How many are deleted."""
    about = C.dedup_key.startswith(prefix)
    session.execute(update(OUT).where(about, C.state == "dead").values(body=None))
    waits = C.state.in_(("held", "pending"))
    return db.changed(session, delete(OUT).where(about, waits))


def postpone(session: Session, room: str, until: datetime) -> int:
    """Postpone the waiting messages of a room. How many."""
    early = update(OUT).where(
        C.state == "pending",
        _TO_ROOMS,
        C.recipient == room,
        C.not_before < until,
    )
    return db.changed(session, early.values(not_before=until))


def messages_with_prefix(session: Session, prefix: str) -> Sequence[Outgoing]:
    """Messages whose dedup keys begin so, in the order in which they were made."""
    query = select(Outgoing).where(col(Outgoing.dedup_key).startswith(prefix))
    return session.scalars(query.order_by(col(Outgoing.id))).all()


def newest_key(session: Session, prefix: str, before: str, part: str) -> str | None:
    """The greatest dedup key that begins with `prefix`, has `part` in it, and is less
    than `before`; None where there is none."""
    key = C.dedup_key
    keys = (key.startswith(prefix), key.contains(part), key < before)
    return session.scalars(select(key).where(*keys).order_by(key.desc())).first()


def first_sent_at(
    session: Session, key: str, since: datetime, until: datetime
) -> datetime | None:
    """When the first message about something was sent within a span; `key` is the part
    of the messages' keys before the first "." or "|" that follows it."""
    about = or_(C.dedup_key.startswith(f"{key}."), C.dedup_key.startswith(f"{key}|"))
    statement = select(func.min(C.ended_at)).where(
        about, was_sent(), C.ended_at >= since, C.ended_at < until
    )
    first: datetime | None = session.execute(statement).scalar_one()
    return first


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(C.state.in_(("pending", "sending")), C.not_before <= now)


def claim(session: Session, id_: int, now: datetime) -> Outgoing | None:
    """Take a message to send it; None when it is not due any more.

    It is nobody else's for CLAIMED: a claim that is older was of a process that died.
    """
    claimed = db.changed(
        session,
        update(OUT)
        .where(C.id == id_, _due(now))
        .values(state="sending", attempts=C.attempts + 1, not_before=now + CLAIMED),
    )
    if not claimed:
        return None
    return session.get_one(Outgoing, id_)


def settle(
    session: Session,
    id_: int,
    state: str,
    now: datetime,
    answer: str,
    not_before: datetime | None = None,
) -> None:
    """Set the result of a message that was being sent: sent, dead, or pending again."""
    values: dict[str, str | datetime | None] = {
        "state": state,
        "answer": answer[:_MAX_ANSWER],
    }
    if state == "pending":
        values["not_before"] = not_before
    else:
        values["ended_at"] = now
    if state == "sent":
        values["body"] = None
    session.execute(
        update(OUT).where(C.id == id_, C.state == "sending").values(**values)
    )


def return_unsent(session: Session, now: datetime) -> int:
    """Messages that a dead process was sending are due now, under the same message
    id."""
    unsent = update(OUT).where(C.state == "sending", C.kind != ANSWER)
    return db.changed(session, unsent.values(state="pending", not_before=now))


def state_counts(session: Session) -> dict[str, int]:
    """How many messages are in each state."""
    rows = session.execute(select(C.state, func.count()).group_by(C.state))
    return {row[0]: row[1] for row in rows}


def count_held_posts(session: Session) -> int:
    """How many posts in the city's name are held."""
    held = select(func.count()).where(C.state == "held", C.kind.in_(PUBLIC))
    return session.scalars(held).one()


def list_messages(
    session: Session,
    states: Iterable[str] = (),
    limit: int = 100,
    before: int | None = None,
) -> Sequence[Outgoing]:
    """Messages in these states (any without), newest first; those with a smaller id
    than `before`."""
    query = select(Outgoing).order_by(col(Outgoing.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Outgoing.id) < before)
    if states := tuple(states):
        query = query.where(col(Outgoing.state).in_(states))
    return session.scalars(query).all()


def count_sent(session: Session, kind: str, start: datetime, end: datetime) -> int:
    """Messages of a kind that were sent in [start, end)."""
    query = select(func.count()).where(
        C.kind == kind, was_sent(), C.ended_at >= start, C.ended_at < end
    )
    return int(session.execute(query).scalar_one())
