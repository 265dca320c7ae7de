"""Values within a platform's JSON: texts that must be there, counts, moments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def text_at(node: Mapping[str, Any], key: str) -> str:
    """The text under a key. KeyError without the key, ValueError for no text."""
    text = node[key]
    if not isinstance(text, str):
        raise ValueError(f"{key} is no text")
    return text


def count(number: Any) -> int | None:
    """A count of 0 or more; None for anything that is none."""
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return number if is_number and number >= 0 else None


def moment(text: Any) -> datetime:
    """The moment of an RFC 3339 time, in UTC. ValueError or TypeError for any other."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return time.astimezone(UTC)
