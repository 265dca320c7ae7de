"""An Instagram account: its media, the comments below, media that tag it, a hashtag."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from socialcell.connectors.base import Batch, Budget, ConnectorError, Item, Kind
from socialcell.connectors.json_values import optional_object
from socialcell.connectors.meta.graph_comments import CommentReader
from socialcell.connectors.meta.graph_nodes import CountedFields, NodeLookup, figure
from socialcell.connectors.meta.graph_source import GraphSource
from socialcell.connectors.meta.graph_sweep import Edge, sweep
from socialcell.connectors.meta.instagram_media import (
    ANSWER_FIELDS,
    COMMENT_COUNTS,
    HASHTAG_FIELDS,
    MEDIA_COUNTS,
    MEDIA_FIELDS,
    comment_metrics,
    comment_record,
    comment_records,
    media_metrics,
    media_record,
)
from socialcell.connectors.strict_json import parse_setting
from socialcell.errors import UnreadableValue
from socialcell.json_types import JsonObject, JsonValue, as_object

_PAGE = 50  # the most that a hashtag gives at once
_WATCHED = timedelta(days=14)  # how long people comment on a medium
_HASHTAG_REACH = timedelta(hours=24)
_NEEDED = {
    "media": ("instagram_basic", "instagram_manage_insights"),
    "comments": ("instagram_basic", "instagram_manage_comments"),
    "tags": ("instagram_basic", "instagram_manage_comments"),
    "hashtag": ("instagram_basic",),
}
_ANSWERS = f"replies.limit({_PAGE}){{{ANSWER_FIELDS}}}"
_COMMENT_FIELDS = f"{ANSWER_FIELDS},{_ANSWERS}"


class InstagramSettings(BaseModel):
    """What is read: the account's `media`, `comments` below them, `tags`, a `hashtag`.

    `media_insights` are figures of a medium beside its counts (Meta's name, and ours),
    requested one by one, so that one which Meta retires does not break the others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["media", "comments", "tags", "hashtag"]
    account_id: str = Field(pattern=r"^[0-9]{5,25}$")
    hashtag: str | None = Field(default=None, pattern=r"^[^\s#@/?&.,]{1,100}$")
    media_insights: Annotated[dict[str, str], BeforeValidator(parse_setting)] = Field(
        default_factory=lambda: {"views": "views", "saved": "saves", "shares": "shares"}
    )

    @model_validator(mode="after")
    def _one_hashtag(self) -> "InstagramSettings":
        if (self.kind == "hashtag") != (self.hashtag is not None):
            raise UnreadableValue("meta.kind_and_hashtag")
        return self


class Instagram(GraphSource[InstagramSettings]):
    """One account. Edges are read newest first, 48 hours again each time.

    Of a hashtag Meta shows the last 24 hours only: what was not read in time is a gap.
    """

    Settings: ClassVar[type[BaseModel]] = InstagramSettings
    platform: ClassVar[str] = "instagram"

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        edge = self._edge(cursor, budget)
        yield from sweep(self._graph, edge, cursor, self._clock, budget, stop)

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        node = as_object(raw)
        return comment_record(node) if "post" in node else media_record(node, "remap")

    @property
    def _permissions(self) -> tuple[str, ...]:
        return _NEEDED[self._settings.kind]

    @property
    def _counts(self) -> CountedFields | None:
        """Of the account's own media and of comments below them; what other
        accounts published cannot be requested by its id."""
        if self._settings.kind == "comments":
            return CountedFields(COMMENT_COUNTS, comment_metrics)
        if self._settings.kind != "media":
            return None
        families = {
            f"insights?metric={name}": figure(name, common)
            for name, common in self._settings.media_insights.items()
        }
        return CountedFields(MEDIA_COUNTS, media_metrics, families)

    @property
    def _path(self) -> str:
        edge = "tags" if self._settings.kind == "tags" else "media"
        return f"{self._settings.account_id}/{edge}"

    def _test_read(self) -> tuple[str, ...]:
        if self._settings.kind == "hashtag":
            self._hashtag_id()
        else:
            self._graph.page(self._path, fields="id", limit=1)
        return ()

    def _nodes(self, budget: Budget) -> NodeLookup:
        return NodeLookup(self._graph, self.platform, budget, self._permissions)

    def _edge(self, cursor: JsonObject | None, budget: Budget) -> Edge:
        if self._settings.kind == "hashtag":
            return self._hashtag_edge(cursor, budget)
        if self._settings.kind == "comments":
            more = {"fields": _COMMENT_FIELDS}
            reader = CommentReader(
                self._graph, budget, more, lambda node: [*comment_records(node)]
            )
            newest = f"comments.limit({_PAGE}){{{_COMMENT_FIELDS}}}"
            parameters: JsonObject = {
                "fields": f"id,timestamp,{newest}",
                "limit": _PAGE // 2,
            }
            return Edge(
                self._path,
                parameters,
                reader.items,
                "timestamp",
                timed=False,
                walk=_WATCHED,
            )
        via = "own" if self._settings.kind == "media" else "tag"
        return Edge(
            self._path,
            {"fields": MEDIA_FIELDS, "limit": _PAGE},
            lambda node, _new: [media_record(node, via)],
            "timestamp",
            timed=False,
        )

    def _hashtag_edge(self, cursor: JsonObject | None, budget: Budget) -> Edge:
        """The edge of a hashtag's id, which never changes and is cached in the
        cursor."""
        cached = optional_object(cursor or {}, "hashtag")
        number = (
            cached.get("id") if cached.get("name") == self._settings.hashtag else None
        )
        if number is None:
            budget.take("calls")
            number = self._hashtag_id()
        return Edge(
            f"{number}/recent_media",
            {
                "user_id": self._settings.account_id,
                "fields": HASHTAG_FIELDS,
                "limit": _PAGE,
            },
            lambda node, _new: [media_record(node, "hashtag")],
            "timestamp",
            timed=False,
            says_next=False,
            reach=_HASHTAG_REACH,
            also={"hashtag": {"name": self._settings.hashtag, "id": number}},
        )

    def _hashtag_id(self) -> str:
        """A hashtag's number. Looking for it makes it one of the week's thirty."""
        nodes = self._graph.page(
            "ig_hashtag_search",
            user_id=self._settings.account_id,
            q=self._settings.hashtag,
        ).nodes
        try:
            number = as_object(nodes[0])["id"]
        except (LookupError, TypeError):
            raise ConnectorError(
                Kind.GONE, "meta.no_such_hashtag", hashtag=self._settings.hashtag
            ) from None
        if not isinstance(number, str) or not number.isdecimal():
            raise ConnectorError(Kind.DRIFT, "meta.hashtag_without_number")
        return number
