"""Google's own description of an interface, and what an answer says against it."""

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

_KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


@cache
def described(name: str) -> dict[str, Any]:
    """The discovery document that Google's client library carries: youtube.v3 …"""
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return found


def strange(document: str, schema: str, value: Any, where: str = "") -> Iterator[str]:
    """Every field of a value that the schema does not know, or knows as another type.

    Whole numbers of 64 bits are texts in Google's JSON, as the schema says itself.
    """
    known = described(document)["schemas"][schema]
    yield from _fields(document, known["properties"], value, where, schema)


def _fields(
    document: str, known: Any, value: Any, where: str, schema: str
) -> Iterator[str]:
    for name, inner in value.items():
        path = f"{where}.{name}" if where else name
        if name not in known:
            yield f"{path}: no such field in {schema}"
        else:
            yield from _against(document, known[name], inner, path)


def _against(document: str, said: Any, value: Any, path: str) -> Iterator[str]:
    if "$ref" in said:
        yield from strange(document, said["$ref"], value, path)
    elif said["type"] == "object":
        yield from _fields(document, said["properties"], value, path, path)
    elif said["type"] == "array":
        if not isinstance(value, list):
            yield f"{path}: not a list"
            return
        for number, inner in enumerate(value):
            yield from _against(document, said["items"], inner, f"{path}[{number}]")
    elif not isinstance(value, _KINDS[said["type"]]):
        yield f"{path}: {type(value).__name__}, not {said['type']}"
