"""Values within Meta's JSON: texts that must be there, lists that may not, moments."""

from collections.abc import Iterator
from datetime import UTC, datetime

from socialcell.connectors.json_values import moment as moment
from socialcell.json_types import JsonObject, JsonValue, as_object


def text_of(text: JsonValue) -> str:
    """A string that must be there. ValueError."""
    if not isinstance(text, str) or not text:
        raise ValueError("an empty or missing text where an id is needed")
    return text


def each_object(members: JsonValue) -> Iterator[JsonObject]:
    """The objects of a list that may be missing. TypeError when it is no list, or one
    of other members."""
    return map(as_object, each(members))


def each(members: JsonValue) -> Iterator[JsonValue]:
    """The members of a list that may be missing. TypeError when it is no list."""
    if members is None:
        return
    if not isinstance(members, list):
        raise TypeError(f"a list is needed, not {type(members).__name__}")
    yield from members


def epoch_seconds(seconds: JsonValue) -> datetime:
    """A moment in whole seconds since 1970, as text or number. ValueError."""
    return datetime.fromtimestamp(_whole(seconds), UTC)


def epoch_milliseconds(milliseconds: JsonValue) -> datetime:
    """A moment in milliseconds since 1970. ValueError."""
    return datetime.fromtimestamp(_whole(milliseconds) / 1000, UTC)


def _whole(number: JsonValue) -> int:
    digits = str(number) if isinstance(number, int | str) else ""
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 16:
        raise ValueError("a time that is no number")
    return int(digits)
