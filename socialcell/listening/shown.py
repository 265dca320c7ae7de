"""A mention as it may leave the house: pseudonyms, masked text, every number named."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from socialcell.clock import IST
from socialcell.listening.people import People

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
)


def mention(
    row: Row[Any], annotations: Sequence[Row[Any]], people: People
) -> dict[str, Any]:
    """One row of store.questions with what was understood, as plain JSON."""
    values = _by_kind(annotations)
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
        "sentiment": row.sentiment,
        "urgency": row.urgency,
        "topics": values.get("topic", []),
        "wards": values.get("ward", []),
        "places": [v for v in values.get("entity", []) if v.startswith("place:")],
        "url": people.address(row.platform, row.url, row),
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
    told = stored or {"countries": None, "scope": None, "copyright": None}
    return {
        "withheld": told["countries"],
        "withheld_scope": told["scope"],
        "withheld_copyright": told["copyright"],
    }


def _by_kind(annotations: Sequence[Row[Any]]) -> Mapping[str, list[str]]:
    values: dict[str, list[str]] = {}
    for one in annotations:
        found = values.setdefault(one.kind, [])
        value = one.decided_value or one.value
        if value not in found:
            found.append(value)
    return values


def _local(moment: Any) -> str | None:
    return moment.astimezone(IST).isoformat() if moment else None
