"""A mention as it may be shown: pseudonyms, masked text, every number named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from socialcell.clock import IST
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.model import StoredWithheld
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import (
    AnnotationRow,
    MentionRow,
)
from socialcell.listening.store.pages.engagement_history import Count

# Our name of a count in an export, and the common metric behind it.
METRICS = {
    "likes": "reactions",
    "shares": "shares",
    "comments": "comments",
    "views": "views",
    "saves": "saves",
}
# What a register of complaints says of a mention.
REGISTER = ("status", "ward", "department", "closed_at")
COLUMNS = (
    "id",
    "platform",
    "at",
    "author",
    "text",
    "language",
    "mixed",
    "intent",
    "sentiment",
    "urgency",
    "topics",
    "wards",
    "places",
    "url",
    "withheld",
    "link",
    "external_id",
    "owner",
    *METRICS,
    "measured_at",
    "intent_detail",
    *REGISTER,
    "kind",
    "title",
)


class WithheldFields(TypedDict):
    """Where a mention's platform does not show it; None where it is shown."""

    withheld: list[str] | None
    withheld_scope: str | None
    withheld_copyright: bool | None


class AddressFields(TypedDict):
    """Where a mention stands on its platform, and its number there; None where they
    lead to somebody who is not shown by name. `link` is `url`."""

    url: str | None
    link: str | None
    external_id: str | None


class EngagementFields(TypedDict):
    """The newest counts of a mention, None where not known, and when the last was."""

    likes: int | None
    shares: int | None
    comments: int | None
    views: int | None
    saves: int | None
    measured_at: str | None


class RegisterFields(TypedDict):
    """What a register of complaints says of a mention; None where none does."""

    status: str | None
    ward: str | None
    department: str | None
    closed_at: str | None


class MentionDocument(WithheldFields, AddressFields, EngagementFields, RegisterFields):
    """A mention as plain JSON. Times are ISO 8601 in Asia/Kolkata; `author` is a
    pseudonym or a handle of the registry."""

    id: int
    platform: str
    kind: str
    at: str | None
    edited_at: str | None
    author: str | None
    title: str | None
    text: str | None
    language: str | None
    mixed: bool | None
    intent: str | None
    intent_detail: str | None
    sentiment: str | None
    urgency: str | None
    topics: list[str]
    wards: list[str]
    places: list[str]
    owner: str | None
    missing: list[str]


class FoundMention(MentionDocument):
    """A mention that a search found, and by which parts of the query."""

    why: list[str]


@dataclass(frozen=True, slots=True)
class MentionFacts:
    """The annotations and counts of a mention.

    `counts` are the newest by common metric.
    """

    annotations: Sequence[AnnotationRow]
    counts: Mapping[str, Count]


def mention(
    row: MentionRow,
    facts: MentionFacts,
    people: People,
    *,
    with_address: bool = False,
) -> MentionDocument:
    """A mention with its annotations and counts, as plain JSON.

    A count that is not known is None. `link`, `url` and `external_id` are there where
    an account of the registry or a news site wrote, as they lead to whoever wrote;
    `mentions open` gives the address of all others. `with_address`: for somebody who
    may see who wrote, they are there of everything but messages.
    """
    values = group_values(facts.annotations)
    address = _address(row, people, with_address and row.kind != "message")
    return {
        "id": row.id,
        "platform": row.platform,
        "kind": row.kind,
        "at": _local(row.authored_at),
        "edited_at": _local(row.edited_at),
        "author": people.shown(row.platform, row.uid, row.handle),
        "title": people.masked_or_none(row.platform, row.title, row),
        "text": people.masked_or_none(row.platform, row.text, row),
        "language": row.language,
        "mixed": row.mixed,
        "intent": row.intent,
        "intent_detail": next(iter(values.get("detail", ())), None),
        "sentiment": row.sentiment,
        "urgency": row.urgency,
        "topics": values.get("topic", []),
        "wards": values.get("ward", []),
        "places": [v for v in values.get("entity", []) if v.startswith("place:")],
        **address,
        "owner": None if row.owner == NOBODY else row.owner,
        **_counts(facts.counts),
        "missing": row.missing,
        **_withheld(row.withheld),
        **_register_entry(row, people),
    }


def _address(row: MentionRow, people: People, is_shown: bool) -> AddressFields:
    if is_shown:
        return {"url": row.url, "link": row.url, "external_id": row.external_id}
    link = people.link(row.platform, row.kind, row.url, row)
    id_ = people.native_id(row.platform, row.kind, row.external_id, row.url, row)
    return {"url": link, "link": link, "external_id": id_}


def withheld_note(mention: WithheldFields) -> str:
    """Where a mention's platform does not show it, and why, for one line; "" where it
    is shown everywhere."""
    countries = mention["withheld"]
    if countries is None:
        return ""
    where = "all countries" if "XX" in countries else ", ".join(countries)
    account = ["with its whole account"] if mention["withheld_scope"] == "user" else []
    claim = ["for a copyright claim"] if mention["withheld_copyright"] else []
    return ", ".join([f"withheld in {where}", *account, *claim])


def _withheld(stored: StoredWithheld | None) -> WithheldFields:
    return {
        "withheld": stored["countries"] if stored else None,
        "withheld_scope": stored["scope"] if stored else None,
        "withheld_copyright": stored["copyright"] if stored else None,
    }


def _register_entry(row: MentionRow, people: People) -> RegisterFields:
    return {
        "status": people.masked_or_none(row.platform, row.status, row),
        "ward": people.masked_or_none(row.platform, row.ward, row),
        "department": people.masked_or_none(row.platform, row.department, row),
        "closed_at": _local(row.closed_at),
    }


def group_values(annotations: Sequence[AnnotationRow]) -> Mapping[str, list[str]]:
    """The values in force by kind, each once, in the order of the annotations."""
    values: dict[str, list[str]] = {}
    for annotation in annotations:
        kind_values = values.setdefault(annotation.kind, [])
        value_in_force = annotation.decided_value or annotation.value
        if value_in_force not in kind_values:
            kind_values.append(value_in_force)
    return values


def _counts(counts: Mapping[str, Count]) -> EngagementFields:
    """The newest count of each metric, and when the last of them was taken."""
    newest = {
        name: counts[common] for name, common in METRICS.items() if common in counts
    }
    values = {name: count.value for name, count in newest.items()}
    moments = [count.taken_at for count in newest.values()]
    return {
        "likes": values.get("likes"),
        "shares": values.get("shares"),
        "comments": values.get("comments"),
        "views": values.get("views"),
        "saves": values.get("saves"),
        "measured_at": _local(max(moments, default=None)),
    }


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(IST).isoformat() if moment else None
