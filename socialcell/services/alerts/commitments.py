"""Promises that the cell gave: entered, and marked when they are kept."""

from datetime import datetime
from urllib.parse import urlsplit

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.language import lexicon
from socialcell.listening.alerts.model import Promise
from socialcell.listening.people import masking
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store import areas
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.text import clean_text, one_line

_LONGEST = 300


def add(
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
    said = one_line(masking.unnamed(clean_text(text)), _LONGEST)
    now = context.clock.now()
    if not said:
        raise UsageError("Say what was promised.")
    if due_at <= now:
        raise UsageError(
            f"{due_at.astimezone(IST):%Y-%m-%d %H:%M} is past: a promise is due later."
        )
    topics = [one for one in lexicon.vocabulary("topic") if one not in TOPICS]
    if topic is not None and topic not in topics:
        known = ", ".join(topics)
        raise UsageError(f"There is no topic {topic!r}. There are: {known}.")
    parts = urlsplit(link or "https://city.example")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UsageError(f"{link} is no web address such as https://city.example/1.")
    with db.writing(context.engine) as session:
        day = now.astimezone(IST).date()
        if ward is not None and ward not in {
            one.id for one in areas.areas_on(session, day)
        }:
            raise UsageError(
                f"There is no area {ward!r}; socialcell areas list shows all."
            )
        made = Promise(
            text=said,
            due_at=due_at,
            topic=topic,
            ward=ward,
            link=link,
            made_by=audit.operator(),
            made_at=now,
        )
        session.add(made)
        session.flush()
        detail = {"due_at": due_at.isoformat(), "topic": topic, "ward": ward}
        audit.append(
            session, audit.operator(), "promise.add", str(made.id), detail, now
        )
        return made.id or 0


def keep(context: Context, promise_id: int, note: str = "") -> None:
    """The promise is kept. UsageError when there is none, or it was kept before.
    Audited."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        found = session.get(Promise, promise_id)
        if found is None:
            raise UsageError(f"There is no promise {promise_id}.")
        if found.kept_at is not None:
            at = f"{found.kept_at.astimezone(IST):%Y-%m-%d %H:%M}"
            raise UsageError(f"Promise {promise_id} was marked as kept at {at}.")
        found.kept_at, found.kept_by = now, audit.operator()
        found.note = one_line(masking.unnamed(note), _LONGEST) or None
        detail = {"late": now > found.due_at, "note": found.note}
        audit.append(
            session, audit.operator(), "promise.kept", str(promise_id), detail, now
        )
