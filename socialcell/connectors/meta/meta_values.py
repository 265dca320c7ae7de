"""Values within Meta's JSON: texts that must be there, lists that may not, moments."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from socialcell.connectors.json_values import moment as moment


def text_of(value: Any) -> str:
    """A string that must be there. ValueError."""
    if not isinstance(value, str) or not value:
        raise ValueError("an empty or missing text where an id is needed")
    return value


def each(value: Any) -> Iterator[Any]:
    """The members of a list that may be missing. TypeError when it is no list."""
    if value is None:
        return
    if not isinstance(value, list):
        raise TypeError(f"a list is needed, not {type(value).__name__}")
    yield from value


def epoch_seconds(value: Any) -> datetime:
    """A moment in whole seconds since 1970, as text or number. ValueError."""
    return datetime.fromtimestamp(_whole(value), UTC)


def epoch_milliseconds(value: Any) -> datetime:
    """A moment in milliseconds since 1970. ValueError."""
    return datetime.fromtimestamp(_whole(value) / 1000, UTC)


def _whole(value: Any) -> int:
    digits = str(value) if isinstance(value, int | str) else ""
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 16:
        raise ValueError("a time that is no number")
    return int(digits)
