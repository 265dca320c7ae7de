"""Read pages: repeated ones, a window of time and its last batch, chunks, rejects."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from socialcell.connectors.base import (
    UNREADABLE,
    Batch,
    ConnectorError,
    Item,
    Kind,
    Reject,
)
from socialcell.json_types import JsonObject, JsonValue, as_text
from socialcell.message_catalog import Parameter

_T = TypeVar("_T")
_Raw = TypeVar("_Raw", bound=JsonValue)


def repeated_page_error(service: str) -> ConnectorError:
    """The error of paging that does not advance: it would never end."""
    return ConnectorError(Kind.DRIFT, "connectors.repeated_page", service=service)


class PageGuard:
    """Knows the ids of the pages that were read, to notice one that comes again."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._known_ids: set[str] = set()

    def new_ids(self, ids: Iterable[str]) -> set[str]:
        """Those of a page's ids that no page before it had."""
        new = set(ids) - self._known_ids
        self._known_ids |= new
        return new

    def require_new(self, ids: Iterable[str]) -> None:
        """ConnectorError DRIFT when a page has ids and none of them is new."""
        page = set(ids)
        if page and not self.new_ids(page):
            raise repeated_page_error(self._service)


@dataclass(frozen=True, slots=True)
class CoverageWindow:
    """The time that one run reads, for a cursor that holds `covered` alone.

    `covered` is the end of the window before, None in the first run; the batches have
    `cursor` until the last one, so that a run that broke off begins again. What is new
    begins at `start`; `floor` is as much earlier as items may arrive late.
    """

    cursor: JsonObject
    covered: datetime | None
    start: datetime
    floor: datetime
    end: datetime

    @classmethod
    def open(
        cls,
        cursor: JsonObject | None,
        end: datetime,
        *,
        first: timedelta,
        overlap: timedelta = timedelta(0),
    ) -> "CoverageWindow":
        """The window up to `end` (now); the first one begins `first` before it."""
        state: JsonObject = {"covered": None, **(cursor or {})}
        if not state["covered"]:
            return cls(state, None, end - first, end - first, end)
        covered = datetime.fromisoformat(as_text(state["covered"]))
        return cls(state, covered, covered, covered - overlap, end)

    def closing_batch(
        self,
        batch: Batch,
        oldest: datetime | None = None,
        gap_cause: str | None = None,
    ) -> Batch:
        """The last batch: all is covered from `oldest` on, where nothing older can be
        had. The time between the window before and `oldest` is a gap."""
        start = self.start if oldest is None else max(self.start, oldest)
        is_gap = self.covered is not None and start > self.covered
        return replace(
            batch,
            cursor={"covered": self.end.isoformat()},
            covered=(start, self.end),
            gap=(self.start, start) if is_gap else None,
            gap_cause=gap_cause if is_gap else None,
        )


def chunks(items: Sequence[_T], size: int) -> Iterator[list[_T]]:
    """The items in order, `size` at a time; the last chunk may be shorter."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def chunks_with_last(items: Sequence[_T], size: int) -> Iterator[tuple[list[_T], bool]]:
    """Chunks, each with whether it is the last. Of no items there is one empty chunk,
    so that a batch can say that all is read."""
    parts = list(chunks(items, size)) or [[]]
    for number, part in enumerate(parts, start=1):
        yield part, number == len(parts)


def lookup_chunks(
    ids: Sequence[str], size: int, stop: Callable[[], bool]
) -> Iterator[list[str]]:
    """Known ids, as many as one call may ask for, until `stop` ends the run."""
    for chunk in chunks(ids, size):
        if stop():
            return
        yield chunk


def read_or_reject(raw: _Raw, read: Callable[[_Raw], _T]) -> _T | Reject:
    """What a mapper makes of an item; a Reject when the item's shape is not known."""
    try:
        return read(raw)
    except UNREADABLE as error:
        return Reject.unreadable(raw, error)


def require_readable(
    items: Sequence[Item], code: str, /, **parameters: Parameter
) -> None:
    """ConnectorError DRIFT with this code when a page has items and every one of them
    is a Reject."""
    if items and all(isinstance(item, Reject) for item in items):
        raise ConnectorError(Kind.DRIFT, code, until=None, bucket=None, **parameters)
