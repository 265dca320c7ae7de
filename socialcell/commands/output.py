"""How every command speaks: one JSON document, JSON lines, CSV, or words for people."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any


def as_json(document: Any) -> None:
    """Exactly one JSON document on standard output."""
    sys.stdout.write(dumps(document, indent=1) + "\n")


def as_jsonl(rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line on standard output, flushed as it comes."""
    for row in rows:
        sys.stdout.write(dumps(row) + "\n")


def say(text: str = "") -> None:
    """A line for people, on standard output."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Progress or a warning, on standard error."""
    sys.stderr.write(text + "\n")


def dumps(document: Any, indent: int | None = None) -> str:
    """JSON with our conventions: UTF-8 text, ISO 8601 times, no NaN."""
    return json.dumps(
        document, ensure_ascii=False, indent=indent, default=_plain, allow_nan=False
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
