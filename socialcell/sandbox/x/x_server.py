"""The X API v2 of the sandbox: recent search, mentions, timelines, lookups."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue, as_list
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform, Switch
from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.x import x_json, x_text, x_writes
from socialcell.sandbox.x.x_query import XQueryError
from socialcell.sandbox.x.x_requests import (
    POST_DIALECT,
    PROBLEMS,
    XParameters,
    XRequestError,
    missing,
    page_token,
    problem,
    rate,
)
from socialcell.sandbox.x.x_world import SEARCH_REACH, XWorld

WINDOW = 900  # seconds of a rate limit
LIMITS = {
    "search": 450,
    "mentions": 450,
    "timeline": 900,
    "users": 300,
    "tweets": 300,
    "writes": 100,
}


class XServer(FaultyPlatform):
    """X as one client sees it. `dialect` is "tweet" or, after the renaming, "post"."""

    name = "x"

    def __init__(
        self,
        city: City,
        clock: Clock,
        token: str,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(clock)
        self.city, self.token, self.dialect = city, token, "tweet"
        self.keys = keys
        self.world = XWorld(city)
        self.inserted: list[str] = []
        self.deleted: list[str] = []
        self._waiting: list[SandboxPost] = []
        self._delete_next = 0
        self._used: dict[tuple[str, int], int] = defaultdict(int)

    # Faults and changes that tests switch on --------------------------------------

    def stuck_cursor(self) -> None:
        """Every page is the first page, and always names a next one."""
        self._switches["stuck"] = Switch()

    def malformed_item(self, times: int | None = 1) -> None:
        """A page has one more item, without text and with an invalid id."""
        self._switches["malformed"] = Switch(times=times)

    def publish(self, text: str) -> str:
        """Somebody posts this now. The id of the post."""
        post = self.world.draft(text, self.clock.now())
        self.world.show([post])
        return post.id

    def remove(self, id_: str) -> None:
        """Its author deletes a post now. KeyError when there is none."""
        self.world.remove(id_, self.clock.now())

    def repost(self, id_: str) -> str:
        """Somebody repeats a post now. The id of the repost."""
        return self.world.repost(id_, self.clock.now()).id

    def withhold(
        self, id_: str, *countries: str, scope: str = "tweet", copyright: bool = False
    ) -> None:
        """X does not show a post in these countries any more. KeyError when there is
        none."""
        details: JsonObject = {
            "copyright": copyright,
            "country_codes": list(countries),
            "scope": scope,
        }
        self.world.withhold(id_, details)

    def insert_between_pages(self, number: int = 3) -> list[str]:
        """After the next page that has a successor, so many new posts appear.

        Their ids are known at once; they mention the city and match its search.
        """
        text = "@PuneCityDemo one more from Pune while you were reading"
        now = self.clock.now()
        self._waiting = [self.world.draft(f"{text} {n}", now) for n in range(number)]
        return [post.id for post in self._waiting]

    def delete_between_pages(self, number: int = 1) -> None:
        """After the next page, so many posts of the page behind it are deleted.

        Their ids are then in `deleted`.
        """
        self._delete_next = number

    # Answers ----------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        try:
            return self._route(request)
        except XRequestError as refused:
            return refused.answer

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        now = self.clock.now()
        if fault == "expired":
            return problem(401, "about:blank", "Unauthorized", "Unauthorized")
        if fault == "forbidden":
            detail = "When authenticating requests to the X API v2 endpoints, you must use keys from an app with the right access level."
            return problem(403, f"{PROBLEMS}/client-forbidden", "Client Forbidden", detail, reason="client-not-enrolled")  # fmt: skip
        if fault == "limited":
            answer = problem(429, "about:blank", "Too Many Requests", "Too Many Requests")  # fmt: skip
            answer.headers |= rate(450, 0, until)
            return answer
        if fault == "spent":
            answer = problem(429, f"{PROBLEMS}/usage-capped", "UsageCapExceeded", "Usage cap exceeded: Monthly product cap", period="Monthly", scope="Product")  # fmt: skip
            # The reset is in the past: waiting for it does not help.
            answer.headers |= rate(450, 449, now - timedelta(minutes=10))
            return answer
        if fault == "broken":
            return problem(503, "about:blank", "Service Unavailable", "Service Unavailable")  # fmt: skip
        raise ValueError(f"X has no fault {fault}")

    def _route(self, request: Request) -> ServerResponse:
        signed = self.keys is not None and x_writes.is_signed(request, self.keys)
        bearer = request.headers.get("authorization") == f"Bearer {self.token}"
        if not signed and not bearer:
            raise XRequestError(self.refusal("expired", self.clock.now()))
        if signed and x_writes.is_account_request(request):
            headers = self._count("writes")
            answer = x_writes.respond_to_account(self.world, self.clock.now(), request)
            answer.headers |= headers
            return answer
        for pattern, bucket, serve in (
            (r"/2/tweets/search/recent", "search", self._search),
            (r"/2/users/(\d+)/mentions", "mentions", self._mentions),
            (r"/2/users/(\d+)/tweets", "timeline", self._timeline),
            (r"/2/users/by/username/(\w+)", "users", self._username),
            (r"/2/users/(\d+)", "users", self._user),
            (r"/2/tweets/(\d+)", "tweets", self._tweet),
            (r"/2/tweets", "tweets", self._tweets),
        ):
            match = re.fullmatch(pattern, request.path)
            if match and request.method == "GET":
                headers = self._count(bucket)
                body = serve(XParameters(request), *match.groups())
                return ServerResponse(200, self._in_dialect(body), headers)
        if request.path == "/2/users/me":
            detail = "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint."
            return problem(403, f"{PROBLEMS}/unsupported-authentication", "Unsupported Authentication", detail)  # fmt: skip
        return problem(404, "about:blank", "Not Found", "Not Found")

    def _search(self, parameters: XParameters) -> JsonObject:
        now = self.clock.now()
        parameters.refuse_mixed_bounds()
        self._check_age(parameters, now)
        try:
            posts = self.world.search(parameters.get("query") or "", now)
        except XQueryError as bad:
            raise XRequestError(parameters.invalid("query", str(bad))) from None
        return self._page(parameters, posts, "search", least=10, token="next_token")

    def _mentions(self, parameters: XParameters, id_: str) -> JsonObject:
        person = self.world.user(id_)
        if person is None:
            return {"errors": [missing("user", "id", id_)]}
        posts = self.world.mentions(person, self.clock.now())
        return self._page(
            parameters, posts, "mentions", least=5, token="pagination_token"
        )

    def _timeline(self, parameters: XParameters, id_: str) -> JsonObject:
        person = self.world.user(id_)
        if person is None:
            return {"errors": [missing("user", "id", id_)]}
        posts = self.world.timeline(person, self.clock.now())
        return self._page(
            parameters, posts, "mentions", least=5, token="pagination_token"
        )

    def _username(self, parameters: XParameters, handle: str) -> JsonObject:
        person = self.city.person(handle)
        if person is None:
            return {"errors": [missing("user", "username", handle)]}
        return {"data": self._user_json(parameters, person)}

    def _user(self, parameters: XParameters, id_: str) -> JsonObject:
        person = self.world.user(id_)
        if person is None:
            return {"errors": [missing("user", "id", id_)]}
        return {"data": self._user_json(parameters, person)}

    def _tweet(self, parameters: XParameters, id_: str) -> JsonObject:
        post = self.world.post(id_, self.clock.now())
        if post is None:
            return {"errors": [missing("tweet", "id", id_)]}
        body = self._bodies(parameters, [post])
        return {**body, "data": as_list(body["data"])[0]}

    def _tweets(self, parameters: XParameters) -> JsonObject:
        ids = [id_ for id_ in (parameters.get("ids") or "").split(",") if id_]
        if not 1 <= len(ids) <= 100:
            raise XRequestError(parameters.invalid("ids", f"The number of values in the `ids` query parameter list [{len(ids)}] is not between 1 and 100"))  # fmt: skip
        now = self.clock.now()
        posts_by_id = {id_: self.world.post(id_, now) for id_ in ids}
        posts = [post for post in posts_by_id.values() if post is not None]
        body = self._bodies(parameters, posts)
        gone = [
            missing("tweet", "ids", id_)
            for id_, post in posts_by_id.items()
            if not post
        ]
        if gone:
            body["errors"] = [*gone, *as_list(body.get("errors", []))]
        return body

    def _page(
        self,
        parameters: XParameters,
        posts: list[SandboxPost],
        kind: str,
        least: int,
        token: str,
    ) -> JsonObject:
        """One page, newest first; the token names the last post of the page before."""
        size = parameters.number("max_results", 10, least, 100)
        cursor = parameters.get(token) or parameters.get("next_token")
        stuck = "stuck" in self._switches
        if cursor and not stuck:
            bottom = parameters.position(cursor, kind, token)
            posts = [post for post in posts if int(post.id) < bottom]
        if not stuck:
            posts = parameters.within(posts)
        page, rest = posts[:size], posts[size:]
        body: dict[str, JsonValue] = {}
        meta: dict[str, JsonValue] = {"result_count": len(page)}
        if page:
            body = self._bodies(parameters, page)
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
            if rest or stuck:
                meta["next_token"] = page_token(kind, int(page[-1].id))
            if self._fires("malformed"):
                body["data"] = _with_malformed_post(as_list(body["data"]))
                meta["result_count"] = len(page) + 1
        self._finish_page(rest)
        return {**body, "meta": meta}

    def _finish_page(self, rest: list[SandboxPost]) -> None:
        """Insert and delete what a test has scheduled after this page."""
        if not rest:
            return
        if self._waiting:
            self.world.show(self._waiting)
            self.inserted += [post.id for post in self._waiting]
            self._waiting = []
        for post in rest[: self._delete_next]:
            self.world.remove(post.id, self.clock.now())
            self.deleted.append(post.id)
        self._delete_next = 0

    def _bodies(
        self, parameters: XParameters, posts: list[SandboxPost]
    ) -> dict[str, JsonValue]:
        """`data`, `includes` and `errors` for posts, with the requested fields."""
        now = self.clock.now()
        fields, expansions = parameters.fields("tweet"), parameters.expansions()
        if "author_id" in expansions:
            fields |= {"author_id"}
        if "geo.place_id" in expansions:
            fields |= {"geo"}
        if "in_reply_to_user_id" in expansions:
            fields |= {"in_reply_to_user_id"}
        near, errors = self._referenced_posts(posts, expansions)
        if near or errors:
            fields |= {"referenced_tweets"}
        shaped = [x_json.tweet(self.city, post, now, fields) for post in posts]
        body: dict[str, JsonValue] = {"data": shaped} if shaped else {}
        includes: dict[str, JsonValue] = {}
        if people := self._people(posts, near, expansions):
            includes["users"] = [self._user_json(parameters, p) for p in people]
        if near:
            includes["tweets"] = [
                x_json.tweet(self.city, post, now, fields) for post in near
            ]
        if places := self._places(posts, parameters, expansions):
            includes["places"] = places
        if includes:
            body["includes"] = includes
        if errors:
            body["errors"] = errors
        return body

    def _referenced_posts(
        self, posts: list[SandboxPost], expansions: set[str]
    ) -> tuple[list[SandboxPost], list[JsonObject]]:
        if not expansions & {"referenced_tweets.id", "referenced_tweets.id.author_id"}:
            return [], []
        near: dict[str, SandboxPost] = {}
        errors = []
        for post in posts:
            for id_ in (post.reposts, post.quotes, post.reply_to):
                if id_ is None or id_ in near:
                    continue
                target = self.world.post(id_, self.clock.now())
                if target is None:
                    errors.append(missing("tweet", "referenced_tweets.id", id_))
                else:
                    near[id_] = target
        return list(near.values()), errors

    def _people(
        self, posts: list[SandboxPost], near: list[SandboxPost], expansions: set[str]
    ) -> list[Person]:
        people: dict[int, Person] = {}
        authors = list(posts) if "author_id" in expansions else []
        if "referenced_tweets.id.author_id" in expansions:
            authors += near
        for post in authors:
            people.setdefault(post.author.key, post.author)
        if "in_reply_to_user_id" in expansions:
            for post in posts:
                if post.reply_to is not None:
                    person = self.city.by_id["x", post.reply_to].author
                    people.setdefault(person.key, person)
        if "entities.mentions.username" in expansions:
            for post in posts:
                for handle in sorted(x_text.handles(post.text)):
                    if person_called := self.city.person(handle):
                        people.setdefault(person_called.key, person_called)
        return list(people.values())

    def _places(
        self, posts: list[SandboxPost], parameters: XParameters, expansions: set[str]
    ) -> list[JsonObject]:
        if "geo.place_id" not in expansions:
            return []
        fields = parameters.fields("place")
        pointed = [post for post in posts if post.point is not None]
        shaped = [x_json.place(post, fields) for post in pointed]
        return list({place["id"]: place for place in shaped}.values())

    def _user_json(self, parameters: XParameters, person: Person) -> JsonObject:
        return x_json.user(
            self.city, person, self.clock.now(), parameters.fields("user")
        )

    def _check_age(self, parameters: XParameters, now: datetime) -> None:
        """Recent search refuses bounds that are older than seven days."""
        oldest = now - SEARCH_REACH
        for name in ("since_id", "until_id"):
            id_ = parameters.id(name)
            floor = (round(oldest.timestamp() * 1000) - 1_288_834_974_657) << 22
            if id_ is not None and id_ < floor:
                raise XRequestError(parameters.invalid(name, f"'{name}' must be a tweet id created after [{x_json.stamp(oldest)}]. Please use a '{name}' that is larger than {floor}"))  # fmt: skip
        start, end = parameters.time("start_time"), parameters.time("end_time")
        if start is not None and start < oldest:
            raise XRequestError(parameters.invalid("start_time", f"'start_time' must be on or after {x_json.stamp(oldest)}"))  # fmt: skip
        if end is not None and end > now - timedelta(seconds=10):
            raise XRequestError(parameters.invalid("end_time", "'end_time' must be a minimum of 10 seconds prior to the request time"))  # fmt: skip

    def _count(self, bucket: str) -> dict[str, str]:
        """The rate headers after this request. XRequestError when the window is used
        up."""
        now = int(self.clock.now().timestamp())
        window = now // WINDOW
        self._used[bucket, window] += 1
        left = LIMITS[bucket] - self._used[bucket, window]
        reset = datetime.fromtimestamp((window + 1) * WINDOW, UTC)
        if left < 0:
            raise XRequestError(self.refusal("limited", reset))
        return rate(LIMITS[bucket], left, reset)

    def _in_dialect(self, body: JsonValue) -> JsonValue:
        """The body with the field names of the current dialect."""
        return body if self.dialect == "tweet" else _rename_keys(body)


def _with_malformed_post(posts: Sequence[JsonValue]) -> list[JsonValue]:
    """The posts with one in their middle that lacks a text and has no valid id."""
    malformed: JsonObject = {"id": {"not": "an id"}, "created_at": "yesterday"}
    middle = len(posts) // 2
    return [*posts[:middle], malformed, *posts[middle:]]


def _rename_keys(body: JsonValue) -> JsonValue:
    if isinstance(body, Mapping):
        return {POST_DIALECT.get(k, k): _rename_keys(v) for k, v in body.items()}
    return [_rename_keys(entry) for entry in body] if isinstance(body, list) else body
