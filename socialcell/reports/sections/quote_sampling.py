"""Posts that a report quotes, drawn at random: neither the loudest nor the newest."""

import hashlib
from collections.abc import Iterable, Sequence

from sqlmodel import Session

from socialcell.language.analysis import ASKING
from socialcell.listening.store.mentions import quotes
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.quotes import Drawable
from socialcell.reports.compared_figures import TopicFigure
from socialcell.reports.week_numbers import DrawnQuote, QuoteReason

URGENT = ("critical", "high")
# Quotations show what the city talks about, not persons: what is said of politics and
# of single officials is counted and never quoted.
NEVER_QUOTED = frozenset({"politics", "conduct", "other"})
QUOTED_TOPICS = 4
QUOTED_URGENT = 2


def draw_quotes(
    session: Session, week: TimeSpan, topics: Sequence[TopicFigure]
) -> list[DrawnQuote]:
    """Of the urgent posts, and of what most people ask about: one post a person."""

    def seed(name: str) -> str:
        return f"{week.start.isoformat()}:{name}"

    topics_by_asking = sorted(
        topics, key=lambda topic: (-(topic["asking"]["n"] or 0), topic["id"])
    )
    quotable_topics = [
        topic["id"] for topic in topics_by_asking if topic["id"] not in NEVER_QUOTED
    ]
    quoted_authors: set[int] = set()
    drawn_quotes: list[DrawnQuote] = []
    for urgency in URGENT:
        drawables = quotes.of_urgency(session, week, urgency)
        reason = QuoteReason(why="urgent", urgency=urgency)
        drawn_quotes += _take_quotes(
            shuffle_by_seed(drawables, seed(urgency)),
            quoted_authors,
            QUOTED_URGENT - len(drawn_quotes),
            reason,
        )
    for topic in quotable_topics[:QUOTED_TOPICS]:
        drawables = quotes.of_topic(session, week, topic, ASKING)
        reason = QuoteReason(why="topic", topic=topic)
        drawn_quotes += _take_quotes(
            shuffle_by_seed(drawables, seed(topic)), quoted_authors, 1, reason
        )
    return drawn_quotes


def shuffle_by_seed(drawables: Iterable[Drawable], seed: str) -> list[Drawable]:
    """The same posts in an order that depends on `seed` alone."""

    def number(drawable: Drawable) -> str:
        key = f"{seed}:{drawable.platform}:{drawable.external_id}"
        return hashlib.sha256(key.encode()).hexdigest()

    return sorted(drawables, key=number)


def _take_quotes(
    pool: Sequence[Drawable],
    quoted_authors: set[int],
    limit: int,
    reason: QuoteReason,
) -> list[DrawnQuote]:
    """The first of the pool, one post a person."""
    quotes: list[DrawnQuote] = []
    for drawable in pool:
        if len(quotes) < limit and drawable.author_id not in quoted_authors:
            quoted_authors.add(drawable.author_id)
            quotes.append(
                {
                    **reason,
                    "platform": drawable.platform,
                    "external_id": drawable.external_id,
                    "content_hash": drawable.content_hash,
                    "drawn_from": len(pool),
                }
            )
    return quotes
