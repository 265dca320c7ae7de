"""Values within a platform's JSON: texts that must be there, counts, moments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def text_at(node: Mapping[str, Any], key: str) -> str:
    """The text under a key. KeyError without the key, ValueError for no text."""
    value = node[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")
    return value


def count(value: Any) -> int | None:
    """A count of 0 or more; None for anything that is none."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and value >= 0 else None


def moment(value: Any) -> datetime:
    """The moment of an RFC 3339 time, in UTC. ValueError or TypeError for any other."""
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return time.astimezone(UTC)
