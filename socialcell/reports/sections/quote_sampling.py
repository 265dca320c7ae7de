"""Posts that a report quotes, drawn by lot: neither the loudest nor the newest."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session

from socialcell.listening.store.mentions import quotes
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.quotes import Drawable

URGENT = ("critical", "high")
# Quotations show what the city talks about, not persons: what is said of politics and
# of single officials is counted and never quoted.
NEVER_QUOTED = frozenset({"politics", "conduct", "other"})
QUOTED_TOPICS = 4
QUOTED_URGENT = 2


def drawn(
    session: Session, week: TimeSpan, topics: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Of the urgent posts, and of what most people ask about: one post a person."""

    def lot(name: str) -> str:
        return f"{week.start.isoformat()}:{name}"

    asked = sorted(topics, key=lambda one: (-(one["asking"]["n"] or 0), one["id"]))
    wanted = [one["id"] for one in asked if one["id"] not in NEVER_QUOTED]
    taken: set[int] = set()
    made: list[dict[str, Any]] = []
    for level in URGENT:
        found = quotes.of_urgency(session, week, level)
        why = {"why": "urgent", "urgency": level}
        made += _taken(draw(found, lot(level)), taken, QUOTED_URGENT - len(made), why)
    for topic in wanted[:QUOTED_TOPICS]:
        found = quotes.of_topic(session, week, topic)
        why = {"why": "topic", "topic": topic}
        made += _taken(draw(found, lot(topic)), taken, 1, why)
    return made


def draw(drawables: Iterable[Drawable], lot: str) -> list[Drawable]:
    """The same posts in an order that only `lot` decides: not loudness, not time."""

    def number(one: Drawable) -> str:
        said = f"{lot}:{one.platform}:{one.external_id}"
        return hashlib.sha256(said.encode()).hexdigest()

    return sorted(drawables, key=number)


def _taken(
    pool: Sequence[Drawable], taken: set[int], most: int, why: dict[str, str]
) -> list[dict[str, Any]]:
    """The first of the pool, one post a person."""
    made: list[dict[str, Any]] = []
    for one in pool:
        if len(made) < most and one.author_id not in taken:
            taken.add(one.author_id)
            made.append(
                {
                    **why,
                    "platform": one.platform,
                    "external_id": one.external_id,
                    "content_hash": one.content_hash,
                    "drawn_from": len(pool),
                }
            )
    return made
