"""What sources at Facebook and Instagram share: a check, and objects known by id."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

from socialcell.connectors.base import (
    Batch,
    Bucket,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorHealth,
)
from socialcell.connectors.meta.graph_check import examine
from socialcell.connectors.meta.graph_client import connect_graph
from socialcell.connectors.meta.graph_nodes import CountedFields, NodeLookup

_Settings = TypeVar("_Settings")


class GraphSource(ABC, Generic[_Settings]):
    """Posts and comments that are read, rechecked and refreshed."""

    platform: ClassVar[str]
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {
            Capability.MENTIONS,
            Capability.OWN_POSTS,
            Capability.COMMENTS,
            Capability.POST_METRICS,
            Capability.RECHECK,
        }
    )
    # Meta allows 4,800 calls a day for each person who engages with a page or an
    # account, and says in its headers how many percent are used.
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("calls", "day"),)

    def __init__(self, settings: _Settings, context: ConnectorContext) -> None:
        self._settings = settings
        self._clock = context.clock
        self._graph = connect_graph(context, self.platform)

    def check(self) -> ConnectorHealth:
        """The token's life and permissions, then one small read of what is read."""
        return examine(self._graph, self._clock, self._permissions, self._test_read)

    def recheck(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        if self._counts is not None:
            yield from self._nodes(budget).tombstones(ids, stop)

    def refresh(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        if (counts := self._counts) is not None:
            yield from self._nodes(budget).refreshes(ids, stop, counts)

    @property
    @abstractmethod
    def _permissions(self) -> tuple[str, ...]:
        """The permissions without which Meta shows nothing of what is read."""

    @property
    @abstractmethod
    def _counts(self) -> CountedFields | None:
        """What is counted of an object; None where none can be looked up by its id."""

    @abstractmethod
    def _test_read(self) -> tuple[str, ...]:
        """Read a little; what is worth saying of it."""

    @abstractmethod
    def _nodes(self, budget: Budget) -> NodeLookup: ...
