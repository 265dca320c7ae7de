"""An Instagram account in the city's own name: a container first, then the post.

The container prevents a second post: it can be published once, and its status says
whether it was.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from socialcell.connectors.base import (
    Bucket,
    ConnectorContext,
    ConnectorError,
    Kind,
)
from socialcell.connectors.meta.graph_publisher import GraphPublisher
from socialcell.connectors.publisher import (
    SLACK,
    PostReference,
    TimelinePost,
    UnconfirmedCall,
    posts_with_text,
    require_id,
    require_settings,
)
from socialcell.json_types import JsonObject

_PAGE = 50
_NOT_READY = timedelta(minutes=1)


class InstagramPublisher(GraphPublisher):
    """One professional account, by its number, with the system user's own token."""

    platform: ClassVar[str] = "instagram"
    # Meta publishes fifty of an account within 24 hours; a day of the ledger is UTC's.
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("writes", "day", cap=50),)
    scopes: ClassVar[tuple[str, ...]] = (
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_comments",
    )

    def __init__(self, context: ConnectorContext) -> None:
        settings = require_settings(context.config.publishing.instagram, self.platform)
        super().__init__(context, settings.account_id)

    def prepare(self, words: str, media: str | None) -> str | None:
        """A container; unpublished ones vanish after a day."""
        form = {"caption": words, "image_url": media or ""}
        return require_id(self._graph.post(f"{self._account}/media", **form))

    def post(self, words: str, media: str | None, key: str | None) -> PostReference:
        """Publish the container. RATE while Instagram still fetches the picture, GONE
        when the container is of no use any more."""
        state = self._state(key)
        if state == "IN_PROGRESS":
            raise ConnectorError(
                Kind.RATE,
                "meta.picture_not_ready",
                until=self._clock.now() + _NOT_READY,
            )
        if state == "ERROR":
            raise ConnectorError(Kind.CONFIG, "meta.unusable_picture")
        if state == "PUBLISHED":
            raise UnconfirmedCall(Kind.TRANSIENT, "meta.already_published")
        if state != "FINISHED":
            raise ConnectorError(Kind.GONE, "meta.unusable_container", status=state)
        return self._write(f"{self._account}/media_publish", creation_id=str(key))

    def reply(self, to: str, words: str, key: str | None) -> PostReference:
        return self._write(f"{to}/replies", message=words)

    def find(
        self, words: str, key: str | None, since: datetime, to: str | None
    ) -> Sequence[PostReference]:
        """The medium of a published container; or the answers to `to`.

        ConnectorError TRANSIENT while a published container's medium is not among the
        newest media.
        """
        if to is not None:
            return self._timeline_posts(f"{to}/replies", "text", words, since)
        if self._state(key) != "PUBLISHED":
            return ()
        posts = self._timeline_posts(f"{self._account}/media", "caption", words, since)
        if not posts:
            raise ConnectorError(Kind.TRANSIENT, "meta.published_not_shown")
        return posts

    def _state(self, key: str | None) -> str:
        if key is None:
            return "NONE"
        state = self._graph.ask(key, fields="status_code").get("status_code")
        return str(state)

    def _timeline_posts(
        self, path: str, name: str, words: str, since: datetime
    ) -> Sequence[PostReference]:
        start = since - SLACK
        page = self._graph.page(path, fields=f"id,{name},timestamp", limit=_PAGE)
        media = [
            TimelinePost(PostReference(require_id(medium)), str(medium.get(name, "")))
            for medium in page.nodes
            if isinstance(medium, dict) and _moment(medium) >= start
        ]
        return posts_with_text(words, media)


def _moment(medium: JsonObject) -> datetime:
    try:
        return datetime.fromisoformat(str(medium.get("timestamp")))
    except ValueError:
        raise ConnectorError(Kind.DRIFT, "meta.medium_without_time") from None
