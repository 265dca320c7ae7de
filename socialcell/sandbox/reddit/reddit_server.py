"""Reddit's API of the sandbox: the token, a subreddit's new submissions, its search."""

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from socialcell.clock import Clock
from socialcell.json_types import JsonObject
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import CAPTCHA, Switch
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.post_server import PostServer, words
from socialcell.sandbox.reddit import reddit_json
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.other_platform_posts import SUBREDDIT, WIDER, reddit_id

TOKEN = "/api/v1/access_token"
NEW_REACH, SEARCH_REACH = 1000, 250
QUERY = "pune OR punekar OR punekars OR pmc OR पुणे OR पुण्यात OR पुणेकर"
LIMIT, WINDOW = 1000, 600  # calls in so many seconds


class RedditServer(PostServer):
    """Reddit as one read-only app sees it. Each login gives another access token."""

    window = timedelta(seconds=WINDOW)

    def __init__(self, city: City, clock: Clock, client_id: str, secret: str) -> None:
        super().__init__(city, clock, "reddit")
        self._basic = "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()
        self._logins = 0
        self._gone: dict[str, str] = {}
        self._private: set[str] = set()
        self._displaced: list[str] = []
        self._used: dict[int, int] = defaultdict(int)

    # Faults and changes that tests switch on --------------------------------------

    def revoke_token(self, times: int = 1) -> None:
        """The access token is no longer valid; that of the next login is.

        With `times`, so many answers say so, whatever the token.
        """
        self._switches["revoked"] = Switch(times=times)

    def refuse_grant(self) -> None:
        """The token endpoint answers 200 with the error invalid_grant."""
        self._switches["grant"] = Switch()

    def private(self, subreddit: str) -> None:
        """The subreddit is private, until healed."""
        self._private.add(subreddit)

    def block(self) -> None:
        """Requests are blocked: a captcha page with status 403, until healed."""
        self._switches["blocked"] = Switch()

    def moderate(self, id_: str) -> None:
        """A moderator takes a submission down; the listing still names it."""
        self._gone[id_] = "moderator"

    def erase(self, id_: str) -> None:
        """Its author deletes a submission; the listing still names it."""
        self._gone[id_] = "deleted"

    def forget_author(self, id_: str) -> None:
        """The author's account is closed; the submission stays."""
        self._gone[id_] = "author"

    def displace(self, id_: str) -> None:
        """The listing shows an old submission out of order, at its top."""
        self._displaced.append(id_)

    def spend(self, left: int = 0) -> None:
        """So many calls are left of this window."""
        self._used[self._window()] = LIMIT - left

    def heal(self) -> None:
        super().heal()
        self._private.clear()

    # Answers ----------------------------------------------------------------------

    def answer(self, request: Request) -> ServerResponse:
        if request.path == TOKEN and "forbidden" in self._switches:
            return self._faulty_answer(request)  # only reading needs the permission
        return super().answer(request)

    def respond(self, request: Request) -> ServerResponse:
        if request.path == TOKEN:
            return self._login(request)
        if self._fires("blocked"):
            return ServerResponse(403, CAPTCHA)
        token = f"bearer {self._token()}"
        if self._fires("revoked") or request.headers.get("authorization") != token:
            return _error(401, "Unauthorized")
        if request.path == "/api/info":
            headers = self._count()
            if headers is None:
                return self.refusal("limited", self._window_ends())
            return ServerResponse(200, self._info(request.query.get("id", "")), headers)
        match = re.fullmatch(r"/r/(\w+)/(new|search)", request.path)
        if match is None:
            return _error(404, "Not Found")
        if match[1] in self._private:
            return _error(403, "Forbidden", reason="private")
        if match[1] not in (SUBREDDIT, WIDER):
            where = "https://oauth.reddit.com/subreddits/search"
            return ServerResponse(302, "", {"location": where})
        headers = self._count()
        if headers is None:
            return self.refusal("limited", self._window_ends())
        return ServerResponse(200, self._listing(request, match[1], match[2]), headers)

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "expired":
            return _error(401, "Unauthorized")
        if fault == "forbidden":
            return _error(403, "Forbidden", reason="private")
        if fault == "limited":
            answer = _error(429, "Too Many Requests")
            seconds = int((until - self.clock.now()).total_seconds())
            answer.headers |= _rate(0, LIMIT, seconds)
            return answer
        if fault == "broken":
            return ServerResponse(
                503, "<h1>Our CDN was unable to reach our servers</h1>"
            )
        raise ValueError(f"Reddit has no fault {fault}")

    def _login(self, request: Request) -> ServerResponse:
        if request.headers.get("authorization") != self._basic:
            return _error(401, "Unauthorized")
        if request.method != "POST" or b"client_credentials" not in request.body:
            return ServerResponse(200, {"error": "unsupported_grant_type"})
        if "grant" in self._switches:
            return ServerResponse(200, {"error": "invalid_grant"})
        self._logins += 1
        return ServerResponse(
            200,
            {
                "access_token": self._token(),
                "token_type": "bearer",
                "expires_in": 86_400,
                "scope": "*",
            },
        )

    def _token(self) -> str:
        return f"sandbox-access-{self._logins}"

    def _listing(self, request: Request, group: str, kind: str) -> JsonObject:
        """A page, newest first, behind the submission that `after` names."""
        size = min(int(request.query.get("limit") or 25), 100, self.most)
        posts = self._matching_posts(group, kind, request.query.get("q", ""))
        after = request.query.get("after")
        stuck = "stuck" in self._switches
        if after and not stuck:
            names = [post.id for post in posts]
            # A cursor that names a deleted submission gives an empty page.
            posts = posts[names.index(after) + 1 :] if after in names else []
        page, rest = posts[:size], posts[size:]
        now = self.clock.now()
        children = [
            reddit_json.submission_json(self.city, post, now, self._gone.get(post.id))
            for post in page
        ]
        if page and self._fires("malformed"):
            children.insert(1, {"kind": "t3", "data": {"id": None, "title": 7}})
        self.finish_page(rest)
        last = page[-1].id if page and (rest or stuck) else None
        return reddit_json.listing(children, last)

    def _info(self, names: str) -> JsonObject:
        """Submissions by name, in any group; unknown names are left out."""
        ids, now = names.split(",")[:100], self.clock.now()
        children = [
            reddit_json.submission_json(self.city, post, now, self._gone.get(post.id))
            for post in self.visible_posts()
            if post.id in ids
        ]
        return reddit_json.listing(children, None)

    def _matching_posts(self, group: str, kind: str, query: str) -> list[SandboxPost]:
        posts = [post for post in reversed(self.visible_posts()) if post.group == group]
        if kind == "search":
            return [post for post in posts if matches(query, post)][:SEARCH_REACH]
        moved = [post for post in posts if post.id in self._displaced]
        return [*moved, *(post for post in posts if post not in moved)][:NEW_REACH]

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        id_ = reddit_id(at + timedelta(milliseconds=n))
        post = self.draft(text, at, id_)
        return reddit_json.submission(post, "Pune asks", SUBREDDIT)

    def _count(self) -> dict[str, str] | None:
        """The rate headers after this call; None when it is one too many."""
        used = self._used[self._window()] + 1
        if used > LIMIT:
            return None
        self._used[self._window()] = used
        left = self._window_ends() - self.clock.now()
        return _rate(LIMIT - used, used, int(left.total_seconds()))

    def _window(self) -> int:
        return int(self.clock.now().timestamp()) // WINDOW

    def _window_ends(self) -> datetime:
        now = self.clock.now()
        return now + timedelta(seconds=WINDOW - now.timestamp() % WINDOW)


def matches(query: str, post: SandboxPost) -> bool:
    """Whether Reddit's search finds a submission: words with OR between them."""
    written = words(f"{post.title} {post.text}")
    return any(term.lower() in written for term in query.split(" OR "))


def _error(status: int, message: str, **more: str) -> ServerResponse:
    return ServerResponse(status, {"message": message, "error": status, **more})


def _rate(remaining: int, used: int, seconds: int) -> dict[str, str]:
    return {
        "x-ratelimit-remaining": f"{float(remaining)}",
        "x-ratelimit-used": str(used),
        "x-ratelimit-reset": str(seconds),
    }


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> RedditServer:
    return RedditServer(
        city, clock, secrets["reddit_client_id"], secrets["reddit_client_secret"]
    )


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": "reddit.new",
            "connector": "reddit",
            "kind": "new",
            "subreddit": SUBREDDIT,
        },
        {
            "name": "reddit.search",
            "connector": "reddit",
            "kind": "search",
            "subreddit": WIDER,
            "query": QUERY,
        },
    ]


def shows(city: City, post: SandboxPost) -> list[str]:
    if post.group == SUBREDDIT:
        return ["reddit.new"]
    return ["reddit.search"] if matches(QUERY, post) else []


def address(post: SandboxPost) -> str:
    number = post.id.removeprefix("t3_")
    return f"https://www.reddit.com/r/{post.group}/comments/{number}/demo/"


PLATFORM = ServedPlatform(
    build=build,
    sources=sources,
    shows=shows,
    address=address,
    origins=lambda city: ("https://oauth.reddit.com", "https://www.reddit.com"),
    secrets=("reddit_client_id", "reddit_client_secret"),
    rules={
        "reddit.new": f"the newest {NEW_REACH} visible submissions of r/{SUBREDDIT}",
        "reddit.search": f"the newest {SEARCH_REACH} visible submissions of "
        f"r/{WIDER} with a word of the query: {QUERY}",
    },
    reach={"reddit.new": NEW_REACH, "reddit.search": SEARCH_REACH},
)
