"""Which urgent posts a brief quotes: of an open incident first, each text once."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from socialcell.language.text_similarity import TextComparison
from socialcell.listening.store.alerts.incidents import OpenIncident
from socialcell.listening.store.mentions import urgent_mentions
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.urgent_mentions import (
    LEVELS,
    QuotablePost,
    UrgentPost,
)

# From this share of common runs of letters on (Jaccard) two posts say the same: a call
# that is passed on with another place in it is 0.5 to 0.7 alike.
_SAME = 0.5
# Enough to find a few different ones among; a crisis brings thousands.
_LOOKED_AT = 300
_OTHER = "other"
# What is passed on with a text, and says nothing of its own: addresses, handles and
# tags, numbers, and that it is passed on.
_AROUND = re.compile(
    r"https?://\S+|www\.\S+|[@＠#＃]\S+|\d+"
    r"|^\W*(?:rt|fwd|forwarded|correction|corrected|reminder|update)\b\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _About:
    """What a post is about: its topics, surest first, and its wards."""

    topics: Sequence[str]
    wards: Sequence[str]


def chosen(
    session: Session, span: TimeSpan, incidents: Sequence[OpenIncident], most: int
) -> list[tuple[str, QuotablePost]]:
    """(topic, post) of at most so many urgent posts of a span.

    Posts of an open incident come first, then those that are surest to be urgent, then
    the newest. Of texts that are the same, or nearly, the first is taken.
    """
    posts = urgent_mentions.posts(session, span)
    ids = [post.id for post in posts]
    topics = urgent_mentions.values(session, ids, "topic")
    wards = urgent_mentions.values(session, ids, "ward")
    about = {id_: _About(topics.get(id_, ()), wards.get(id_, ())) for id_ in ids}
    order = ordered(posts, {id_: _rank(id_, about[id_], incidents) for id_ in ids})
    rows = urgent_mentions.rows(session, [post.id for post in order[:_LOOKED_AT]])
    places = distinct([row.text for row in rows], most)
    return [(_topic(about[rows[at].id], incidents), rows[at]) for at in places]


def ordered(posts: Sequence[UrgentPost], ranks: dict[int, int]) -> list[UrgentPost]:
    """Posts by rank, then by confidence, then the newest; one whose confidence is not
    known stands behind those of its rank, by its level."""
    return sorted(
        posts,
        key=lambda post: (
            -ranks[post.id],
            -(post.confidence or 0.0),
            LEVELS.index(post.level),
            -post.authored_at.timestamp(),
            -post.id,
        ),
    )


def distinct(texts: Sequence[str], most: int) -> list[int]:
    """Places of the first texts that differ from each other, at most so many."""
    return list(_distinct([_AROUND.sub(" ", text) for text in texts], most))


def _distinct(texts: Sequence[str], most: int) -> Iterator[int]:
    compared = TextComparison(texts, None)
    left = list(range(len(texts)))
    for _ in range(most):
        if not left:
            return
        first, near = left[0], compared.to(left[0])
        yield first
        left = [place for place in left[1:] if near[place] < _SAME]


def _rank(id_: int, about: _About, incidents: Sequence[OpenIncident]) -> int:
    """2: on the subject of an open incident; 1: an alert of one rests on it; else 0."""
    if any(_is_about(about, one.incident.subject) for one in incidents):
        return 2
    return int(any(id_ in one.mention_ids for one in incidents))


def _is_about(about: _About, subject: str) -> bool:
    kind, _, name = subject.partition(":")
    named: dict[str, Collection[str]] = {"topic": about.topics, "ward": about.wards}
    return name in named.get(kind, ())


def _topic(about: _About, incidents: Sequence[OpenIncident]) -> str:
    """What the post is shown under: the incident's topic, else its own surest one."""
    for one in incidents:
        kind, _, name = one.incident.subject.partition(":")
        if kind == "topic" and name in about.topics:
            return name
    return about.topics[0] if about.topics else _OTHER
