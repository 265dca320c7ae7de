"""What waits in the outbox, by the way it takes, and which alerts reached somebody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session

from socialcell.ops.outbox_store import (
    ALERT,
    ANSWER,
    PUBLIC,
    RELEASED,
    SUPERSEDED,
    C,
    was_sent,
)

MAIL = "mail"
_SUBJECT_OF_KEY = re.compile(r"[^.|]+\.[^.|]+")
_CHUNK = 100


@dataclass(frozen=True)
class WaitingMessages:
    """Messages that wait for one way: mail, or a room or phone by its name; since when
    the way has lacked one, when the first is tried, and what the last attempt answered.
    """

    way: str
    count: int
    oldest: datetime
    next_at: datetime
    answer: str | None


def waiting_messages(session: Session, *, alerts: bool) -> list[WaitingMessages]:
    """What is not sent yet, those of alerts or all others, the oldest way first; not
    what is said to citizens. An alert waits from when it was made, tried or not, or an
    older one whose place it took."""
    kind = C.kind == ALERT if alerts else C.kind.not_in((ALERT, ANSWER, *PUBLIC))
    rows = session.execute(
        select(C.channel, C.recipient, C.made_at, C.not_before, C.answer)
        .where(C.state.in_(("pending", "sending")), kind)
        .order_by(C.made_at, C.id)
    ).all()
    ways: dict[str, WaitingMessages] = {}
    for row in rows:
        way = MAIL if row.channel == MAIL else row.recipient
        answer = None if row.answer == RELEASED else row.answer
        before = ways.get(way)
        ways[way] = WaitingMessages(
            way,
            before.count + 1 if before else 1,
            before.oldest if before else row.made_at,
            min(before.next_at, row.not_before) if before else row.not_before,
            answer or (before.answer if before else None),
        )
    if alerts:
        ways = {name: _since_success(session, way) for name, way in ways.items()}
    return sorted(ways.values(), key=lambda way: way.oldest)


def _since_success(session: Session, way: WaitingMessages) -> WaitingMessages:
    """A way of alerts, with the oldest message that it has lacked since its last
    success, though a newer one took its place."""
    takes = C.channel == MAIL if way.way == MAIL else C.recipient == way.way
    sent_at = session.scalar(
        select(func.max(C.ended_at)).where(C.kind == ALERT, takes, was_sent())
    )
    replaced = select(func.min(C.made_at)).where(
        C.kind == ALERT, takes, C.state == "sent", C.answer.in_(SUPERSEDED)
    )
    if sent_at is not None:
        replaced = replaced.where(C.ended_at > sent_at)
    first = session.scalar(replaced)
    return way if first is None else replace(way, oldest=min(way.oldest, first))


@dataclass(frozen=True)
class UntoldAlerts:
    """How many alerts have a message that waits; of how many of these no message has
    reached anybody, and of how many of those one was refused or could not be sent."""

    waiting: int
    untold: int
    failed: int


def count_untold(session: Session) -> UntoldAlerts:
    """What waits in the outbox, as alerts."""
    rows = session.execute(
        select(C.dedup_key, C.answer).where(
            C.state.in_(("pending", "sending")), C.kind == ALERT
        )
    ).all()
    failed = _subjects(key for key, answer in rows if answer not in (None, RELEASED))
    subjects = sorted(_subjects(key for key, _answer in rows))
    reached: set[str] = set()
    for first in range(0, len(subjects), _CHUNK):
        chunk = subjects[first : first + _CHUNK]
        about = [
            C.dedup_key.startswith(f"{subject}{sign}")
            for subject in chunk
            for sign in ".|"
        ]
        sent = select(C.dedup_key).where(was_sent(), or_(*about))
        reached |= _subjects(session.scalars(sent))
    untold = set(subjects) - reached
    return UntoldAlerts(len(subjects), len(untold), len(untold & failed))


def _subjects(keys: Iterable[str]) -> set[str]:
    """What messages are about, such as incident.3: their keys' first two parts."""
    found = (_SUBJECT_OF_KEY.match(key) for key in keys)
    return {match[0] for match in found if match}
