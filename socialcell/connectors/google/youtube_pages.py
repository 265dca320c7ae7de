"""YouTube's lists page by page: search, a channel's uploads, threads of comments."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from socialcell.connectors.base import (
    UNREADABLE,
    Budget,
    ConnectorError,
    Filtered,
    Item,
    Kind,
    Reject,
)
from socialcell.connectors.google.google_client import GoogleClient, pages
from socialcell.connectors.google.youtube_item import comment_record, video_record
from socialcell.connectors.json_values import (
    list_at,
    moment,
    object_at,
    optional_object,
)
from socialcell.connectors.page_reading import (
    PageGuard,
    read_or_reject,
)
from socialcell.connectors.platform_errors import no_list, require_readable_answer
from socialcell.json_types import JsonObject, JsonValue, as_list, as_object

_SEARCH_ENDS = 480  # a search lists about 500; a few less when some were removed
_VIDEOS, _THREADS = 50, 100  # the most that a page holds


@dataclass(frozen=True, slots=True)
class YouTubePage:
    """One answer read. `last` of its window; `cut_off`: older ones are not listed."""

    items: list[Item]
    last: bool
    cut_off: datetime | None = None


class YouTubeReader:
    """Each method reads one list from the top down to `floor`, a page at a time."""

    def __init__(self, google: GoogleClient) -> None:
        self._google, self._api = google, google.resources

    def search_pages(
        self, query: str, floor: datetime, budget: Budget
    ) -> Iterator[YouTubePage]:
        """The videos that a search finds: a search a page, and a unit to read them."""
        parameters = {
            "part": "snippet",
            "q": query,
            "type": "video",
            "order": "date",
            "publishedAfter": floor.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "maxResults": _VIDEOS,
        }
        search, listed = self._api.search(), 0
        times: list[datetime] = []

        def ask(token: str | None) -> JsonObject:
            request = search.list(**parameters, pageToken=token)
            return self._google.ask(request, budget, "searches")

        for resources, last in _resource_pages(ask):
            listed += len(resources)
            times += _times(resources, "snippet", "publishedAt")
            ids = [
                read_or_reject(resource, lambda t: _text(_at(t, "id", "videoId")))
                for resource in resources
            ]
            full = last and listed >= _SEARCH_ENDS
            cut_off = min(times, default=None) if full else None
            yield YouTubePage(self._full_videos(ids, "search", budget), last, cut_off)

    def upload_pages(
        self, channel: str, floor: datetime, budget: Budget
    ) -> Iterator[YouTubePage]:
        """The videos of a channel: one unit for its list, two for each page."""
        playlist = self.uploads_list(channel, budget)
        parameters = {"part": "contentDetails", "playlistId": playlist}
        items = self._api.playlistItems()

        def ask(token: str | None) -> JsonObject:
            request = items.list(**parameters, maxResults=_VIDEOS, pageToken=token)
            return self._google.ask(request, budget, "units")

        for resources, ended in _resource_pages(ask):
            ids = [
                read_or_reject(
                    resource, lambda t: _text(_at(t, "contentDetails", "videoId"))
                )
                for resource in resources
            ]
            times = _times(resources, "contentDetails", "videoPublishedAt")
            last = ended or _has_reached(times, floor)
            yield YouTubePage(self._full_videos(ids, "uploads", budget), last)
            if last:
                return

    def uploads_list(self, channel: str, budget: Budget) -> str:
        """The id of the playlist that holds a channel's videos. GONE without one."""
        request = self._api.channels().list(part="contentDetails", id=channel)
        body = self._google.ask(request, budget, "units")
        # Of a channel that it does not know, YouTube says nothing, not even `items`.
        if not body.get("items"):
            raise ConnectorError(Kind.GONE, "google.unknown_channel", channel=channel)
        try:
            channel_resource = list_at(body, "items")[0]
            path = ("contentDetails", "relatedPlaylists", "uploads")
            return _text(_at(channel_resource, *path))
        except UNREADABLE:
            raise ConnectorError(Kind.DRIFT, "google.no_list_of_videos") from None

    def channel_comment_pages(
        self, channel: str, floor: datetime, budget: Budget
    ) -> Iterator[YouTubePage]:
        """The comments on all videos of a channel, and the answers to them."""
        return self._threads({"allThreadsRelatedToChannelId": channel}, floor, budget)

    def video_comment_pages(
        self, videos: Sequence[str], floor: datetime, budget: Budget
    ) -> Iterator[YouTubePage]:
        """The comments on some videos, one after another. One that is closed to us is
        named and passed over; GONE when all of them are."""
        closed = 0
        for number, id_ in enumerate(videos, start=1):
            is_last = number == len(videos)
            try:
                for page in self._threads({"videoId": id_}, floor, budget):
                    yield YouTubePage(page.items, page.last and is_last)
            except ConnectorError as error:
                closed += 1
                if error.kind is not Kind.GONE or closed == len(videos):
                    raise
                yield YouTubePage(
                    [Filtered(f"no comments can be read of {id_}")], is_last
                )

    def comments_by_id(
        self, ids: Sequence[str], budget: Budget
    ) -> dict[str, JsonObject]:
        """The comments of these ids that are still there.

        ConnectorError DRIFT when the answer is a page of several: a comment that did
        not fit on the page is not a deleted one.
        """
        request = self._api.comments().list(
            part="snippet", id=",".join(ids), textFormat="plainText"
        )
        body = self._google.ask(request, budget, "units")
        if body.get("nextPageToken"):
            raise ConnectorError(Kind.DRIFT, "google.cut_comments", n=len(ids))
        return by_id(body, ids)

    def _full_videos(
        self, ids: Sequence[str | Reject], via: str, budget: Budget
    ) -> list[Item]:
        """The videos of a page, with texts that are not cut, and with counts."""
        odd = [id_or_reject for id_or_reject in ids if isinstance(id_or_reject, Reject)]
        video_ids = list(
            dict.fromkeys(
                id_or_reject for id_or_reject in ids if isinstance(id_or_reject, str)
            )
        )
        _require_some(odd, len(ids))
        if not video_ids:
            return list(odd)
        request = self._api.videos().list(
            part="snippet,statistics", id=",".join(video_ids)
        )
        resources = _listed_resources(self._google.ask(request, budget, "units"))
        items = [
            read_or_reject(resource, lambda t: video_record(as_object(t), via=via))
            for resource in resources
        ]
        _require_some(
            [
                id_or_reject
                for id_or_reject in items
                if isinstance(id_or_reject, Reject)
            ],
            len(items),
        )
        returned_ids = {
            resource.get("id")
            for resource in resources
            if isinstance(resource, Mapping)
        }
        gone = [
            Filtered("gone before it was read")
            for id_ in video_ids
            if id_ not in returned_ids
        ]
        return [*items, *odd, *gone]

    def _threads(
        self, of: Mapping[str, str], floor: datetime, budget: Budget
    ) -> Iterator[YouTubePage]:
        parameters = {
            "part": "snippet,replies",
            "order": "time",
            "textFormat": "plainText",
        }
        threads = self._api.commentThreads()

        def ask(token: str | None) -> JsonObject:
            request = threads.list(
                **of, **parameters, maxResults=_THREADS, pageToken=token
            )
            return self._google.ask(request, budget, "units")

        for page_threads, ended in _resource_pages(ask):
            time_path = ("snippet", "topLevelComment", "snippet", "publishedAt")
            items = [
                entry
                for thread in page_threads
                for entry in self._thread(thread, budget)
            ]
            _require_some(
                [item for item in items if isinstance(item, Reject)], len(items)
            )
            last = ended or _has_reached(_times(page_threads, *time_path), floor)
            yield YouTubePage(items, last)
            if last:
                return

    def _thread(self, thread: JsonValue, budget: Budget) -> list[Item]:
        """A comment and its answers. A page shows five of them: more are requested."""
        top = read_or_reject(
            thread,
            lambda t: comment_record(as_object(_at(t, "snippet", "topLevelComment"))),
        )
        if isinstance(top, Reject):
            return [top]
        shown = read_or_reject(thread, _shown_answers)
        answers = [] if isinstance(shown, Reject) else shown
        total = object_at(as_object(thread), "snippet").get("totalReplyCount")
        if isinstance(total, int) and total > len(answers):
            answers = self._answers(top.external_id, budget)
        replies = [
            read_or_reject(
                answer, lambda a: comment_record(as_object(a), top.conversation)
            )
            for answer in answers
        ]
        return [top, *replies]

    def _answers(self, parent: str, budget: Budget) -> list[JsonValue]:
        comments = self._api.comments()

        def ask(token: str | None) -> JsonObject:
            request = comments.list(
                part="snippet",
                parentId=parent,
                textFormat="plainText",
                maxResults=_THREADS,
                pageToken=token,
            )
            return self._google.ask(request, budget, "units")

        return [
            resource
            for resources, _last in _resource_pages(ask)
            for resource in resources
        ]


def by_id(body: JsonObject, ids: Sequence[str]) -> dict[str, JsonObject]:
    """The resources of an answer by id, of the requested ids. DRIFT without a list: an
    empty list and a missing one are not the same."""
    id_set = set(ids)
    return {
        id_: resource
        for resource in _listed_resources(body)
        if isinstance(resource, Mapping)
        and isinstance(id_ := resource.get("id"), str)
        and id_ in id_set
    }


def _resource_pages(
    ask: Callable[[str | None], JsonObject],
) -> Iterator[tuple[Sequence[JsonValue], bool]]:
    """The resources of each page, and whether it is the last. DRIFT when pages
    repeat."""
    guard = PageGuard("YouTube")
    for body, last in pages(ask, lambda body: body.get("nextPageToken"), "YouTube"):
        resources = _listed_resources(body)
        ids = [
            repr(resource.get("id"))
            for resource in resources
            if isinstance(resource, Mapping)
        ]
        guard.require_new(ids)
        yield resources, last


def _listed_resources(body: JsonObject) -> Sequence[JsonValue]:
    try:
        return as_list(body.get("items"))
    except TypeError:
        raise no_list("YouTube", "items") from None


def _shown_answers(thread: JsonValue) -> list[JsonValue]:
    return list(list_at(optional_object(as_object(thread), "replies"), "comments"))


def _at(resource: JsonValue, *path: str) -> JsonValue:
    """What stands at a path of names within objects. KeyError, TypeError."""
    node = resource
    for key in path:
        node = as_object(node)[key]
    return node


def _require_some(odd: Sequence[Reject], of: int) -> None:
    if len(odd) == of:
        require_readable_answer(odd, "YouTube")


def _text(text: JsonValue) -> str:
    if not isinstance(text, str) or not text:
        raise ValueError("an id that is no text")
    return text


def _times(resources: Sequence[JsonValue], *path: str) -> list[datetime]:
    """When the resources of a page were published, of those with a readable time."""
    times = []
    for resource in resources:
        try:
            times.append(moment(_at(resource, *path)))
        except UNREADABLE:
            continue
    return times


def _has_reached(times: Sequence[datetime], floor: datetime) -> bool:
    """Whether a page ends among what is old."""
    return bool(times) and times[-1] < floor
