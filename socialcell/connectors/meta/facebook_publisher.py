"""A Facebook Page in the city's own name, with the page's own token."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from socialcell.connectors.base import (
    Bucket,
    ConnectorError,
    Health,
    Kind,
    Surroundings,
)
from socialcell.connectors.meta.graph_check import examine
from socialcell.connectors.meta.graph_client import Graph, connect
from socialcell.connectors.publisher import (
    SLACK,
    Posted,
    Shown,
    alike,
    id_in,
    set_up,
    unheard,
)

SCOPES = ("pages_manage_posts", "pages_manage_engagement", "pages_read_engagement")
_PAGE = 100


class FacebookPublisher:
    """One page, by its number."""

    platform: ClassVar[str] = "facebook"
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("writes", "day"),)
    can_find: ClassVar[bool] = True

    def __init__(self, around: Surroundings) -> None:
        given = set_up(around.config.publishing.facebook, self.platform)
        self._page, self._clock = given.page_id, around.clock
        self._graph = connect(around, self.platform)

    def check(self) -> Health:
        def read() -> tuple[str, ...]:
            self._as_page.ask(self._page, fields="id")
            return ()

        return examine(self._graph, self._clock, SCOPES, read)

    def bucket(self, words: str) -> str:
        return "writes"

    def prepare(self, words: str, media: str | None) -> str | None:
        return None

    def post(self, words: str, media: str | None, key: str | None) -> Posted:
        if media is None:
            return self._made(f"{self._page}/feed", "id", message=words)
        # A picture has an id of its own; `post_id` is that of the post that shows it.
        return self._made(f"{self._page}/photos", "post_id", url=media, caption=words)

    def reply(self, to: str, words: str, key: str | None) -> Posted:
        return self._made(f"{to}/comments", "id", message=words)

    def delete(self, id_: str) -> None:
        graph = self._as_page
        try:
            graph.delete(id_)
        except ConnectorError as error:
            if error.kind is not Kind.GONE:
                unheard(error)

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
            path = f"{self._page}/feed"
        else:
            asked |= {"filter": "stream", "order": "reverse_chronological"}
            path = f"{to}/comments"
        found = self._as_page.page(path, **asked).data
        own = [one for one in found if self._is_own(one)]
        shown = [
            Shown(_posted(id_in(one)), str(one.get("message", "")))
            for one in reversed(own)
        ]
        return alike(words, shown)

    @cached_property
    def _as_page(self) -> Graph:
        return self._graph.as_page(self._page)

    def _is_own(self, one: Any) -> bool:
        author = one.get("from") if isinstance(one, dict) else None
        return isinstance(author, dict) and author.get("id") == self._page

    def _made(self, path: str, name: str, **given: str) -> Posted:
        graph = self._as_page  # a failure to become the page posts nothing
        try:
            body = graph.post(path, **given)
        except ConnectorError as error:
            unheard(error)
        return _posted(id_in(body, name))


def _posted(id_: str) -> Posted:
    return Posted(id_, f"https://www.facebook.com/{id_}")
