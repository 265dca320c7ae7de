"""Which topics of a text that tells of danger are those of the danger, and what kind
of danger its words tell where none is."""

from collections.abc import Iterable, Sequence

from socialcell.language.analysis import NO_TOPIC
from socialcell.language.classifiers import danger_kinds

DANGERS = frozenset({"flood", "fire", "electricity"})


def tells_danger(topic: str) -> bool:
    """Whether a topic says what the danger is. Of a bus that ran somebody over it is
    public transport: as a title that would mislead."""
    return topic in DANGERS


def kinds_beside(topics: Iterable[str], text: str) -> Sequence[str]:
    """Ids of the kinds of danger in the words of a text, the most telling first; none
    where one of its topics tells the danger."""
    return () if any(map(tells_danger, topics)) else danger_kinds.kinds_of(text)


def of_danger(topics: Iterable[str]) -> list[str]:
    """Those of the topics of a text, in the order of its reading, without `other`.

    The first is the danger's. Where it tells of danger by itself, or none fits
    (`other`), those of the complaints beside it would mislead: only what tells of
    danger by itself is left.
    """
    topics = list(topics)
    if topics and (topics[0] == NO_TOPIC or tells_danger(topics[0])):
        return list(filter(tells_danger, topics))
    return [topic for topic in topics if topic != NO_TOPIC]
