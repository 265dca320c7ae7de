"""The `fields` parameter of the Graph API: names with arguments and nested fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_NAME = re.compile(r"[a-z0-9_]+")
_ARGUMENT = re.compile(r"\.([a-z0-9_]+)\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Field:
    """comments.limit(2){id}: a name, its arguments, and the fields within it."""

    name: str
    args: Mapping[str, str] = field(default_factory=dict)
    within: tuple["Field", ...] = ()


@lru_cache
def parse(text: str) -> tuple[Field, ...]:
    """The fields of a comma-separated list. ValueError when it is malformed."""
    fields, end = _fields(text, 0) if text else ((), 0)
    if end != len(text):
        raise ValueError(f"Syntax error at position {end}: {text[end : end + 20]!r}")
    return fields


def _fields(text: str, at: int) -> tuple[tuple[Field, ...], int]:
    fields = []
    while True:
        child, at = _field(text, at)
        fields.append(child)
        if text[at : at + 1] != ",":
            return tuple(fields), at
        at += 1


def _field(text: str, at: int) -> tuple[Field, int]:
    name = _NAME.match(text, at)
    if name is None:
        raise ValueError(f"Syntax error: a field is expected at position {at}")
    at, args = name.end(), {}
    while argument := _ARGUMENT.match(text, at):
        args[argument[1]] = argument[2]
        at = argument.end()
    if text[at : at + 1] != "{":
        return Field(name[0], args), at
    within, at = _fields(text, at + 1)
    if text[at : at + 1] != "}":
        raise ValueError(f"Syntax error: a brace is open at position {at}")
    return Field(name[0], args, within), at + 1
