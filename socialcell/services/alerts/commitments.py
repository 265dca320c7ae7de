"""Promises of the cell: entered, and marked when they are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.language import lexicon
from socialcell.listening.alerts.model import Promise
from socialcell.listening.people import masking
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store import areas
from socialcell.listening.store.alerts import commitments
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.text import clean_text, one_line

_LONGEST = 300
_SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class CommitmentEntry:
    """A promise as it is listed; the fields are the keys of its JSON, in order.

    `missed`: it was kept late, or it is due and not kept yet.
    """

    id: int | None
    text: str
    due_at: datetime
    missed: bool
    topic: str | None
    ward: str | None
    link: str | None
    made_by: str
    made_at: datetime
    kept_at: datetime | None
    kept_by: str | None
    note: str | None


def is_due_soon(promise: CommitmentEntry, now: datetime) -> bool:
    """Whether an open promise is to be kept within a day, and is not late yet."""
    return (
        promise.kept_at is None and not promise.missed and promise.due_at <= now + _SOON
    )


def list_commitments(context: Context, *, kept: bool = False) -> list[CommitmentEntry]:
    """Open promises, the earliest due first; with `kept` also those that are kept."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        rows = commitments.promises(session, all=kept)
        return [_entry(promise, now) for promise in rows]


def find_commitment(context: Context, promise_id: int) -> CommitmentEntry | None:
    """A promise by its number; None: there is none."""
    with db.reading(context.engine) as session:
        promise = session.get(Promise, promise_id)
        return None if promise is None else _entry(promise, context.clock.now())


def _entry(promise: Promise, now: datetime) -> CommitmentEntry:
    return CommitmentEntry(
        id=promise.id,
        text=promise.text,
        due_at=promise.due_at,
        missed=(promise.kept_at or now) > promise.due_at,
        topic=promise.topic,
        ward=promise.ward,
        link=promise.link,
        made_by=promise.made_by,
        made_at=promise.made_at,
        kept_at=promise.kept_at,
        kept_by=promise.kept_by,
        note=promise.note,
    )


def add_promise(
    context: Context,
    text: str,
    due_at: datetime,
    *,
    topic: str | None = None,
    ward: str | None = None,
    link: str | None = None,
) -> int:
    """Enter what the cell said that it would do, until when. Its id. Audited.

    Handles and numbers of people are hidden in the text. UsageError for an empty text,
    a moment that is past, an unknown topic or area, or a link that is no address.
    """
    sentence = one_line(masking.unnamed(clean_text(text)), _LONGEST)
    now = context.clock.now()
    if not sentence:
        raise UsageError("alerts.empty_promise")
    if due_at <= now:
        raise UsageError(
            "alerts.promise_due_in_the_past",
            at=f"{due_at.astimezone(IST):%Y-%m-%d %H:%M}",
        )
    topics = [
        known_topic
        for known_topic in lexicon.vocabulary("topic")
        if known_topic not in TOPICS
    ]
    if topic is not None and topic not in topics:
        raise UsageError("alerts.no_such_topic", topic=topic, topics=list(topics))
    parts = urlsplit(link or "https://city.example")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UsageError("alerts.no_web_address", address=link)
    with db.writing(context.engine) as session:
        day = now.astimezone(IST).date()
        if ward is not None and ward not in {
            area.id for area in areas.areas_on(session, day)
        }:
            raise UsageError("areas.no_such_area", area=ward)
        promise = Promise(
            text=sentence,
            due_at=due_at,
            topic=topic,
            ward=ward,
            link=link,
            made_by=context.actor.name,
            made_at=now,
        )
        session.add(promise)
        session.flush()
        detail = {"due_at": due_at.isoformat(), "topic": topic, "ward": ward}
        audit.append(
            session, context.actor, "promise.add", str(promise.id), detail, now
        )
        return promise.id or 0


def mark_kept(context: Context, promise_id: int, note: str = "") -> None:
    """The promise is kept. UsageError when there is none, or it was kept before.
    Audited."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        promise = session.get(Promise, promise_id)
        if promise is None:
            raise UsageError("alerts.no_such_promise", promise=promise_id)
        if promise.kept_at is not None:
            at = f"{promise.kept_at.astimezone(IST):%Y-%m-%d %H:%M}"
            raise UsageError("alerts.promise_kept_already", promise=promise_id, at=at)
        promise.kept_at, promise.kept_by = now, context.actor.name
        promise.note = one_line(masking.unnamed(note), _LONGEST) or None
        detail = {"late": now > promise.due_at, "note": promise.note}
        audit.append(
            session, context.actor, "promise.kept", str(promise_id), detail, now
        )
