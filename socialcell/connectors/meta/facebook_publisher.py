"""A Facebook Page in the city's own name, with the page's own token."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from socialcell.connectors.base import ConnectorContext
from socialcell.connectors.meta.graph_client import Graph
from socialcell.connectors.meta.graph_publisher import GraphPublisher
from socialcell.connectors.publisher import (
    SLACK,
    Posted,
    Shown,
    id_in,
    same_words,
    set_up,
)

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
        settings = set_up(context.config.publishing.facebook, self.platform)
        super().__init__(context, settings.page_id)

    def post(self, words: str, media: str | None, key: str | None) -> Posted:
        if media is None:
            return self._write(f"{self._account}/feed", message=words)
        # A picture has an id of its own; `post_id` is that of the post that shows it.
        path = f"{self._account}/photos"
        return self._write(path, "post_id", url=media, caption=words)

    def reply(self, to: str, words: str, key: str | None) -> Posted:
        return self._write(f"{to}/comments", message=words)

    def find(
        self, words: str, key: str | None, since: datetime, to: str | None
    ) -> Sequence[Posted]:
        """The page's feed, or the comments below `to`: what the page itself wrote."""
        asked: dict[str, Any] = {
            "fields": "id,message,created_time,from",
            "limit": _PAGE,
        }
        if to is None:
            asked["since"] = int((since - SLACK).timestamp())
            path = f"{self._account}/feed"
        else:
            asked |= {"filter": "stream", "order": "reverse_chronological"}
            path = f"{to}/comments"
        nodes = self._writer.page(path, **asked).data
        own = [self._shown(node) for node in nodes if self._is_own(node)]
        return same_words(words, own)

    @cached_property
    def _writer(self) -> Graph:
        return self._graph.as_page(self._account)

    def _is_own(self, node: Any) -> bool:
        author = node.get("from") if isinstance(node, dict) else None
        return isinstance(author, dict) and author.get("id") == self._account

    def _shown(self, node: Mapping[str, Any]) -> Shown:
        return Shown(self._posted(id_in(node)), str(node.get("message", "")))

    def _address(self, id_: str) -> str:
        return f"https://www.facebook.com/{id_}"
