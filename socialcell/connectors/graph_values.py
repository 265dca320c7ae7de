"""Values within the Graph API's JSON: texts that must be there, and moments."""

from datetime import UTC, datetime
from typing import Any


def text_of(value: Any) -> str:
    """A string that must be there. ValueError."""
    if not isinstance(value, str) or not value:
        raise ValueError("an empty or missing text where an id is needed")
    return value


def moment(value: Any) -> datetime:
    """2026-11-20T04:00:00+0000 as the moment that it is. ValueError, TypeError."""
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return found.astimezone(UTC)
