"""A Facebook Page in the city's own name, with the page's own token."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from socialcell.connectors.base import ConnectorContext
from socialcell.connectors.meta.graph_client import Graph
from socialcell.connectors.meta.graph_publisher import GraphPublisher
from socialcell.connectors.publisher import (
    SLACK,
    PostReference,
    TimelinePost,
    posts_with_text,
    require_id,
    require_settings,
)
from socialcell.json_types import JsonObject, JsonValue

_PAGE = 100


class FacebookPublisher(GraphPublisher):
    """One page, by its number."""

    platform: ClassVar[str] = "facebook"
    scopes: ClassVar[tuple[str, ...]] = (
        "pages_manage_posts",
        "pages_manage_engagement",
        "pages_read_engagement",
    )

    def __init__(self, context: ConnectorContext) -> None:
        settings = require_settings(context.config.publishing.facebook, self.platform)
        super().__init__(context, settings.page_id)

    def post(self, words: str, media: str | None, key: str | None) -> PostReference:
        if media is None:
            return self._write(f"{self._account}/feed", message=words)
        # A picture has an id of its own; `post_id` is that of the post that shows it.
        path = f"{self._account}/photos"
        return self._write(path, "post_id", url=media, caption=words)

    def reply(self, to: str, words: str, key: str | None) -> PostReference:
        return self._write(f"{to}/comments", message=words)

    def find(
        self, words: str, key: str | None, since: datetime, to: str | None
    ) -> Sequence[PostReference]:
        """The page's feed, or the comments below `to`: what the page itself wrote."""
        parameters: dict[str, JsonValue] = {
            "fields": "id,message,created_time,from",
            "limit": _PAGE,
        }
        if to is None:
            parameters["since"] = int((since - SLACK).timestamp())
            path = f"{self._account}/feed"
        else:
            parameters |= {"filter": "stream", "order": "reverse_chronological"}
            path = f"{to}/comments"
        nodes = self._writer.page(path, **parameters).nodes
        own = [
            self._timeline_post(node)
            for node in nodes
            if isinstance(node, dict) and self._is_own(node)
        ]
        return posts_with_text(words, own)

    @cached_property
    def _writer(self) -> Graph:
        return self._graph.as_page(self._account)

    def _is_own(self, node: JsonObject) -> bool:
        author = node.get("from")
        return isinstance(author, dict) and author.get("id") == self._account

    def _timeline_post(self, node: JsonObject) -> TimelinePost:
        return TimelinePost(
            self._reference(require_id(node)), str(node.get("message", ""))
        )

    def _post_url(self, id_: str) -> str:
        return f"https://www.facebook.com/{id_}"
