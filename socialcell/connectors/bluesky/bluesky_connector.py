"""Bluesky through its own protocol: the posts that a search finds, newest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.base import (
    UNREADABLE,
    Batch,
    Bucket,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Item,
    Kind,
    Refresh,
    Tombstone,
)
from socialcell.connectors.bluesky.bluesky_post import metrics, to_record
from socialcell.connectors.bluesky.bluesky_session import BlueskySession
from socialcell.connectors.page_reading import (
    CoverageWindow,
    PageGuard,
    lookup_chunks,
    read_or_reject,
    repeated_page_error,
)
from socialcell.connectors.platform_errors import (
    no_list,
    odd_field,
    require_readable_answer,
)
from socialcell.connectors.unmetered import Unmetered
from socialcell.json_types import JsonObject, JsonValue, as_list, as_object

_FIRST = timedelta(days=28)  # how far back a new source begins
_OVERLAP = timedelta(hours=1)  # a post may reach the index late
_PAGE, _LOOKUP = 100, 25  # the most that a search lists, and that is asked for by id


class BlueskySettings(BaseModel):
    """A query in Bluesky's own words, and one language of posts, if only that."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    query: str = Field(min_length=1, max_length=512)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")


class Bluesky:
    """From the newest down to the last run, and an hour more.

    Cursor: `covered`, the moment up to which all is read. It moves only when a window
    closes; one that broke off begins again at the top.
    """

    Settings: ClassVar[type[BaseModel]] = BlueskySettings
    platform: ClassVar[str] = "bluesky"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MENTIONS, Capability.POST_METRICS, Capability.RECHECK}
    )
    buckets: ClassVar[tuple[Bucket, ...]] = (
        Bucket("logins", "day", cap=300),
        Bucket("calls", "day"),
    )

    def __init__(self, settings: BlueskySettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._clock = context.clock
        self._session = BlueskySession(context)

    def check(self) -> ConnectorHealth:
        """Sign in, and search for one post."""
        try:
            self._search_page(self._search_parameters(None, 1), Unmetered())
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(
            ok=True, message="Bluesky answers; the app password is accepted"
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        window = CoverageWindow.open(
            cursor, self._clock.now(), first=_FIRST, overlap=_OVERLAP
        )
        for posts, last in self._pages(
            self._search_parameters(window.floor, _PAGE), budget
        ):
            batch = Batch(
                _items(posts),
                window.cursor,
                cost=self._session.cost(),
                limits=self._session.limits,
            )
            yield window.closing_batch(batch) if last else batch
            if stop():
                return

    def refresh(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """The counts of posts, 25 a call. What is not there any more is named too."""
        for chunk, views in self._views_by_id(ids, budget, stop):
            fresh: list[Item] = [
                Refresh("bluesky", uri, metrics(view)) for uri, view in views.items()
            ]
            yield self._batch([*fresh, *_tombstones(chunk, views)])

    def recheck(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """A post that a lookup by its id leaves out is gone."""
        for chunk, views in self._views_by_id(ids, budget, stop):
            yield self._batch(_tombstones(chunk, views))

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        return to_record(as_object(raw))

    def _batch(self, items: Sequence[Item]) -> Batch:
        return Batch(items, {}, cost=self._session.cost(), limits=self._session.limits)

    def _search_parameters(self, since: datetime | None, most: int) -> dict[str, str]:
        parameters = {"q": self._settings.query, "sort": "latest", "limit": str(most)}
        if since is not None:
            parameters["since"] = _timestamp(since)
        if self._settings.language is not None:
            parameters["lang"] = self._settings.language
        return parameters

    def _pages(
        self, parameters: Mapping[str, str], budget: Budget
    ) -> Iterator[tuple[Sequence[JsonValue], bool]]:
        """The posts of each page, and whether it is the last.

        Servers that refuse the page behind a cursor are paged by time instead: posts
        that are not newer than the oldest one read.
        """
        guard = PageGuard("Bluesky")
        oldest: datetime | None = None
        paging: dict[str, str] = {}
        while True:
            try:
                posts, following = self._search_page({**parameters, **paging}, budget)
            except ConnectorError as error:
                if error.kind is not Kind.ACCESS or "cursor" not in paging:
                    raise
                if oldest is None:
                    raise
                paging = _until(oldest)
                continue
            uris = [
                repr(post.get("uri")) for post in posts if isinstance(post, Mapping)
            ]
            fresh = bool(guard.new_ids(uris))
            oldest = _oldest_time(posts, oldest)
            by_time = "until" in paging
            if posts and not fresh and not by_time:
                raise repeated_page_error("Bluesky")
            last = not fresh or (following is None and not by_time)
            yield posts, last
            if last:
                return
            if by_time and oldest is not None:
                paging = _until(oldest)
            elif following is not None:
                paging = {"cursor": following}

    def _search_page(
        self, parameters: Mapping[str, str], budget: Budget
    ) -> tuple[Sequence[JsonValue], str | None]:
        """The posts of one page, and the cursor of the next."""
        body = self._session.ask(
            "app.bsky.feed.searchPosts", list(parameters.items()), budget
        )
        following = body.get("cursor")
        if following is not None and not isinstance(following, str):
            raise odd_field("Bluesky", "cursor")
        return _listed_posts(body), following or None

    def _views_by_id(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[tuple[Sequence[str], dict[str, JsonObject]]]:
        """Chunks of ids, each with those of its posts that exist."""
        for chunk in lookup_chunks(ids, _LOOKUP, stop):
            parameters = [("uris", uri) for uri in chunk]
            body = self._session.ask("app.bsky.feed.getPosts", parameters, budget)
            views = {
                uri: view
                for view in _listed_posts(body)
                if isinstance(view, Mapping)
                and isinstance(uri := view.get("uri"), str)
                and uri in chunk
            }
            yield chunk, views


def _listed_posts(body: JsonObject) -> Sequence[JsonValue]:
    try:
        return as_list(body.get("posts"))
    except TypeError:
        raise no_list("Bluesky", "posts") from None


def _items(posts: Sequence[JsonValue]) -> list[Item]:
    """What became of each post of a page. DRIFT when none of them is readable."""
    items: list[Item] = [
        read_or_reject(view, lambda raw: to_record(as_object(raw))) for view in posts
    ]
    require_readable_answer(items, "Bluesky")
    return items


def _tombstones(ids: Sequence[str], views: Mapping[str, JsonObject]) -> list[Item]:
    # Bluesky does not say whether the post was deleted or its account closed.
    return [Tombstone("bluesky", uri, "removed") for uri in ids if uri not in views]


def _oldest_time(
    posts: Sequence[JsonValue], so_far: datetime | None
) -> datetime | None:
    times = [] if so_far is None else [so_far]
    for view in posts:
        try:
            written = to_record(as_object(view)).authored_at
        except UNREADABLE:
            continue
        if written is not None:
            times.append(written)
    return min(times, default=None)


def _until(moment: datetime) -> dict[str, str]:
    """Up to that moment: `until` is exclusive at Bluesky."""
    return {"until": _timestamp(moment + timedelta(milliseconds=1))}


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
