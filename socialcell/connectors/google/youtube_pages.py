"""YouTube's lists page by page: search, a channel's uploads, threads of comments."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from socialcell.connectors.base import (
    UNREADABLE,
    Budget,
    ConnectorError,
    Filtered,
    Item,
    Kind,
    Reject,
)
from socialcell.connectors.google.google_client import Google, pages
from socialcell.connectors.google.youtube_item import comment, video
from socialcell.connectors.json_values import moment
from socialcell.connectors.page_reading import PageGuard, read_or_reject

_SEARCH_ENDS = 480  # a search lists about 500; a few less when some were removed
_VIDEOS, _THREADS = 50, 100  # the most that a page holds


@dataclass(frozen=True, slots=True)
class Page:
    """One answer read. `last` of its window; `cut_off`: older ones are not listed."""

    items: list[Item]
    last: bool
    cut_off: datetime | None = None


class Reader:
    """Each method reads one list from the top down to `floor`, a page at a time."""

    def __init__(self, google: Google) -> None:
        self._google, self._api = google, google.resources

    def found(self, query: str, floor: datetime, budget: Budget) -> Iterator[Page]:
        """The videos that a search finds: a search a page, and a unit to read them."""
        asked = {
            "part": "snippet",
            "q": query,
            "type": "video",
            "order": "date",
            "publishedAfter": floor.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "maxResults": _VIDEOS,
        }
        search, listed = self._api.search(), 0
        times: list[datetime] = []

        def ask(token: str | None) -> dict[str, Any]:
            request = search.list(**asked, pageToken=token)
            return self._google.ask(request, budget, "searches")

        for things, last in _listed(ask):
            listed += len(things)
            times += _times(things, "snippet", "publishedAt")
            ids = [
                read_or_reject(thing, lambda t: _text(t["id"]["videoId"]))
                for thing in things
            ]
            full = last and listed >= _SEARCH_ENDS
            cut_off = min(times, default=None) if full else None
            yield Page(self._whole(ids, "search", budget), last, cut_off)

    def uploaded(self, channel: str, floor: datetime, budget: Budget) -> Iterator[Page]:
        """The videos of a channel: one unit for its list, two for each page."""
        playlist = self.uploads_list(channel, budget)
        asked = {"part": "contentDetails", "playlistId": playlist}
        items = self._api.playlistItems()

        def ask(token: str | None) -> dict[str, Any]:
            request = items.list(**asked, maxResults=_VIDEOS, pageToken=token)
            return self._google.ask(request, budget, "units")

        for things, ended in _listed(ask):
            ids = [
                read_or_reject(thing, lambda t: _text(t["contentDetails"]["videoId"]))
                for thing in things
            ]
            times = _times(things, "contentDetails", "videoPublishedAt")
            last = ended or _reached(times, floor)
            yield Page(self._whole(ids, "uploads", budget), last)
            if last:
                return

    def uploads_list(self, channel: str, budget: Budget) -> str:
        """The id of the playlist that holds a channel's videos. GONE without one."""
        request = self._api.channels().list(part="contentDetails", id=channel)
        body = self._google.ask(request, budget, "units")
        # Of a channel that it does not know, YouTube says nothing, not even `items`.
        if not body.get("items"):
            raise ConnectorError(
                Kind.GONE, f"YouTube knows no channel {channel} (any more)"
            )
        try:
            return _text(
                body["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"]
            )
        except UNREADABLE:
            raise ConnectorError(
                Kind.DRIFT, "YouTube does not say which list holds a channel's videos"
            ) from None

    def said_on_channel(
        self, channel: str, floor: datetime, budget: Budget
    ) -> Iterator[Page]:
        """The comments on all videos of a channel, and the answers to them."""
        return self._threads({"allThreadsRelatedToChannelId": channel}, floor, budget)

    def said_on_videos(
        self, videos: Sequence[str], floor: datetime, budget: Budget
    ) -> Iterator[Page]:
        """The comments on some videos, one after another. One that is closed to us is
        named and passed over; GONE when all of them are."""
        closed = 0
        for number, id_ in enumerate(videos, start=1):
            is_last = number == len(videos)
            try:
                for page in self._threads({"videoId": id_}, floor, budget):
                    yield Page(page.items, page.last and is_last)
            except ConnectorError as error:
                closed += 1
                if error.kind is not Kind.GONE or closed == len(videos):
                    raise
                yield Page([Filtered(f"no comments can be read of {id_}")], is_last)

    def comments_by_id(
        self, ids: Sequence[str], budget: Budget
    ) -> dict[str, Mapping[str, Any]]:
        """The comments of these ids that are still there.

        ConnectorError DRIFT when the answer is a page of several: nobody is taken for
        deleted because a page is full.
        """
        request = self._api.comments().list(
            part="snippet", id=",".join(ids), textFormat="plainText"
        )
        body = self._google.ask(request, budget, "units")
        if isinstance(body, dict) and body.get("nextPageToken"):
            raise ConnectorError(
                Kind.DRIFT, f"YouTube cuts the answer for {len(ids)} comments"
            )
        return by_id(body, ids)

    def _whole(
        self, ids: Sequence[str | Reject], via: str, budget: Budget
    ) -> list[Item]:
        """The videos of a page, with texts that are not cut, and with counts."""
        odd = [one for one in ids if isinstance(one, Reject)]
        wanted = list(dict.fromkeys(one for one in ids if isinstance(one, str)))
        _require_some(odd, len(ids))
        if not wanted:
            return list(odd)
        request = self._api.videos().list(
            part="snippet,statistics", id=",".join(wanted)
        )
        things = _items(self._google.ask(request, budget, "units"))
        made = [read_or_reject(thing, lambda t: video(t, via=via)) for thing in things]
        _require_some([one for one in made if isinstance(one, Reject)], len(made))
        there = {thing.get("id") for thing in things if isinstance(thing, dict)}
        gone = [
            Filtered("gone before it was read") for id_ in wanted if id_ not in there
        ]
        return [*made, *odd, *gone]

    def _threads(
        self, of: Mapping[str, str], floor: datetime, budget: Budget
    ) -> Iterator[Page]:
        asked = {"part": "snippet,replies", "order": "time", "textFormat": "plainText"}
        threads = self._api.commentThreads()

        def ask(token: str | None) -> dict[str, Any]:
            request = threads.list(**of, **asked, maxResults=_THREADS, pageToken=token)
            return self._google.ask(request, budget, "units")

        for things, ended in _listed(ask):
            where = ("snippet", "topLevelComment", "snippet", "publishedAt")
            made = [item for thing in things for item in self._thread(thing, budget)]
            _require_some([one for one in made if isinstance(one, Reject)], len(made))
            last = ended or _reached(_times(things, *where), floor)
            yield Page(made, last)
            if last:
                return

    def _thread(self, thing: Any, budget: Budget) -> list[Item]:
        """A comment and its answers. A page shows five of them: more are asked for."""
        top = read_or_reject(thing, lambda t: comment(t["snippet"]["topLevelComment"]))
        if isinstance(top, Reject):
            return [top]
        shown = read_or_reject(
            thing, lambda t: list((t.get("replies") or {})["comments"])
        )
        answers = shown if isinstance(shown, list) else []
        total = thing["snippet"].get("totalReplyCount")
        if isinstance(total, int) and total > len(answers):
            answers = self._answers(top.external_id, budget)
        made = [
            read_or_reject(one, lambda a: comment(a, top.conversation))
            for one in answers
        ]
        return [top, *made]

    def _answers(self, parent: str, budget: Budget) -> list[Any]:
        comments = self._api.comments()

        def ask(token: str | None) -> dict[str, Any]:
            request = comments.list(
                part="snippet",
                parentId=parent,
                textFormat="plainText",
                maxResults=_THREADS,
                pageToken=token,
            )
            return self._google.ask(request, budget, "units")

        return [thing for things, _last in _listed(ask) for thing in things]


def by_id(body: Mapping[str, Any], ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The things of an answer under the ids that were asked for. DRIFT without a list:
    an answer that lists nothing and one that is no list must not be taken alike."""
    wanted = set(ids)
    return {
        thing["id"]: thing
        for thing in _items(body)
        if isinstance(thing, dict) and thing.get("id") in wanted
    }


def _listed(
    ask: Callable[[str | None], Mapping[str, Any]],
) -> Iterator[tuple[list[Any], bool]]:
    """The things of each page, and whether it is the last. DRIFT when pages repeat."""
    guard = PageGuard("YouTube")
    for body, last in pages(ask, lambda body: body.get("nextPageToken"), "YouTube"):
        things = _items(body)
        ids = [repr(thing.get("id")) for thing in things if isinstance(thing, dict)]
        guard.require_new(ids)
        yield things, last


def _items(body: Mapping[str, Any]) -> list[Any]:
    found = body.get("items")
    if not isinstance(found, list):
        raise ConnectorError(Kind.DRIFT, "YouTube's answer has no list in `items`")
    return found


def _require_some(odd: Sequence[Reject], of: int) -> None:
    if odd and len(odd) == of:
        raise ConnectorError(
            Kind.DRIFT, f"nothing on YouTube's page is readable: {odd[0].reason}"
        )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("an id that is no text")
    return value


def _times(things: Sequence[Any], *path: str) -> list[datetime]:
    """When the things of a page were published, of those that say it readably."""
    found = []
    for thing in things:
        value = thing
        try:
            for key in path:
                value = value[key]
            found.append(moment(value))
        except UNREADABLE:
            continue
    return found


def _reached(times: Sequence[datetime], floor: datetime) -> bool:
    """Whether a page ends among what is old."""
    return bool(times) and times[-1] < floor
