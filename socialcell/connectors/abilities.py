"""Optional parts of a connector: recheck, refresh, remap, receive."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from socialcell.connectors.base import Batch, Budget, Item
from socialcell.json_types import JsonValue


@runtime_checkable
class Rechecker(Protocol):
    """A connector with RECHECK: which of these items are gone, page by page."""

    def recheck(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Batches of Tombstone for what is gone (and of Record where the platform
        sends the item's present state anyway). An id that a run without an error
        has not named was found to be there."""
        ...


@runtime_checkable
class Refresher(Protocol):
    """A connector with POST_METRICS: the engagement of items, observed again."""

    def refresh(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Batches of Refresh, and of Tombstone for what is gone on the way."""
        ...


class Remapper(Protocol):
    """A connector whose stored raw items can be read again, each by itself."""

    platform: ClassVar[str]
    cursor_version: ClassVar[int]

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        """What today's mapper makes of a raw item, mapped before or quarantined.

        One of UNREADABLE when it cannot be read. An author may come with a number
        alone.
        """
        ...


class PushReceiver(Protocol):
    """A connector with RECEIVE: the platform pushes, we read what it sent."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> Batch:
        """One push as items. Header names are in lower case; `cursor` is empty.

        ConnectorError AUTH when the signature is missing or wrong (nothing of the body
        is stored), DRIFT when it is signed and of an unknown shape.
        """
        ...
