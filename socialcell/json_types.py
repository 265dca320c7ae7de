"""The types of JSON documents, how a part of one is read as the type it must have, and
how one is written.

The types are for reading: a function that takes a `JsonObject` takes every mapping with
names as keys and JSON below them, of whatever narrower type.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
JsonObject: TypeAlias = Mapping[str, JsonValue]

DocumentValue: TypeAlias = (
    "bool | int | float | str | date | Sequence[DocumentValue]"
    " | Mapping[str, DocumentValue] | None"
)
"""A part of a document before it is written: JSON, and days and moments, which are
written in ISO 8601."""


MOST_PARTS = 400_000  # values of a document that came from outside; pages have 10,000


def has_too_many_parts(document: bytes | bytearray) -> bool:
    """Whether a JSON document has more than MOST_PARTS values: each takes many times as
    much memory as it has bytes. Counted, not read; commas in texts count as well."""
    return document.count(b",") + document.count(b"[") + document.count(b"{") > (
        MOST_PARTS
    )


def as_object(part: JsonValue) -> JsonObject:
    """The same part, an object. TypeError when it is anything else."""
    if isinstance(part, Mapping):
        return part
    raise TypeError(f"an object is needed, not {type(part).__name__}")


def as_objects(part: JsonValue) -> list[JsonObject]:
    """The members of a list of objects. TypeError when it is anything else."""
    return [as_object(member) for member in as_list(part)]


def as_list(part: JsonValue) -> Sequence[JsonValue]:
    """The same part, a list. TypeError when it is anything else, as a text is."""
    if isinstance(part, Sequence) and not isinstance(part, str):
        return part
    raise TypeError(f"a list is needed, not {type(part).__name__}")


def as_text(part: JsonValue) -> str:
    """The same part, a text. TypeError when it is anything else."""
    if isinstance(part, str):
        return part
    raise TypeError(f"a text is needed, not {type(part).__name__}")


def as_whole(part: JsonValue) -> int:
    """The same part, a whole number. TypeError when it is anything else."""
    if isinstance(part, int) and not isinstance(part, bool):
        return part
    raise TypeError(f"a whole number is needed, not {type(part).__name__}")


def as_number(part: JsonValue) -> float:
    """The same part, a number. TypeError when it is anything else."""
    if isinstance(part, int | float) and not isinstance(part, bool):
        return part
    raise TypeError(f"a number is needed, not {type(part).__name__}")


def dumps(document: object, indent: int | None = None) -> str:
    """JSON with our conventions: UTF-8 text, ISO 8601 times, no NaN."""
    return json.dumps(
        document, ensure_ascii=False, indent=indent, default=_plain, allow_nan=False
    )


def _plain(content: object) -> str | list[str]:
    if isinstance(content, datetime | date):
        return content.isoformat()
    if isinstance(content, set | frozenset):
        return sorted(content)
    raise TypeError(f"{type(content).__name__} has no JSON form")
