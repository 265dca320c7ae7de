"""Records that storage can take: types, sizes and characters are what they must be."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from socialcell.connectors.base import Item, Record, RecordAuthor, Reject
from socialcell.json_types import JsonValue
from socialcell.text import clean_text, one_line

_LONGEST_NAME = 1000  # ids, handles, languages; not texts
_NEEDED = ("id", "author id", "relation", "related id")
_LONGEST_REASON = 300
_EARLIEST, _LATEST = 1970, 2199  # years in which something was written
_CLOCKS_DIFFER = timedelta(minutes=10)  # so far ahead a platform's clock may be
_LARGEST = (1 << 63) - 1  # what a 64-bit column holds

_T = TypeVar("_T", str, "str | None")


def storable_item(item: Item) -> Item:
    """The item as storage and any screen can take it; a record that cannot be stored
    becomes a reject, and a reject's reason is one clean line."""
    if isinstance(item, Record):
        try:
            return check_record(item)
        except ValueError as error:
            return storable_item(Reject(raw=item.raw, reason=str(error)))
    if isinstance(item, Reject):
        reason = one_line(clean_text(item.reason), _LONGEST_REASON)
        return replace(item, reason=reason)
    return item


def date_item(item: Item, now: datetime, seen_at: datetime) -> Item:
    """The item; a record of the future is dated when it was seen, and says that its own
    time is missing.

    Feeds date entries by an event or in a wrong zone. Such a post would stand above all
    others until its day has come. Its raw form keeps the time that the platform gave.
    """
    if not isinstance(item, Record) or item.authored_at is None:
        return item
    if item.authored_at <= now + _CLOCKS_DIFFER:
        return item
    missing = tuple(sorted({*item.missing, "created_at"}))
    return replace(item, authored_at=seen_at, missing=missing)


def check_record(record: Record) -> Record:
    """The record with its names cleaned. ValueError names the field that is wrong.

    Texts are left to storage, which cleans them; this checks all that must be a short
    string or a count, and that a file may hold as anything.
    """
    if record.fault is not None:
        raise ValueError(record.fault)
    _require_texts(record)
    for metric in record.metrics:
        _require_count(metric.name, metric.value)
    _require_year("time of writing", record.authored_at)
    _require_year("time of the edit", record.edited_at)
    _require_year("time of closing", record.closed_at)
    for link in record.links:
        _require_string("link", link)
    return replace(
        record,
        external_id=_clean_name("id", record.external_id),
        language=_clean_name("language", record.language),
        conversation=_clean_name("conversation", record.conversation),
        status=_clean_name("status", record.status),
        ward=_clean_name("ward", record.ward),
        department=_clean_name("department", record.department),
        author=_clean_author(record.author) if record.author else None,
        relations=tuple(
            replace(
                relation,
                kind=_clean_name("relation", relation.kind),
                target=_clean_name("related id", relation.target),
            )
            for relation in record.relations
        ),
    )


def _require_texts(record: Record) -> None:
    _require_string("text", record.text)
    for field, value in (("title", record.title), ("url", record.url)):
        if value is not None:
            _require_string(field, value)


def _clean_author(author: RecordAuthor) -> RecordAuthor:
    _require_count("followers", author.followers)
    _require_count("posts", author.posts)
    return replace(
        author,
        uid=_clean_name("author id", author.uid),
        handle=_clean_name("author handle", author.handle),
        name=_clean_name("author name", author.name),
        verified=_clean_name("author verified", author.verified),
    )


def _clean_name(field: str, value: _T) -> _T:
    if value is None and field not in _NEEDED:
        return None
    name = clean_text(_require_string(field, value))
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"{field} has {len(name)} characters")
    if not name and field in _NEEDED:
        raise ValueError(f"{field} is empty")
    return name


def _require_string(field: str, value: JsonValue) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{field} is {json_kind(value)}, text is needed")
    return value


def _require_count(field: str, value: JsonValue) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{field} is {json_kind(value)}, a whole number is needed")
    if not 0 <= value <= _LARGEST:
        raise ValueError(f"{field} is out of range")


def _require_year(field: str, value: datetime | None) -> None:
    """Moments near the ends of the calendar have no time on Indian clocks."""
    if value is not None and not _EARLIEST <= value.year <= _LATEST:
        raise ValueError(f"the {field} is in the year {value.year}")


def json_kind(value: JsonValue) -> str:
    """What a JSON value is, in words."""
    kinds = {bool: "true or false", dict: "an object", list: "a list", str: "text"}
    if value is None:
        return "null"
    return kinds.get(type(value), "a number")
