"""A Bluesky server of the sandbox: sign-in, search, and posts by their addresses."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from json import JSONDecodeError, loads

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Switch
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.post_server import PostServer, words
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.bluesky_world import did, handle, post_uri

ORIGIN = "https://bsky.social"
ACCOUNT = "socialcell.bsky.social"
QUERIES = {"bluesky.pune": "pune", "bluesky.pune-mr": "पुणे"}
LIMIT, WINDOW = 3000, 300  # calls in so many seconds


class BlueskyServer(PostServer):
    """One server as one account's app password sees it. It gives 100 posts a page."""

    window = timedelta(seconds=WINDOW)
    most = 100

    def __init__(self, city: City, clock: Clock, password: str) -> None:
        super().__init__(city, clock, "bluesky")
        self._password = password
        self._sessions = 0
        self._used: dict[int, int] = defaultdict(int)
        self._odd: set[str] = set()
        self._unfindable: set[str] = set()
        self._answers: dict[str, Callable[[Request], ServerResponse]] = {
            "/xrpc/app.bsky.feed.searchPosts": self._search,
            "/xrpc/app.bsky.feed.getPosts": self._by_uri,
        }

    # Faults and changes that tests switch on --------------------------------------

    def expire_session(self, times: int = 1) -> None:
        """The access token has expired, so many times."""
        self._switches["session"] = Switch(times=times)

    def revoke_session(self) -> None:
        """The access token has expired, and the refresh token is refused, once."""
        self._switches["session"] = Switch(times=1)
        self._switches["refresh"] = Switch(times=1)

    def refuse_pages(self) -> None:
        """Only the first page of a search is given, until healed."""
        self._switches["pages"] = Switch()

    def second_factor(self) -> None:
        """The password is the account's own and needs a sign-in code, until healed."""
        self._switches["factor"] = Switch()

    def spoil(self, id_: str) -> None:
        """A post with an author without a handle, a count that is a word, and no
        moment at which it was indexed."""
        self._odd.add(id_)

    def hide_from_search(self, id_: str) -> None:
        """Search leaves a post out."""
        self._unfindable.add(id_)

    def show_in_search(self, id_: str) -> None:
        self._unfindable.discard(id_)

    # Answers ----------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        headers = self._count()
        answer = self._answer(request)
        answer.headers |= headers
        return answer

    def _answer(self, request: Request) -> ServerResponse:
        if request.path == "/xrpc/com.atproto.server.createSession":
            return self._sign_in(request)
        if request.path == "/xrpc/com.atproto.server.refreshSession":
            return self._renew(request)
        answer = self._answers.get(request.path)
        if answer is None:
            return _error(501, "MethodNotImplemented", "Method Not Implemented")
        authorization = request.headers.get("authorization", "")
        if not authorization:
            return ServerResponse(403, "<h1>403 Forbidden</h1>")
        if self._fires("session"):
            return _error(400, "ExpiredToken", "Token has expired")
        if authorization != f"Bearer {self._token()}":
            return _error(400, "InvalidToken", "Token could not be verified")
        return answer(request)

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "expired":
            message = "Invalid identifier or password"
            return _error(401, "AuthenticationRequired", message)
        if fault == "forbidden":
            return _error(403, "Forbidden", "This account may not do that")
        if fault == "limited":
            answer = _error(429, "RateLimitExceeded", "Rate Limit Exceeded")
            answer.headers |= self._rate(0, until)
            return answer
        if fault == "broken":
            return _error(502, "UpstreamFailure", "Upstream Failure")
        raise ValueError(f"Bluesky has no fault {fault}")

    def _sign_in(self, request: Request) -> ServerResponse:
        try:
            document = loads(request.body)
        except JSONDecodeError:
            return _error(400, "InvalidRequest", "Input must be JSON")
        if "factor" in self._switches:
            message = "A sign in code has been sent to your email address"
            return _error(401, "AuthFactorTokenRequired", message)
        credentials = {"identifier": ACCOUNT, "password": self._password}
        if request.method != "POST" or document != credentials:
            message = "Invalid identifier or password"
            return _error(401, "AuthenticationRequired", message)
        return self._session()

    def _renew(self, request: Request) -> ServerResponse:
        authorization = request.headers.get("authorization", "")
        if request.method != "POST" or self._fires("refresh"):
            return _error(400, "ExpiredToken", "Token has been revoked")
        if authorization != f"Bearer refresh-{self._token()}":
            return _error(400, "InvalidToken", "Token could not be verified")
        return self._session()

    def _session(self) -> ServerResponse:
        self._sessions += 1
        return ServerResponse(
            200,
            {
                "did": "did:plc:" + "s" * 24,
                "handle": ACCOUNT,
                "email": "cell@city.example",
                "emailConfirmed": True,
                "emailAuthFactor": False,
                "accessJwt": self._token(),
                "refreshJwt": f"refresh-{self._token()}",
                "active": True,
            },
        )

    def _search(self, request: Request) -> ServerResponse:
        query = request.query
        if not query.get("q"):
            return _error(400, "InvalidRequest", 'Params must have the property "q"')
        if "pages" in self._switches and "cursor" in query:
            return _error(403, "Forbidden", "Sign in to see more")
        posts = [
            post
            for post in reversed(self.visible_posts())
            if matches(query["q"], post) and post.id not in self._unfindable
        ]
        if since := query.get("since"):
            posts = [p for p in posts if p.at >= datetime.fromisoformat(since)]
        if until := query.get("until"):
            posts = [p for p in posts if p.at < datetime.fromisoformat(until)]
        if language := query.get("lang"):
            posts = [p for p in posts if _language(p) == language]
        size = min(int(query.get("limit") or 25), 100, self.most)
        stuck = "stuck" in self._switches
        offset = int(query.get("cursor") or 0)
        start = 0 if stuck else offset
        page, rest = posts[start : start + size], posts[start + size :]
        self.finish_page(rest)
        views: list[JsonValue] = [self._view(post) for post in page]
        if page and self._fires("malformed"):
            views.insert(1, {"uri": None, "author": {}, "record": {"text": 7}})
        body: dict[str, JsonValue] = {"posts": views, "hitsTotal": len(posts)}
        if rest or (stuck and page):
            body["cursor"] = str(offset + size)
        return ServerResponse(200, body)

    def _by_uri(self, request: Request) -> ServerResponse:
        uris = set(request.all("uris"))
        if len(uris) > 25:
            message = "Error: uris must not have more than 25 elements"
            return _error(400, "InvalidRequest", message)
        posts = [post for post in self.visible_posts() if post.id in uris]
        return ServerResponse(200, {"posts": [self._view(post) for post in posts]})

    # Parts of answers -------------------------------------------------------------

    def _view(self, post: SandboxPost) -> JsonObject:
        counts = self.city.metrics(post, self.clock.now())
        author, odd = post.author, post.id in self._odd
        profile: dict[str, JsonValue] = {
            "did": did(author),
            "handle": handle(author),
            "displayName": author.name,
            "avatar": f"https://pictures.example/{author.key}.jpg",
            "viewer": {"muted": False, "blockedBy": False},
            "labels": [],
            "createdAt": _stamp(author.joined),
        }
        view: dict[str, JsonValue] = {
            "uri": post.id,
            "cid": "bafyrei" + hashlib.sha256(post.id.encode()).hexdigest()[:52],
            "author": profile,
            "record": {
                "$type": "app.bsky.feed.post",
                "createdAt": _stamp(post.at),
                "langs": [_language(post)],
                "text": post.text,
            },
            "bookmarkCount": counts.get("bookmarks", 0),
            "replyCount": counts.get("replies", 0),
            "repostCount": counts.get("reposts", 0),
            "likeCount": "many" if odd else counts.get("likes", 0),
            "quoteCount": counts.get("quotes", 0),
            "indexedAt": _stamp(post.at + timedelta(milliseconds=700)),
            "viewer": {"threadMuted": False, "embeddingDisabled": False},
            "labels": [],
        }
        if odd:
            del view["indexedAt"], profile["handle"]
        return view

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        author = self.city.people.citizens[2]
        uri = post_uri(author, at, n)
        return replace(self.draft(text, at, uri), author=author)

    def _token(self) -> str:
        return f"eyJsandbox.{self._sessions}.{self._password[-16:]}"

    def _count(self) -> dict[str, str]:
        window = int(self.clock.now().timestamp()) // WINDOW
        self._used[window] += 1
        ends = datetime.fromtimestamp((window + 1) * WINDOW, UTC)
        return self._rate(LIMIT - self._used[window], ends)

    def _rate(self, left: int, until: datetime) -> dict[str, str]:
        return {
            "ratelimit-limit": str(LIMIT),
            "ratelimit-remaining": str(left),
            "ratelimit-reset": str(int(until.timestamp())),
            "ratelimit-policy": f"{LIMIT};w={WINDOW}",
        }


def matches(query: str, post: SandboxPost) -> bool:
    """Whether search finds a post: all words of the query, in any case."""
    written = words(post.text)
    return all(term.lower() in written for term in query.split())


def _language(post: SandboxPost) -> str:
    language = post.labels.language
    return "en" if language.endswith("-Latn") else language


def _stamp(moment: datetime) -> str:
    """2026-11-23T03:30:00.123Z: Bluesky writes milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _error(status: int, error: str, message: str) -> ServerResponse:
    return ServerResponse(status, {"error": error, "message": message})


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> BlueskyServer:
    return BlueskyServer(city, clock, secrets["bluesky_app_password"])


def sources(city: City) -> list[SourceSettings]:
    return [
        {"name": name, "connector": "bluesky", "kind": "search", "query": query}
        for name, query in QUERIES.items()
    ]


def shows(city: City, post: SandboxPost) -> list[str]:
    return [name for name, query in QUERIES.items() if matches(query, post)]


def address(post: SandboxPost) -> str:
    key = post.id.rsplit("/", 1)[1]
    return f"https://bsky.app/profile/{did(post.author)}/post/{key}"


PLATFORM = ServedPlatform(
    build=build,
    sources=sources,
    shows=shows,
    address=address,
    origins=lambda city: (ORIGIN,),
    secrets=("bluesky_app_password",),
    rules={"bluesky": "all visible posts with the word of the query"},
)
