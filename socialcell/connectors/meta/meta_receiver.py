"""The base of connectors that Meta pushes to: verify, read, reject, query Graph."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from socialcell.connectors.base import (
    UNREADABLE,
    Batch,
    Budget,
    ConnectorContext,
    Filtered,
    Item,
    Reject,
)
from socialcell.connectors.meta.meta_push import (
    DeliveryStatus,
    Media,
    OptOut,
    Push,
    ReadReport,
    WebhookSecrets,
    entries,
)
from socialcell.json_types import JsonObject, JsonValue, as_object

if TYPE_CHECKING:
    from socialcell.connectors.meta.graph_client import Graph

_LONGEST_RULE = 80
_Settings = TypeVar("_Settings")


@dataclass
class PushBuilder:
    """Collects what is read from a push: its items, and what comes beside them."""

    items: list[Item] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    pending_fetches: list[str] = field(default_factory=list)
    deliveries: list[DeliveryStatus] = field(default_factory=list)
    opt_outs: list[OptOut] = field(default_factory=list)
    reads: list[ReadReport] = field(default_factory=list)

    @contextmanager
    def rejecting(self, raw: JsonValue) -> Iterator[None]:
        """What is read within becomes a Reject of `raw` when it cannot be read."""
        try:
            yield
        except UNREADABLE as error:
            self.items.append(Reject.unreadable(raw, error))

    def push(self) -> Push:
        return Push(
            items=self.items,
            cursor={},
            media=tuple(self.media),
            pending_fetches=tuple(dict.fromkeys(self.pending_fetches)),
            deliveries=tuple(self.deliveries),
            opt_outs=tuple(self.opt_outs),
            reads=tuple(self.reads),
        )


class MetaReceiver(ABC, Generic[_Settings]):
    """A Receiver whose pushes are about one kind of Meta's objects."""

    platform: ClassVar[str]
    object: ClassVar[str]
    server: ClassVar[str]  # the sandbox's, where that stands for Meta
    cursor_version: ClassVar[int] = 1

    def __init__(self, settings: _Settings, context: ConnectorContext) -> None:
        self._settings, self._context = settings, context
        self._secrets = WebhookSecrets.from_context(context)

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Nothing: Meta gives no list of messages, it pushes each."""
        return iter(())

    def receive(self, headers: Mapping[str, str], body: bytes) -> Push:
        self.verify(headers, body)
        return self.read(body)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        self._secrets.verify(headers, body)

    def challenge(self, query: Mapping[str, str]) -> str | None:
        return self._secrets.challenge(query)

    def read(self, body: bytes) -> Push:
        builder = PushBuilder()
        for entry in entries(body, self.object):
            with builder.rejecting(entry):
                self._read_entry(as_object(entry), builder)
        return builder.push()

    @abstractmethod
    def _read_entry(self, entry: JsonObject, builder: PushBuilder) -> None:
        """Take in one entry. One of UNREADABLE when it is of no known shape."""

    def _graph(self) -> "Graph":
        # The webhook server starts without Meta's client.
        from socialcell.connectors.meta.graph_client import connect_graph

        return connect_graph(self._context, self.server)


def left_out(rule: str) -> Filtered:
    """An item left out by a rule that is named after what Meta sent."""
    return Filtered(rule[:_LONGEST_RULE])
