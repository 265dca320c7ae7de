"""Which mentions are wanted, and the parts of that which must all be true."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from socialcell.listening.areas.owner_table import OWN
from socialcell.listening.query.query_language import And, FieldTerm, Node, Or
from socialcell.listening.store.mentions import text_search

# What is wanted, and the field of a query that says the same.
_FIELDS = {
    "topic": "topic",
    "ward": "ward",
    "language": "lang",
    "sentiment": "sentiment",
    "intent": "intent",
    "urgency": "urgency",
    "platform": "platform",
    "owner": "owner",
}


@dataclass(frozen=True)
class MentionFilter:
    """Which mentions: spans are half open and in UTC; None means any. A field may name
    several values, separated by commas: a mention has one of them.

    `places` are ids of ward offices and departments: only what is in one of them, or
    belongs to it, is seen by whoever asks; of no places nothing is.
    """

    query: Node | None = None
    since: datetime | None = None
    until: datetime | None = None
    topic: str | None = None
    ward: str | None = None
    language: str | None = None
    sentiment: str | None = None
    intent: str | None = None
    urgency: str | None = None
    platform: str | None = None
    owner: str | None = None
    limit: int | None = 50
    kind: str | None = None
    places: Collection[str] | None = None


def split_values(field: str | None) -> list[str]:
    """The values that a field of a filter names."""
    return [] if field is None else [part.strip() for part in field.split(",")]


def list_parts(mention_filter: MentionFilter) -> Iterator[Node]:
    """Each of the parts of a question that all must be true of a mention."""
    for name in _FIELDS:
        if operands := split_values(getattr(mention_filter, name)):
            terms = tuple(FieldTerm(_FIELDS[name], part, 0) for part in operands)
            yield terms[0] if len(terms) == 1 else Or(terms)
    if mention_filter.places is not None:
        yield Or(tuple(_of_place(place) for place in sorted(mention_filter.places)))
    match mention_filter.query:
        case None:
            return
        case And(parts):
            said = tuple(part for part in parts if text_search.is_text(part))
            if said:
                yield said[0] if len(said) == 1 else And(said)
            yield from (part for part in parts if part not in said)
        case query:
            yield query


def is_indexed(part: Node) -> bool:
    """Whether all that a part asks for may be in one index."""
    return isinstance(part, FieldTerm) or text_search.is_text(part)


def _of_place(place: str) -> FieldTerm:
    """A department sees what is its own, a ward office what is in its ward."""
    return FieldTerm("owner" if place.startswith(OWN) else "ward", place, 0)
