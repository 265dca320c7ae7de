"""Values within a platform's JSON: what must be under a key, what may be, moments.

`text_at` and its like read what must be there; `optional_text` and its like what a
platform leaves out, or sends as null, where it has none. They raise KeyError without a
key that must be there, and an error that names the key for a value of another type.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from socialcell.json_types import JsonObject, JsonValue, as_text


def text_at(node: JsonObject, key: str) -> str:
    """The text under a key. KeyError, ValueError."""
    text = node[key]
    if not isinstance(text, str):
        raise ValueError(f"{key} is no text")
    return text


def object_at(node: JsonObject, key: str) -> JsonObject:
    """The object under a key. KeyError, TypeError."""
    return _object(key, node[key])


def list_at(node: JsonObject, key: str) -> Sequence[JsonValue]:
    """The list under a key. KeyError, TypeError."""
    return _list(key, node[key])


def objects_at(node: JsonObject, key: str) -> list[JsonObject]:
    """The objects of the list under a key. KeyError, TypeError."""
    return [_object(f"a part of {key}", member) for member in list_at(node, key)]


def optional_text(node: JsonObject, key: str) -> str | None:
    """The text under a key; None where there is none. ValueError."""
    return None if node.get(key) is None else text_at(node, key)


def optional_object(node: JsonObject, key: str) -> JsonObject:
    """The object under a key; empty where there is none, or an empty value of another
    type. TypeError."""
    inner = node.get(key)
    return _object(key, inner) if inner else {}


def optional_list(node: JsonObject, key: str) -> Sequence[JsonValue]:
    """The list under a key; empty where there is none, or an empty value of another
    type. TypeError."""
    members = node.get(key)
    return _list(key, members) if members else ()


def optional_objects(node: JsonObject, key: str) -> list[JsonObject]:
    """The objects of the list under a key; empty where there is none. TypeError."""
    return objects_at(node, key) if node.get(key) else []


def count(number: JsonValue) -> int | None:
    """A count of 0 or more; None for anything that is none."""
    if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
        return number
    return None


def moment(text: JsonValue) -> datetime:
    """The moment of an RFC 3339 time, in UTC. ValueError or TypeError for any other."""
    time = datetime.fromisoformat(as_text(text))
    if time.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return time.astimezone(UTC)


def _object(name: str, part: JsonValue) -> JsonObject:
    if not isinstance(part, Mapping):
        raise TypeError(f"{name} is no object")
    return part


def _list(name: str, part: JsonValue) -> Sequence[JsonValue]:
    if not isinstance(part, Sequence) or isinstance(part, str):
        raise TypeError(f"{name} is no list")
    return part
