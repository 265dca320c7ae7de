"""Read an edge of the Graph API newest first, in windows of time that can break off."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from socialcell.clock import Clock
from socialcell.connectors.base import (
    UNREADABLE,
    Batch,
    Budget,
    ConnectorError,
    Item,
    Kind,
    Reject,
)
from socialcell.connectors.meta.graph_client import Graph, GraphPage
from socialcell.connectors.meta.meta_values import moment
from socialcell.connectors.page_reading import PageGuard, repeated_page_error
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text, as_whole

FIRST = timedelta(days=30)  # how far back a new source begins
OVERLAP = timedelta(hours=48)  # read again: late items, new counts
_LATE = timedelta(minutes=1)


@dataclass(frozen=True)
class Edge:
    """What is read, and how it can be paged through.

    `items` makes the items of one node; it gets the moment from which on things are
    new. `time` names the node's field of time. `timed`: the edge takes since and
    until, so that a window can go on where it broke off; else it begins again at the
    top. `walk`: nodes are visited this far back whatever is stored (their comments are
    what is read). `reach`: Meta shows no older ones, in no order.
    """

    path: str
    parameters: JsonObject
    items: Callable[[JsonObject, datetime], list[Item]]
    time: str
    timed: bool = True
    says_next: bool = True
    walk: timedelta | None = None
    reach: timedelta | None = None
    also: JsonObject = field(default_factory=dict)  # kept in the cursor


def sweep(
    graph: Graph,
    edge: Edge,
    cursor: JsonObject | None,
    clock: Clock,
    budget: Budget,
    stop: Callable[[], bool],
) -> Iterator[Batch]:
    """Batches of an edge, page by page.

    Cursor: `covered`, the moment up to which all is stored; `open`, a window being read
    downwards (`at` when it was opened, `bottom` the second of the oldest node stored).
    Meta's own cursors live for hours and stay within a run.
    """
    state: JsonObject = {"covered": None, "open": None, **(cursor or {})}
    while True:
        now = clock.now()
        window = _EdgeWindow(edge, state, now)
        after = None
        while True:
            budget.take("calls")
            page = graph.page(edge.path, **window.parameters(), after=after)
            is_last = window.read(page)
            covered, gap = window.spans() if is_last else (None, None)
            state = window.closed_state() if is_last else window.state()
            yield Batch(
                items=items_of(page.nodes, edge, window.floor),
                cursor=state,
                covered=covered,
                gap=gap,
                gap_cause="Meta shows only the newest; older ones are lost"
                if gap
                else None,
                cost=graph.cost(),
                limits=graph.limits,
            )
            if is_last:
                break
            graph.require_allowance()
            if stop() or graph.usage.is_high:
                return
            after = page.after
        if window.at >= now - _LATE or stop() or graph.usage.is_high:
            return


class _EdgeWindow:
    """A span of time that is read from its newest node down."""

    def __init__(self, edge: Edge, state: JsonObject, now: datetime) -> None:
        self._edge, self._before = edge, state
        self.at, self._bottom = _opened(state, now) if edge.timed else (now, None)
        self._until = self._bottom
        self._guard = PageGuard("Meta")
        stored = as_text(state["covered"] or "")
        self._covered = datetime.fromisoformat(stored) if stored else None
        new = self._covered - OVERLAP if self._covered else self.at - FIRST
        self.floor = max(new, self.at - edge.reach) if edge.reach else new
        self._since = self.at - edge.walk if edge.walk else self.floor

    def parameters(self) -> dict[str, JsonValue]:
        """The parameters of the edge's request, a second more on both sides."""
        parameters = dict(self._edge.parameters)
        if self._edge.timed:
            parameters["since"] = int(self._since.timestamp()) - 1
            if self._until is not None:
                parameters["until"] = self._until + 1
        return parameters

    def read(self, page: GraphPage) -> bool:
        """Take in a page; whether it is the last. DRIFT when it brings nothing new."""
        ids = [id_ for node in page.nodes if (id_ := _id(node))]
        fresh = self._guard.new_ids(ids)
        times = [time for node in page.nodes if (time := self._time(node))]
        if times:
            oldest = int(min(times).timestamp())
            self._bottom = min(oldest, self._bottom or oldest)
        more = page.more if self._edge.says_next else bool(page.nodes and page.after)
        if page.nodes and not fresh and more:
            raise repeated_page_error("Meta")
        passed = not self._edge.timed and not self._edge.reach and self._is_old(times)
        return not more or passed

    def _is_old(self, times: list[datetime]) -> bool:
        """A whole page of old ones: tags may be put on a post later."""
        return bool(times) and max(times) < self._since

    def state(self) -> JsonObject:
        if not self._edge.timed:
            return {**self._before, **self._edge.also}
        opened = {"at": self.at.isoformat(), "bottom": self._bottom}
        return {**self._before, "open": opened, **self._edge.also}

    def closed_state(self) -> JsonObject:
        covered = {"covered": self.at.isoformat(), "open": None}
        return {**self._before, **covered, **self._edge.also}

    def spans(
        self,
    ) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime] | None]:
        """What is complete now, and what was not read in time."""
        start = self._covered or self.floor
        reach = self._edge.reach
        if reach and start < self.at - reach:
            return (self.at - reach, self.at), (start, self.at - reach)
        return (start, self.at), None

    def _time(self, node: JsonValue) -> datetime | None:
        try:
            return moment(as_object(node)[self._edge.time])
        except (ValueError, TypeError, LookupError, OverflowError):
            return None


def _opened(state: JsonObject, now: datetime) -> tuple[datetime, int | None]:
    """When a state's window was opened, now where it has none; its `bottom`."""
    if not state["open"]:
        return now, None
    window = as_object(state["open"])
    bottom = window["bottom"]
    at = datetime.fromisoformat(as_text(window["at"]))
    return at, None if bottom is None else as_whole(bottom)


def items_of(nodes: list[JsonValue], edge: Edge, floor: datetime) -> list[Item]:
    """What became of each node. DRIFT when none of them is readable.

    A node may be read and have no items, as a post that nobody commented on.
    """
    item_lists = [node_items(node, edge, floor) for node in nodes]
    if item_lists and all(_is_unreadable(items) for items in item_lists):
        raise ConnectorError(Kind.DRIFT, "meta.no_readable_item")
    return [item for items in item_lists for item in items]


def node_items(node: JsonValue, edge: Edge, floor: datetime) -> list[Item]:
    try:
        return edge.items(as_object(node), floor)
    except UNREADABLE as error:
        return [Reject.unreadable(node, error)]


def _is_unreadable(items: list[Item]) -> bool:
    return bool(items) and all(isinstance(item, Reject) for item in items)


def _id(node: JsonValue) -> str | None:
    id_ = node.get("id") if isinstance(node, dict) else None
    return id_ if isinstance(id_, str) else None
