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

# Jaccard similarity of letter n-grams from which two posts count as the same text: a
# call that is passed on with another place in it has 0.5 to 0.7.
_SAME_SIMILARITY = 0.5
# Enough to find a few different texts; a crisis brings thousands of posts.
_MAX_COMPARED = 300
_OTHER = "other"
# Parts without content of their own: addresses, handles and tags, numbers, and marks
# of a forwarded text.
_WITHOUT_CONTENT = re.compile(
    r"https?://\S+|www\.\S+|[@＠#＃]\S+|\d+"
    r"|^\W*(?:rt|fwd|forwarded|correction|corrected|reminder|update)\b\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Subjects:
    """What a post is about: its topics, surest first, and its wards."""

    topics: Sequence[str]
    wards: Sequence[str]


def choose_urgent_posts(
    session: Session, span: TimeSpan, incidents: Sequence[OpenIncident], limit: int
) -> list[tuple[str, QuotablePost]]:
    """(topic, post) of at most so many urgent posts of a span.

    Posts of an open incident come first, then those that are surest to be urgent, then
    the newest. Of texts that are the same, or nearly, the first is taken.
    """
    posts = urgent_mentions.posts(session, span)
    ids = [post.id for post in posts]
    topics = urgent_mentions.values(session, ids, "topic")
    wards = urgent_mentions.values(session, ids, "ward")
    subjects = {id_: _Subjects(topics.get(id_, ()), wards.get(id_, ())) for id_ in ids}
    ordered_posts = sort_by_rank(
        posts, {id_: _rank(id_, subjects[id_], incidents) for id_ in ids}
    )
    rows = urgent_mentions.rows(
        session, [post.id for post in ordered_posts[:_MAX_COMPARED]]
    )
    positions = positions_of_distinct([row.text for row in rows], limit)
    return [
        (_topic(subjects[rows[position].id], incidents), rows[position])
        for position in positions
    ]


def sort_by_rank(
    posts: Sequence[UrgentPost], ranks: dict[int, int]
) -> list[UrgentPost]:
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


def positions_of_distinct(texts: Sequence[str], limit: int) -> list[int]:
    """Positions of the first texts that differ from each other, at most so many."""
    return list(
        _iterate_distinct([_WITHOUT_CONTENT.sub(" ", text) for text in texts], limit)
    )


def _iterate_distinct(texts: Sequence[str], limit: int) -> Iterator[int]:
    compared = TextComparison(texts, None)
    remaining = list(range(len(texts)))
    for _ in range(limit):
        if not remaining:
            return
        first, similarities = remaining[0], compared.nearness_to(remaining[0])
        yield first
        remaining = [
            position
            for position in remaining[1:]
            if similarities[position] < _SAME_SIMILARITY
        ]


def _rank(id_: int, subjects: _Subjects, incidents: Sequence[OpenIncident]) -> int:
    """2: on the subject of an open incident; 1: an alert of one rests on it; else 0."""
    if any(
        _is_about(subjects, open_incident.incident.subject)
        for open_incident in incidents
    ):
        return 2
    return int(any(id_ in open_incident.mention_ids for open_incident in incidents))


def _is_about(subjects: _Subjects, subject: str) -> bool:
    kind, _, name = subject.partition(":")
    names_by_kind: dict[str, Collection[str]] = {
        "topic": subjects.topics,
        "ward": subjects.wards,
    }
    return name in names_by_kind.get(kind, ())


def _topic(subjects: _Subjects, incidents: Sequence[OpenIncident]) -> str:
    """What the post is shown under: the incident's topic, else its own surest one."""
    for open_incident in incidents:
        kind, _, name = open_incident.incident.subject.partition(":")
        if kind == "topic" and name in subjects.topics:
            return name
    return subjects.topics[0] if subjects.topics else _OTHER
