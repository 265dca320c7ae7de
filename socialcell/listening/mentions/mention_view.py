"""A mention as it may leave the house: pseudonyms, masked text, every number named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from socialcell.clock import IST
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.people.visibility import People
from socialcell.listening.store.pages.engagement_history import Count

# Our name of a count in an export, and the common metric behind it.
METRICS = {
    "likes": "reactions",
    "shares": "shares",
    "comments": "comments",
    "views": "views",
    "saves": "saves",
}
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
)


@dataclass(frozen=True)
class MentionFacts:
    """What is held of a mention beside its row.

    `counts` are the newest by common metric.
    """

    annotations: Sequence[Row[Any]]
    counts: Mapping[str, Count]


def mention(row: Row[Any], facts: MentionFacts, people: People) -> dict[str, Any]:
    """One row of store.questions with what is held beside it, as plain JSON.

    A count that is not known is None. `link` is the address where an account of the
    registry or a news site wrote; `mentions open` leads to all others.
    """
    values = group_values(facts.annotations)
    link = people.link(row.platform, row.kind, row.url, row)
    return {
        "id": row.id,
        "platform": row.platform,
        "kind": row.kind,
        "at": _local(row.authored_at),
        "edited_at": _local(row.edited_at),
        "author": people.shown(row.platform, row.uid, row.handle),
        "title": people.plain(row.platform, row.title, row),
        "text": people.plain(row.platform, row.text, row),
        "language": row.language,
        "mixed": row.mixed,
        "intent": row.intent,
        "intent_detail": next(iter(values.get("detail", ())), None),
        "sentiment": row.sentiment,
        "urgency": row.urgency,
        "topics": values.get("topic", []),
        "wards": values.get("ward", []),
        "places": [v for v in values.get("entity", []) if v.startswith("place:")],
        "url": link or people.address(row.platform, row.url, row),
        "link": link,
        "external_id": people.native_id(row.platform, row.kind, row.external_id, row),
        "owner": None if row.owner == NOBODY else row.owner,
        **_counts(facts.counts),
        "missing": row.missing,
        **_withheld(row.withheld),
    }


def withheld_note(mention: Mapping[str, Any]) -> str:
    """Where a mention's platform does not show it, and why, for one line; "" where it
    is shown everywhere."""
    countries = mention["withheld"]
    if countries is None:
        return ""
    where = "all countries" if "XX" in countries else ", ".join(countries)
    account = ["with its whole account"] if mention["withheld_scope"] == "user" else []
    claim = ["for a copyright claim"] if mention["withheld_copyright"] else []
    return ", ".join([f"withheld in {where}", *account, *claim])


def _withheld(stored: Mapping[str, Any] | None) -> dict[str, Any]:
    details = stored or {"countries": None, "scope": None, "copyright": None}
    return {
        "withheld": details["countries"],
        "withheld_scope": details["scope"],
        "withheld_copyright": details["copyright"],
    }


def group_values(annotations: Sequence[Row[Any]]) -> Mapping[str, list[str]]:
    """The values in force by kind, each once, in the order of the readings."""
    values: dict[str, list[str]] = {}
    for annotation in annotations:
        kind_values = values.setdefault(annotation.kind, [])
        value_in_force = annotation.decided_value or annotation.value
        if value_in_force not in kind_values:
            kind_values.append(value_in_force)
    return values


def _counts(counts: Mapping[str, Count]) -> dict[str, Any]:
    """The newest count of each metric, and when the last of them was told."""
    newest = {name: counts.get(common) for name, common in METRICS.items()}
    moments = [count.taken_at for count in newest.values() if count is not None]
    return {
        **{name: count.value if count else None for name, count in newest.items()},
        "measured_at": _local(max(moments, default=None)),
    }


def _local(moment: Any) -> str | None:
    return moment.astimezone(IST).isoformat() if moment else None
