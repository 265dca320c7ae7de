"""YouTube through googleapiclient: a search, a channel's videos, comments on them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from socialcell.connectors.base import (
    Batch,
    Bucket,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Item,
    Refresh,
    Tombstone,
)
from socialcell.connectors.google.google_api import GoogleApi
from socialcell.connectors.google.google_client import GoogleClient
from socialcell.connectors.google.youtube_item import (
    VIDEO_ID,
    comment_metrics,
    comment_record,
    video_metrics,
    video_record,
)
from socialcell.connectors.google.youtube_pages import YouTubePage, YouTubeReader, by_id
from socialcell.connectors.json_values import object_at
from socialcell.connectors.page_reading import CoverageWindow, lookup_chunks
from socialcell.connectors.unmetered import Unmetered
from socialcell.errors import UnreadableValue
from socialcell.json_types import JsonObject, JsonValue, as_object
from socialcell.message_catalog import Message

API = GoogleApi(
    "youtube",
    "v3",
    "https://youtube.googleapis.com",
    "YouTube",
    Message("google.new_api_key"),
)
_PACIFIC = "America/Los_Angeles"
_FIRST = timedelta(days=28)  # how far back a new source begins
# What appears late: a search finds videos late, comments are held for review, and an
# answer does not bring its thread to the top.
_OVERLAP = {
    "search": timedelta(hours=24),
    "uploads": timedelta(hours=24),
    "comments": timedelta(hours=72),
}
_GAP_CAUSE = "YouTube lists only so many results of a search"
# In one call; a page of comments holds twenty when nothing is said.
_VIDEOS, _COMMENTS = 50, 20


class YouTubeSettings(BaseModel):
    """A `search` by a query, the `uploads` of a channel, or `comments`: on all videos
    of a channel, or on the videos that are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["search", "uploads", "comments"]
    query: str | None = Field(default=None, min_length=1, max_length=512)
    channel_id: str | None = Field(default=None, pattern=r"^UC[A-Za-z0-9_-]{22}$")
    videos: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{11}$")]] | None = Field(
        default=None, min_length=1, max_length=50
    )

    @model_validator(mode="after")
    def _require_target(self) -> "YouTubeSettings":
        fields = {
            name
            for name in ("query", "channel_id", "videos")
            if getattr(self, name) is not None
        }
        fits = {
            "search": [{"query"}],
            "uploads": [{"channel_id"}],
            "comments": [{"channel_id"}, {"videos"}],
        }
        if fields not in fits[self.kind]:
            needed = [name for choice in fits[self.kind] for name in choice]
            raise UnreadableValue(
                "google.wrong_youtube_source", kind=self.kind, fields=needed
            )
        return self


class YouTube:
    """Newest first, from the top down to what the last run had, and a day or more on.

    Cursor: `covered`, the moment up to which all is read. It moves only when a window
    closes; one that broke off begins again at the top, since page tokens count from
    there and the list moves under them.
    """

    Settings: ClassVar[type[BaseModel]] = YouTubeSettings
    platform: ClassVar[str] = "youtube"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {
            Capability.MENTIONS,
            Capability.OWN_POSTS,
            Capability.COMMENTS,
            Capability.POST_METRICS,
            Capability.RECHECK,
        }
    )
    # Since 1 June 2026 searches are counted apart, and so are statistics in batches.
    buckets: ClassVar[tuple[Bucket, ...]] = (
        Bucket("searches", "day", _PACIFIC, 100, spread=True),
        Bucket("units", "day", _PACIFIC, 10_000),
        Bucket("statistics", "day", _PACIFIC, 10_000),
    )

    def __init__(self, settings: YouTubeSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._clock = context.clock
        key = context.secret(context.config.connectors.youtube.key.secret)
        # In a header, where the library would write it into every address.
        self._google = GoogleClient(
            API, context, headers={"x-goog-api-key": key.get_secret_value()}
        )
        self._api = self._google.resources
        self._reader = YouTubeReader(self._google)

    @staticmethod
    def used_buckets(settings: JsonObject) -> frozenset[str]:
        """The buckets that a source of these settings uses up."""
        every = {"units", "statistics"}
        return frozenset(
            every | {"searches"} if settings["kind"] == "search" else every
        )

    def check(self) -> ConnectorHealth:
        """One unit: the key works, and the channel or video is there. No search."""
        free = Unmetered()
        try:
            if self._settings.channel_id:
                self._reader.uploads_list(self._settings.channel_id, free)
            else:
                first = self._settings.videos[0] if self._settings.videos else None
                parameters = {"id": first} if first else {"chart": "mostPopular"}
                request = self._api.videos().list(part="id", maxResults=1, **parameters)
                self._google.ask(request, free, "units")
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(
            ok=True, message="YouTube answers; the API key is accepted"
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        window = CoverageWindow.open(
            cursor,
            self._clock.now(),
            first=_FIRST,
            overlap=_OVERLAP[self._settings.kind],
        )
        for page in self._pages(window.floor, budget):
            batch = Batch(page.items, window.cursor, cost=self._google.cost())
            yield (
                window.closing_batch(batch, page.cut_off, _GAP_CAUSE)
                if page.last
                else batch
            )
            if stop():
                return

    def refresh(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """The counts of videos, fifty a call, and of comments. A video that the answer
        leaves out is not necessarily gone."""
        videos, comments = _split_ids(ids)
        for chunk in lookup_chunks(videos, _VIDEOS, stop):
            request = self._api.videos().batchGetStats(part="id,statistics", id=chunk)
            body = self._google.ask(request, budget, "statistics")
            items = [
                Refresh("youtube", id_, video_metrics(resource.get("statistics")))
                for id_, resource in by_id(body, chunk).items()
            ]
            yield Batch(items, {}, cost=self._google.cost())
        for chunk in lookup_chunks(comments, _COMMENTS, stop):
            resources = self._reader.comments_by_id(chunk, budget)
            counted: list[Item] = [
                Refresh("youtube", id_, comment_metrics(snippet))
                for id_, resource in resources.items()
                if isinstance(snippet := resource.get("snippet"), Mapping)
            ]
            gone = _tombstones(chunk, resources)
            yield Batch([*counted, *gone], {}, cost=self._google.cost())

    def recheck(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """A video or comment that YouTube lists no more is deleted or private."""
        videos, comments = _split_ids(ids)
        for chunk in lookup_chunks(videos, _VIDEOS, stop):
            request = self._api.videos().list(part="id", id=",".join(chunk))
            body = self._google.ask(request, budget, "units")
            gone = _tombstones(chunk, by_id(body, chunk))
            yield Batch(gone, {}, cost=self._google.cost())
        for chunk in lookup_chunks(comments, _COMMENTS, stop):
            gone = _tombstones(chunk, self._reader.comments_by_id(chunk, budget))
            yield Batch(gone, {}, cost=self._google.cost())

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        resource = as_object(raw)
        # A quarantined comment is kept with its thread.
        if resource["kind"] == "youtube#commentThread":
            resource = object_at(object_at(resource, "snippet"), "topLevelComment")
        if resource["kind"] == "youtube#comment":
            return comment_record(resource)
        return video_record(resource, via="remap")

    def _pages(self, floor: datetime, budget: Budget) -> Iterator[YouTubePage]:
        settings = self._settings
        if settings.query is not None:
            return self._reader.search_pages(settings.query, floor, budget)
        if settings.kind == "uploads" and settings.channel_id is not None:
            return self._reader.upload_pages(settings.channel_id, floor, budget)
        if settings.channel_id is not None:
            return self._reader.channel_comment_pages(
                settings.channel_id, floor, budget
            )
        return self._reader.video_comment_pages(settings.videos or [], floor, budget)


def _split_ids(ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which ids are videos', and which comments'."""
    videos = [id_ for id_ in ids if VIDEO_ID.fullmatch(id_)]
    return videos, [id_ for id_ in ids if not VIDEO_ID.fullmatch(id_)]


def _tombstones(ids: Sequence[str], listed: Mapping[str, JsonObject]) -> list[Item]:
    # YouTube does not say whether it was deleted, made private or taken down.
    return [Tombstone("youtube", id_, "removed") for id_ in ids if id_ not in listed]
