"""YouTube's Data API of the sandbox: search, uploads, comments, counts, and its quota."""

import base64
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from socialcell.clock import Clock
from socialcell.json_types import JsonObject
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Switch
from socialcell.sandbox.google import youtube_json as shape
from socialcell.sandbox.google.google_server import detailed, refusal
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.post_server import PostServer, words
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.app_world import PACIFIC
from socialcell.sandbox.world.youtube_world import (
    answer_id,
    channel_id,
    comment_id,
    uploads_id,
    video_id,
)

ORIGIN = "https://youtube.googleapis.com"
QUERY = "pune|पुणे"
SEARCH_REACH = 500


class YouTubeServer(PostServer):
    """The interface as one API key may read it. `allowed`: units a Pacific day by
    bucket."""

    most = 100

    def __init__(self, city: City, clock: Clock, key: str) -> None:
        super().__init__(city, clock, "youtube")
        self._key = key
        self.allowed = {"search": 100, "units": 10_000, "stats": 10_000}
        self.used: dict[tuple[str, str], int] = defaultdict(int)
        self._private: set[str] = set()
        self._closed: set[str] = set()
        self._unfindable: set[str] = set()
        self._likeless: set[str] = set()
        self._nameless: set[str] = set()
        self._answers: dict[str, Callable[[Request], ServerResponse]] = {
            "/youtube/v3/search": self._search,
            "/youtube/v3/channels": self._channels,
            "/youtube/v3/playlistItems": self._uploads,
            "/youtube/v3/videos": self._videos,
            "/youtube/v3/videos:batchGetStats": self._stats,
            "/youtube/v3/commentThreads": self._threads,
            "/youtube/v3/comments": self._comments,
        }

    # Faults and changes that tests switch on --------------------------------------

    def quota_spent(self) -> None:
        """Everything of today is used up, until healed."""
        self._switches["spent"] = Switch()

    def make_private(self, id_: str) -> None:
        """A video that lists still show and nobody can read any more."""
        self._private.add(id_)

    def close_comments(self, id_: str) -> None:
        """The channel takes no comments on a video, and shows none."""
        self._closed.add(id_)

    def hide_from_search(self, id_: str) -> None:
        """Search leaves a video out, as it does with some."""
        self._unfindable.add(id_)

    def show_in_search(self, id_: str) -> None:
        """Search lists a video again."""
        self._unfindable.discard(id_)

    def hide_likes(self, id_: str) -> None:
        """The channel hides the count of likes of a video."""
        self._likeless.add(id_)

    def forget_author(self, id_: str) -> None:
        """The account behind a comment is closed."""
        self._nameless.add(id_)

    def revoke_key(self) -> None:
        """The key is refused with the older error, 401, until healed."""
        self._switches["revoked"] = Switch()

    def comment(
        self,
        text: str,
        at: datetime | None = None,
        *,
        on: str | None = None,
        to: str | None = None,
    ) -> str:
        """Somebody comments on a video (one of the city's that stays, unless `on` names
        another), or answers the comment `to`. The new one's id."""
        moment, number = at or self.clock.now(), len(self._posts)
        above = next((post for post in self._posts if post.id == to), None)
        video = above.conversation if above else on or self._lasting()
        own = (
            answer_id(above.id, moment, number)
            if above
            else comment_id(video, moment, number)
        )
        comment = replace(
            self.draft(text, moment, own),
            conversation=video,
            reply_to=above.id if above else video,
            group="comment",
            author=self.city.people.citizens[1],
        )
        self._show([comment])
        return own

    # Answers ----------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        if "revoked" in self._switches:
            return refusal(401, "UNAUTHENTICATED", "authError", "Invalid Credentials")
        if request.headers.get("x-goog-api-key") != self._key:
            return self._key_error()
        answer = self._answers.get(request.path)
        if answer is None:
            return refusal(404, "NOT_FOUND", "notFound", "Not Found")
        if not self._count(request.path):
            return self._quota_error()
        return answer(request)

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "expired":
            return self._key_error()
        if fault == "forbidden":
            message = "YouTube Data API v3 has not been used in project 7 before"
            return refusal(403, "PERMISSION_DENIED", "accessNotConfigured", message)
        if fault == "limited":
            message = "The request cannot be completed at this rate."
            return refusal(403, "RESOURCE_EXHAUSTED", "rateLimitExceeded", message)
        if fault == "spent":
            return self._quota_error()
        if fault == "broken":
            return refusal(503, "UNAVAILABLE", "backendError", "Backend Error")
        raise ValueError(f"YouTube has no fault {fault}")

    def _search(self, request: Request) -> ServerResponse:
        query = request.query
        posts = [
            post for post in self._visible_videos() if matches(query.get("q", ""), post)
        ]
        posts = [post for post in posts if post.id not in self._unfindable]
        if after := query.get("publishedAfter"):
            since = datetime.fromisoformat(after)
            posts = [post for post in posts if post.at >= since]
        page, total, token = self._page(request, posts[:SEARCH_REACH], 50)
        results = [shape.search_result(post) for post in page]
        if page and self._fires("malformed"):
            results.insert(1, {"kind": "youtube#searchResult", "id": {}, "snippet": {}})
        body = shape.listing(
            "searchListResponse", results, total, token, regionCode="IN"
        )
        return ServerResponse(200, body)

    def _channels(self, request: Request) -> ServerResponse:
        channels = [
            shape.channel(id_)
            for id_ in request.query.get("id", "").split(",")
            if id_ == self.own_channel
        ]
        body = shape.listing("channelListResponse", channels, len(channels), None)
        if not channels:
            # YouTube leaves out `items` when no channel matches.
            del body["items"]
        return ServerResponse(200, body)

    def _uploads(self, request: Request) -> ServerResponse:
        if request.query.get("playlistId") != uploads_id(self.own_channel):
            message = "The playlist cannot be found."
            return refusal(404, "NOT_FOUND", "playlistNotFound", message)
        own = [post for post in self._visible_videos() if post.group == "own"]
        page, total, token = self._page(request, own, 50)
        playlist_items = [shape.playlist_item(post) for post in page]
        if page and self._fires("malformed"):
            playlist_items.insert(
                1, {"kind": "youtube#playlistItem", "contentDetails": {}}
            )
        body = shape.listing("playlistItemListResponse", playlist_items, total, token)
        return ServerResponse(200, body)

    def _videos(self, request: Request) -> ServerResponse:
        parts = request.query.get("part", "").split(",")
        posts = self._readable(request.query.get("id", "").split(","))
        if request.query.get("chart"):
            posts = [p for p in self._visible_videos() if p.id not in self._private][:1]
        if posts is None:
            return _too_many_ids()
        now = self.clock.now()
        videos = [shape.video(post, parts, self._counts(post), now) for post in posts]
        return ServerResponse(
            200, shape.listing("videoListResponse", videos, len(videos), None)
        )

    def _stats(self, request: Request) -> ServerResponse:
        posts = self._readable(request.all("id"))
        if posts is None:
            return _too_many_ids()
        stats = [shape.stat(post, self._counts(post)) for post in posts]
        body: JsonObject = {
            "kind": "youtube#batchGetStatsResponse",
            "etag": "x",
            "items": stats,
        }
        return ServerResponse(200, body)

    def _threads(self, request: Request) -> ServerResponse:
        on = request.query.get("videoId")
        videos = {post.id for post in self._visible_videos()}
        if on is not None and (on not in videos or on in self._private):
            return refusal(404, "NOT_FOUND", "videoNotFound", "No such video.")
        if on in self._closed:
            message = "The video has disabled comments."
            return refusal(403, "PERMISSION_DENIED", "commentsDisabled", message)
        owner = request.query.get("allThreadsRelatedToChannelId", self.own_channel)
        tops = [
            post
            for post in self._visible_comments()
            if "." not in post.id
            and post.conversation in videos
            and (post.conversation == on if on else owner == self.own_channel)
            and post.conversation not in self._closed
        ]
        page, total, token = self._page(request, tops, 100)
        options = self._comment_options(request)
        threads = [
            shape.thread(post, self._below(post.id), owner, options) for post in page
        ]
        if page and self._fires("malformed"):
            threads.insert(1, {"snippet": {"topLevelComment": {"id": None}}})
        return ServerResponse(
            200, shape.listing("commentThreadListResponse", threads, total, token)
        )

    def _comments(self, request: Request) -> ServerResponse:
        above = request.query.get("parentId")
        ids = set(request.query.get("id", "").split(","))
        posts = (
            self._below(above)
            if above
            else [post for post in self._visible_comments() if post.id in ids]
        )
        page, total, token = self._page(request, posts, 100)
        if not above:  # a request by ids has one page
            page, total, token = posts, len(posts), None
        options = self._comment_options(request)
        comments = [shape.comment(post, self.own_channel, options) for post in page]
        return ServerResponse(
            200, shape.listing("commentListResponse", comments, total, token)
        )

    # Parts of answers -------------------------------------------------------------

    @property
    def own_channel(self) -> str:
        return channel_id(self.city.people.city)

    def _lasting(self) -> str:
        own = (post for post in self._posts if post.group == "own")
        return next(post.id for post in own if post.ends is None)

    def _visible_videos(self) -> list[SandboxPost]:
        """The videos that lists show, newest first."""
        return [
            post for post in reversed(self.visible_posts()) if post.group != "comment"
        ]

    def _visible_comments(self) -> list[SandboxPost]:
        """All comments, newest first."""
        return [
            post for post in reversed(self.visible_posts()) if post.group == "comment"
        ]

    def _below(self, id_: str) -> list[SandboxPost]:
        return self.visible.answers[id_][::-1]

    def _readable(self, ids: Sequence[str]) -> list[SandboxPost] | None:
        """The videos of these ids that are there; None when they are too many."""
        if len(ids) > 50:
            return None
        posts = [self.visible.by_id.get(id_) for id_ in ids if id_ not in self._private]
        return [post for post in posts if post and post.group != "comment"]

    def _counts(self, post: SandboxPost) -> dict[str, int | None]:
        counts: dict[str, int | None] = dict(self.city.metrics(post, self.clock.now()))
        counts.setdefault("views", 0)
        counts.setdefault("likes", 0)
        if post.id in self._likeless:
            counts["likes"] = None
        comment_count = sum(
            answer.group == "comment" for answer in self.visible.within[post.id]
        )
        return counts | {"comments": None if post.id in self._closed else comment_count}

    def _comment_options(self, request: Request) -> shape.CommentOptions:
        return shape.CommentOptions(
            self.city,
            self.clock.now(),
            plain=request.query.get("textFormat") == "plainText",
            nameless=frozenset(self._nameless),
        )

    def _page(
        self, request: Request, posts: list[SandboxPost], most: int
    ) -> tuple[list[SandboxPost], int, str | None]:
        """A page by its offset from the top, the total, and the token of the next page.

        A token is an offset: a new post at the top moves all others by one.
        """
        requested_size = int(request.query.get("maxResults") or 5)
        size = min(requested_size, most, self.most)
        offset = _offset(request.query.get("pageToken"))
        stuck = "stuck" in self._switches
        start = 0 if stuck else offset
        page, rest = posts[start : start + size], posts[start + size :]
        self.finish_page(rest)
        more = bool(rest) or (stuck and bool(page))
        return page, len(posts), _token(offset + size) if more else None

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        post = self.draft(text, at, video_id(at, n))
        city = self.city.people.city
        return replace(post, title="Pune today", group="own", author=city)

    def _count(self, path: str) -> bool:
        """Count a call, and whether today's quota of its bucket allows it."""
        last = path.rsplit("/", 1)[1]
        bucket = {"search": "search", "videos:batchGetStats": "stats"}.get(
            last, "units"
        )
        day = self.clock.now().astimezone(PACIFIC).date().isoformat()
        self.used[bucket, day] += 1
        return self.used[bucket, day] <= self.allowed[bucket]

    def _key_error(self) -> ServerResponse:
        message = "API key not valid. Please pass a valid API key."
        return detailed(400, "INVALID_ARGUMENT", "API_KEY_INVALID", message)

    def _quota_error(self) -> ServerResponse:
        message = (
            "The request cannot be completed because you have exceeded your quota."
        )
        return refusal(
            403, "PERMISSION_DENIED", "quotaExceeded", message, "youtube.quota"
        )


def matches(query: str, post: SandboxPost) -> bool:
    """Whether search finds a video: one of the words with | between them."""
    written = words(f"{post.title} {post.text}")
    return any(term.strip().lower() in written for term in query.split("|"))


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"CAUQ{place}".encode()).decode().rstrip("=")


def _offset(token: str | None) -> int:
    if not token:
        return 0
    padded = token + "=" * (-len(token) % 4)
    return int(base64.urlsafe_b64decode(padded).decode().removeprefix("CAUQ"))


def _too_many_ids() -> ServerResponse:
    message = "The request specifies too many ids."
    return refusal(400, "INVALID_ARGUMENT", "invalidFilters", message)


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> YouTubeServer:
    return YouTubeServer(city, clock, secrets["youtube_key"])


def sources(city: City) -> list[SourceSettings]:
    own = channel_id(city.people.city)
    rows = [
        {"name": "youtube.search", "kind": "search", "query": QUERY},
        {"name": "youtube.uploads", "kind": "uploads", "channel_id": own},
        {"name": "youtube.comments", "kind": "comments", "channel_id": own},
    ]
    return [{**row, "connector": "youtube"} for row in rows]


def shows(city: City, post: SandboxPost) -> list[str]:
    if post.group == "comment":
        return ["youtube.comments"]
    source_names = ["youtube.search"] if matches(QUERY, post) else []
    return [*source_names, "youtube.uploads"] if post.group == "own" else source_names


def address(post: SandboxPost) -> str:
    watch = f"https://www.youtube.com/watch?v={post.conversation}"
    return f"{watch}&lc={post.id}" if post.group == "comment" else watch


PLATFORM = ServedPlatform(
    build=build,
    sources=sources,
    shows=shows,
    address=address,
    origins=lambda city: (ORIGIN,),
    secrets=("youtube_key",),
    rules={
        "youtube.search": f"the newest {SEARCH_REACH} visible videos with a word of "
        f"the query in title or description: {QUERY}",
        "youtube.uploads": "all visible videos of the city's channel",
        "youtube.comments": "all visible comments on them",
    },
    reach={"youtube.search": SEARCH_REACH},
)
