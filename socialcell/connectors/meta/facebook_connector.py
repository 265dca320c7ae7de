"""A Facebook page: its feed, the comments below it, posts that tag it, its insights."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from socialcell.connectors.base import Batch, Budget, Item
from socialcell.connectors.meta.facebook_insights import FAMILIES, insights
from socialcell.connectors.meta.facebook_post import (
    COMMENT_COUNTS,
    COMMENT_FIELDS,
    POST_COUNTS,
    POST_FIELDS,
    comment_metrics,
    comment_record,
    post_metrics,
    post_record,
)
from socialcell.connectors.meta.graph_client import Graph
from socialcell.connectors.meta.graph_comments import CommentReader
from socialcell.connectors.meta.graph_nodes import CountedFields, NodeLookup, figure
from socialcell.connectors.meta.graph_source import GraphSource
from socialcell.connectors.meta.graph_sweep import Edge, sweep
from socialcell.connectors.strict_json import parse_setting
from socialcell.json_types import JsonObject, JsonValue, as_object

_PAGE = 50
_COMMENTS = 50  # of a post, with its page; more are asked for
_WATCHED = timedelta(days=14)  # how long people comment on a post
_READING = ("pages_read_engagement", "pages_read_user_content")
_NEEDED = {"insights": ("pages_read_engagement", "read_insights")}
# Answers to comments too, and the newest first.
_COMMENT_ORDER = {"filter": "stream", "order": "reverse_chronological"}


class FacebookSettings(BaseModel):
    """What of a page is read: its `feed`, `comments`, `tagged` posts or `insights`.

    `insights` are requested family by family (a name of ours and Meta's metrics), so
    that a metric which Meta retires does not break the others; so are `post_insights`,
    the figures of a post beside its counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["feed", "comments", "tagged", "insights"]
    page_id: str = Field(pattern=r"^[0-9]{5,25}$")
    insights: Annotated[dict[str, list[str]], BeforeValidator(parse_setting)] = Field(
        default_factory=lambda: {name: list(row) for name, row in FAMILIES.items()}
    )
    post_insights: Annotated[dict[str, str], BeforeValidator(parse_setting)] = Field(
        default_factory=lambda: {"post_media_view": "views"}
    )


class Facebook(GraphSource[FacebookSettings]):
    """One page, with the page's own token, derived from the workspace's each time.

    Feed and comments are read newest first in windows (graph_sweep), 48 hours again
    each time. Of comments, those of posts of the last 14 days.
    """

    Settings: ClassVar[type[BaseModel]] = FacebookSettings
    platform: ClassVar[str] = "facebook"

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        budget.take("calls")
        graph = self._graph.as_page(self._settings.page_id)
        if self._settings.kind == "insights":
            families = self._settings.insights
            page = self._settings.page_id
            yield from insights(graph, page, families, cursor, self._clock, budget)
            return
        edge = self._edge(graph, budget)
        yield from sweep(graph, edge, cursor, self._clock, budget, stop)

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        node = as_object(raw)
        if "post" in node:
            return comment_record(node)
        return post_record(node, page="", via="remap")

    @property
    def _permissions(self) -> tuple[str, ...]:
        return _NEEDED.get(self._settings.kind, _READING)

    @property
    def _path(self) -> str:
        edge = "feed" if self._settings.kind == "comments" else self._settings.kind
        return f"{self._settings.page_id}/{edge}"

    @property
    def _counts(self) -> CountedFields | None:
        if self._settings.kind == "insights":
            return None
        if self._settings.kind == "comments":
            return CountedFields(COMMENT_COUNTS, comment_metrics)
        families = {
            f"insights?metric={name}&period=lifetime": figure(name, common)
            for name, common in self._settings.post_insights.items()
        }
        return CountedFields(POST_COUNTS, post_metrics, families)

    def _test_read(self) -> tuple[str, ...]:
        parameters: dict[str, JsonValue] = {
            "fields": "id,created_time,message",
            "limit": 1,
        }
        if self._settings.kind == "insights":
            first = next(iter(self._settings.insights.values()))
            parameters = {"metric": ",".join(first), "period": "day"}
        self._graph.as_page(self._settings.page_id).ask(self._path, **parameters)
        return ()

    def _nodes(self, budget: Budget) -> NodeLookup:
        """Other people's posts that tag the page may be hidden from us and still
        exist."""
        budget.take("calls")
        own = f"{self._settings.page_id}_"
        return NodeLookup(
            self._graph.as_page(self._settings.page_id),
            self.platform,
            budget,
            self._permissions,
            lambda id_: self._settings.kind == "comments" or id_.startswith(own),
        )

    def _edge(self, graph: Graph, budget: Budget) -> Edge:
        if self._settings.kind == "comments":
            more = {**_COMMENT_ORDER, "fields": COMMENT_FIELDS}
            reader = CommentReader(
                graph, budget, more, lambda node: [comment_record(node)]
            )
            order = "".join(f".{name}({how})" for name, how in _COMMENT_ORDER.items())
            newest = f"comments{order}.limit({_COMMENTS}){{{COMMENT_FIELDS}}}"
            parameters: JsonObject = {
                "fields": f"id,created_time,{newest}",
                "limit": _PAGE // 2,
            }
            return Edge(
                self._path, parameters, reader.items, "created_time", walk=_WATCHED
            )
        page, via = self._settings.page_id, self._settings.kind
        return Edge(
            self._path,
            {"fields": POST_FIELDS, "limit": _PAGE},
            lambda node, _new: [post_record(node, page, via)],
            "created_time",
        )
