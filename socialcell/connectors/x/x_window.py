"""X's cursor: a window of ids that is read downwards, newest first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeGuard

import msgspec

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.json_values import text_at
from socialcell.json_types import JsonObject, JsonValue, as_object

_LARGEST_ID = (1 << 63) - 1


class OpenWindow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A window that is being read: `high` is its newest id, `bottom` the oldest that is
    stored, `at` when it was opened, `n` its posts, `oldest` when the first of them was
    written."""

    high: str | None
    bottom: str | None
    at: str
    n: int
    oldest: str | None = None

    @classmethod
    def from_moment(cls, now: datetime) -> "OpenWindow":
        """A window of which nothing is read."""
        return cls(high=None, bottom=None, at=iso(now), n=0)

    def narrowed(self, posts: Sequence[JsonValue], meta: JsonObject) -> "OpenWindow":
        """The window read down to the oldest post of a page. ConnectorError DRIFT."""
        if not posts:
            return self
        newest, oldest = meta.get("newest_id"), meta.get("oldest_id")
        if not _is_id(newest) or not _is_id(oldest):
            raise ConnectorError(Kind.DRIFT, "x.page_without_ids")
        times = [time for post in posts if (time := _created_at(post))]
        return OpenWindow(
            high=self.high or newest,
            bottom=oldest,
            at=self.at,
            n=self.n + len(posts),
            oldest=iso(min(times)) if times else self.oldest,
        )


class XCursor(msgspec.Struct, frozen=True):
    """What is stored: all below the id `low`, all up to the moment `covered`, and of
    the window `open` what it says."""

    low: str | None = None
    open: OpenWindow | None = None
    covered: str | None = None

    @classmethod
    def from_json(cls, cursor: JsonObject | None) -> "XCursor":
        """The cursor of a stored one; at the beginning where there is none."""
        return msgspec.convert(dict(cursor or {}), cls)

    def as_json(self) -> JsonObject:
        """The cursor as it is stored."""
        return as_object(msgspec.to_builtins(self))


def iso(moment: datetime) -> str:
    """A moment in UTC as X writes it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_id(id_: JsonValue) -> TypeGuard[str]:
    return (
        isinstance(id_, str)
        and id_.isascii()
        and id_.isdigit()
        and len(id_) < 20
        and int(id_) <= _LARGEST_ID
    )


def _created_at(post: JsonValue) -> datetime | None:
    """A post's time of writing; None when it is missing or unreadable."""
    try:
        written = text_at(as_object(post), "created_at")
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
