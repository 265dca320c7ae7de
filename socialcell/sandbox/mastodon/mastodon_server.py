"""A Mastodon server of the sandbox: hashtag timelines, statuses, the instance."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from urllib.parse import quote, unquote

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import CAPTCHA, Switch
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.post_server import PostServer
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.other_platform_posts import (
    home_server,
    mastodon_id,
    text_at,
)

ORIGIN = "https://mastodon.social"
HASHTAGS = {"mastodon.pune": "Pune", "mastodon.pune-mr": "पुणे"}
LIMIT, WINDOW = 300, 300  # calls in so many seconds
_TAG = re.compile(r"#([\w\u0900-\u0963\u0966-\u097f\u200c\u200d]+)")


class MastodonServer(PostServer):
    """One server as one account's token sees it. It gives 40 statuses a page."""

    window = timedelta(seconds=WINDOW)
    most = 40

    def __init__(self, city: City, clock: Clock, token: str) -> None:
        super().__init__(city, clock, "mastodon")
        self._token = token
        self._used: dict[int, int] = defaultdict(int)
        self._hidden: set[str] = set()

    # Faults and changes that tests switch on --------------------------------------

    def login_required(self) -> None:
        """The timeline needs a signed-in account, which the token lacks, until healed."""
        self._switches["login"] = Switch()

    def instance_broken(self) -> None:
        """The address of the instance answers with status 500, until healed."""
        self._switches["instance"] = Switch()

    def hide(self, id_: str) -> None:
        """A status is in the timeline although only followers may see it."""
        self._hidden.add(id_)

    def odd_reset(self) -> None:
        """The rate header gives the end of its window in epoch seconds."""
        self._switches["epoch"] = Switch()

    # Answers ----------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        path = unquote(request.path)
        headers = self._count()
        if headers is None:
            return self.refusal("limited", self._window_ends())
        if path.rstrip("/") in ("/api/v1/instance", "/api/v2/instance"):
            return self._instance(headers)
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return _error(401, "The access token is invalid")
        if match := re.fullmatch(r"/api/v1/timelines/tag/([^/]+)", path):
            if "login" in self._switches:
                return _error(422, "This method requires an authenticated user")
            return self._timeline(request, match[1], headers)
        if path == "/api/v1/statuses":
            return self._lookup(request, headers)
        if match := re.fullmatch(r"/api/v1/statuses/(\d+)", path):
            post = self.visible.by_id.get(match[1])
            if post is None:
                return _error(404, "Record not found")
            return ServerResponse(200, self._status(post), headers)
        return _error(404, "Not Found")

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "expired":
            return _error(401, "The access token was revoked")
        if fault == "forbidden":
            return _error(403, "This action is outside the authorized scopes")
        if fault == "limited":
            answer = _error(429, "Too many requests")
            answer.headers |= self._rate(0, until)
            return answer
        if fault == "broken":
            return ServerResponse(503, "<h1>We're sorry, but something went wrong</h1>")
        raise ValueError(f"Mastodon has no fault {fault}")

    def _timeline(
        self, request: Request, tag: str, headers: dict[str, str]
    ) -> ServerResponse:
        """Newest first within a page. `min_id` takes the oldest above it, page by page
        upward; `since_id` the newest, and leaves out what does not fit.
        """
        query = {} if "stuck" in self._switches else request.query
        size = min(int(request.query.get("limit") or 20), 40, self.most)
        posts = [p for p in self.visible_posts() if tag.lower() in tags(p.text)]
        posts.sort(key=lambda post: int(post.id))
        if "max_id" in query:
            posts = [post for post in posts if int(post.id) < int(query["max_id"])]
        floor = query.get("min_id") or query.get("since_id")
        if floor:
            posts = [post for post in posts if int(post.id) > int(floor)]
        upward = "min_id" in query or "stuck" in self._switches
        page = posts[:size] if upward else posts[-size:] if size else []
        self.finish_page(posts[size:] if upward else posts[:-size])
        statuses: list[JsonValue] = [self._status(post) for post in reversed(page)]
        if page:
            headers |= {"link": _links(tag, page)}
            if self._fires("malformed"):
                statuses.insert(1, {"id": {"not": "an id"}, "content": 7})
        return ServerResponse(200, statuses, headers)

    def _lookup(self, request: Request, headers: dict[str, str]) -> ServerResponse:
        """Statuses by id; missing ones are left out."""
        ids = request.all("id[]")
        if len(ids) > 20:
            return _error(422, "Validation failed: too many ids")
        posts = [post for post in self.visible_posts() if post.id in ids]
        return ServerResponse(200, [self._status(post) for post in posts], headers)

    def _instance(self, headers: dict[str, str]) -> ServerResponse:
        if "instance" in self._switches:
            return ServerResponse(500, CAPTCHA, headers)
        host = ORIGIN.split("//")[1]
        body: JsonObject = {
            "domain": host,
            "uri": host,
            "title": "Sandbox",
            "version": "4.5.0",
            "api_versions": {"mastodon": 7},
            "configuration": {
                "timelines_access": {
                    "hashtag_feeds": {"local": "public", "remote": "public"}
                }
            },
        }
        return ServerResponse(200, body, headers)

    def _status(self, post: SandboxPost) -> JsonObject:
        now = self.clock.now()
        counts = self.city.metrics(post, now)
        edited = post.changed is not None and post.changed[0] <= now
        text = text_at(post, now)
        base = home_of(post.author)
        language = post.labels.language
        address = f"{base}/users/{post.author.handle}/statuses/{post.id}"
        return {
            "id": post.id,
            "created_at": stamp(post.at),
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "private" if post.id in self._hidden else "public",
            "language": "en" if language.endswith("-Latn") else language,
            "uri": address,
            "url": f"{base}/@{post.author.handle}/{post.id}",
            "replies_count": counts.get("replies", 0),
            "reblogs_count": counts.get("reblogs", 0),
            "favourites_count": counts.get("favourites", 0),
            "quotes_count": 0,
            "edited_at": stamp(post.changed[0]) if edited and post.changed else None,
            "favourited": False,
            "reblogged": False,
            "muted": False,
            "bookmarked": False,
            "pinned": False,
            "content": _html(text),
            "filtered": [],
            "reblog": None,
            "application": {"name": "Web", "website": None},
            "account": self._account(post.author),
            "media_attachments": [],
            "mentions": [],
            "tags": [
                {"name": tag, "url": f"{ORIGIN}/tags/{quote(tag)}"}
                for tag in sorted(tags(text))
            ],
            "emojis": [],
            "tagged_collections": [],
            "quote": None,
            "quote_approval": {
                "automatic": ["public"],
                "manual": [],
                "current_user": "automatic",
            },
            "card": None,
            "poll": None,
        }

    def _account(self, person: Person) -> JsonObject:
        base, server = home_of(person), home_server(person)
        now = self.clock.now()
        picture = f"{ORIGIN}/avatars/original/missing.png"
        return {
            "id": mastodon_id(person.joined, person.key),
            "username": person.handle,
            "acct": f"{person.handle}@{server}" if server else person.handle,
            "display_name": person.name,
            "locked": False,
            "bot": False,
            "discoverable": True,
            "indexable": True,
            "group": False,
            "created_at": f"{person.joined:%Y-%m-%d}T00:00:00.000Z",
            "note": f"<p>{escape(person.bio)}</p>" if person.bio else "",
            "url": f"{base}/@{person.handle}",
            "uri": f"{base}/users/{person.handle}",
            "avatar": picture,
            "avatar_static": picture,
            "avatar_description": "",
            "header": picture,
            "header_static": picture,
            "header_description": "",
            "followers_count": self.city.followers(person, now) // 8,
            "following_count": person.following,
            "statuses_count": person.posts,
            "last_status_at": f"{now:%Y-%m-%d}",
            "hide_collections": None,
            "noindex": False,
            "show_featured": True,
            "show_media": True,
            "show_media_replies": True,
            "feature_approval": {
                "automatic": ["public"],
                "manual": [],
                "current_user": "automatic",
            },
            "emojis": [],
            "roles": [],
            "fields": [],
        }

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        return self.draft(text, at, mastodon_id(at, n))

    def _count(self) -> dict[str, str] | None:
        window = int(self.clock.now().timestamp()) // WINDOW
        self._used[window] += 1
        left = LIMIT - self._used[window]
        return None if left < 0 else self._rate(left, self._window_ends())

    def _rate(self, left: int, until: datetime) -> dict[str, str]:
        epoch = "epoch" in self._switches
        reset = (
            str(int(until.timestamp())) if epoch else f"{until:%Y-%m-%dT%H:%M:%S.%fZ}"
        )
        return {
            "x-ratelimit-limit": str(LIMIT),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-reset": reset,
        }

    def _window_ends(self) -> datetime:
        now = int(self.clock.now().timestamp())
        return datetime.fromtimestamp((now // WINDOW + 1) * WINDOW, UTC)


@cache
def tags(text: str) -> frozenset[str]:
    """The hashtags of a text, in lower case, without the sign."""
    return frozenset(tag.lower() for tag in _TAG.findall(text))


def home_of(person: Person) -> str:
    server = home_server(person)
    return f"https://{server}" if server else ORIGIN


def stamp(moment: datetime) -> str:
    """2026-11-23T03:30:00.123Z: Mastodon writes milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _html(text: str) -> str:
    """As the server writes a text: escaped, hashtags as links with a span inside."""

    def linked(match: re.Match[str]) -> str:
        where = f"{ORIGIN}/tags/{quote(match[1].lower())}"
        return (
            f'<a href="{where}" class="mention hashtag" rel="tag">'
            f"#<span>{match[1]}</span></a>"
        )

    return f"<p>{_TAG.sub(linked, escape(text, quote=False))}</p>"


def _links(tag: str, page: list[SandboxPost]) -> str:
    """The link header of a page of posts, oldest first."""
    base = f"{ORIGIN}/api/v1/timelines/tag/{quote(tag)}"
    older, newer = page[0].id, page[-1].id
    return f'<{base}?max_id={older}>; rel="next", <{base}?min_id={newer}>; rel="prev"'


def _error(status: int, message: str) -> ServerResponse:
    return ServerResponse(status, {"error": message})


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> MastodonServer:
    return MastodonServer(city, clock, secrets["mastodon_token"])


def sources(city: City) -> list[SourceSettings]:
    return [
        {"name": name, "connector": "mastodon", "kind": "tag", "hashtag": hashtag}
        for name, hashtag in HASHTAGS.items()
    ]


def shows(city: City, post: SandboxPost) -> list[str]:
    called = tags(post.text)
    return [name for name, tag in HASHTAGS.items() if tag.lower() in called]


PLATFORM = ServedPlatform(
    build=build,
    sources=sources,
    shows=shows,
    address=lambda post: f"{home_of(post.author)}/@{post.author.handle}/{post.id}",
    origins=lambda city: (ORIGIN,),
    secrets=("mastodon_token",),
    rules={"mastodon": "all visible statuses with the hashtag"},
)
