"""The comments below posts of the Graph API, which come with the page of the posts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from socialcell.connectors.base import (
    UNREADABLE,
    Budget,
    ConnectorError,
    Item,
    Kind,
    Reject,
)
from socialcell.connectors.meta.graph_client import Graph, nested_page
from socialcell.connectors.meta.meta_values import text_of
from socialcell.json_types import JsonObject, JsonValue, as_object

_PAGE = 100


@dataclass(frozen=True)
class CommentReader:
    """The comments of a post, newest first, as far down as they are new.

    `read` makes the items of one comment, whose raw form has in `post` the post that it
    is below; answers within it are items too. `parameters` are those of the request for
    more of them than came with the post.
    """

    graph: Graph
    budget: Budget
    parameters: JsonObject
    read: Callable[[JsonObject], list[Item]]

    def items(self, node: JsonObject, new: datetime) -> list[Item]:
        """What is new below a post. One of UNREADABLE when it is none."""
        post = text_of(node["id"])
        page = nested_page(node, "comments")
        item_lists = self._read(page.nodes, post)
        # Each level of an edge pages on its own.
        while (
            page.more
            and item_lists
            and any(_is_new(item, new) for item in item_lists[-1])
        ):
            self.graph.require_allowance()
            self.budget.take("calls")
            parameters = {**self.parameters, "limit": _PAGE, "after": page.after}
            page = self.graph.page(f"{post}/comments", **parameters)
            more = self._read(page.nodes, post)
            if more and all(items in item_lists for items in more):
                raise ConnectorError(Kind.DRIFT, "meta.repeated_comments")
            item_lists += more
        return [item for items in item_lists for item in items if _is_new(item, new)]

    def _read(self, comments: list[JsonValue], post: str) -> list[list[Item]]:
        return [self._comment(comment, post) for comment in comments]

    def _comment(self, node: JsonValue, post: str) -> list[Item]:
        raw = {**node, "post": {"id": post}} if isinstance(node, dict) else node
        try:
            return self.read(as_object(raw))
        except UNREADABLE as error:
            return [Reject.unreadable(raw, error)]


def _is_new(item: Item, new: datetime) -> bool:
    written = getattr(item, "authored_at", None)
    return written is None or written >= new
