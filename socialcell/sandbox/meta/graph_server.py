"""Meta's Graph API of the sandbox: versions, tokens, errors, pages, batches, usage."""

import json
import re
from abc import abstractmethod
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue, as_objects, as_text
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Switch
from socialcell.sandbox.meta.graph_fields import Field, parse
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.post_server import PostServer
from socialcell.sandbox.server import Request, ServerResponse

ORIGIN = "https://graph.facebook.com"
SYSTEM_USER = "122100000000001"
SCOPES = (
    "ads_read",
    "business_management",
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "pages_manage_engagement",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_show_list",
    "read_insights",
)
_MOST_IN_A_BATCH = 50

Parameters: TypeAlias = Mapping[str, str]
# A field of a node; an edge is a function of the requested field and its arguments.
NodeValue: TypeAlias = "JsonValue | Callable[[Field], JsonValue]"
NodeValues: TypeAlias = Mapping[str, NodeValue]


class GraphRequestError(Exception):
    """An error in the form of the Graph API."""

    def __init__(
        self, code: int, message: str, subcode: int | None = None, status: int = 400
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, JsonValue] = {
            "message": message,
            "type": "OAuthException",
            "code": code,
            "fbtrace_id": "Asandbox",
        }
        if subcode is not None:
            self.error["error_subcode"] = subcode


class GraphServer(PostServer):
    """The Graph API for one system user's token; subclasses define the nodes."""

    usage = "pages"  # the business use case that calls are counted under

    def __init__(self, city: City, clock: Clock, name: str, token: str) -> None:
        super().__init__(city, clock, name)
        self.token = token
        self.scopes = set(SCOPES)
        self.retired: set[str] = set()
        self._ends: tuple[int, int] = (0, 0)
        self._percent, self._regain = 1, 0

    # Faults -----------------------------------------------------------------------

    def lasts_until(
        self, token: datetime | None, data_access: datetime | None = None
    ) -> None:
        """When the token ends, and when its access to data does; None: never."""
        self._ends = (_seconds(token), _seconds(data_access))

    def withdraw(self, scope: str) -> None:
        """The token loses a permission, until healed."""
        self.scopes.discard(scope)

    def retire(self, metric: str) -> None:
        """Insights no longer have this metric, until healed."""
        self.retired.add(metric)

    def use_up(self, percent: int, minutes: int = 0) -> None:
        """From now on the headers report that so much of the quota is used."""
        self._percent, self._regain = percent, minutes

    def lose_in_batch(self) -> None:
        """The last part of each batch has no answer, until healed: time ran out."""
        self._switches["lost"] = Switch()

    def heal(self) -> None:
        super().heal()
        self.scopes = set(SCOPES)
        self.retired.clear()
        self._percent, self._regain = 1, 0

    # Answers ----------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        path = re.fullmatch(r"/(v\d{1,3}\.\d)/?(.*?)/?", request.path)
        if path is None:
            return self._error_response(
                GraphRequestError(2500, "Unknown path components")
            )
        try:
            result = self._route(request, path[2])
        except GraphRequestError as refused:
            return self._error_response(refused)
        return ServerResponse(200, result, self._headers(path[1]))

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "expired":
            message = "Error validating access token: it has expired."
            return self._error_response(GraphRequestError(190, message, 463))
        if fault == "forbidden":
            message = "(#10) Application does not have permission"
            return self._error_response(GraphRequestError(10, message, None, 403))
        if fault == "limited":
            message = "There have been too many calls to this Page account."
            answer = self._error_response(GraphRequestError(80001, message))
            minutes = round((until - self.clock.now()).total_seconds() / 60)
            return ServerResponse(400, answer.body, self._usage_headers(100, minutes))
        if fault == "broken":
            broken = GraphRequestError(2, "Service temporarily unavailable", None, 500)
            broken.error["is_transient"] = True
            return self._error_response(broken)
        raise ValueError(f"Meta has no fault {fault}")

    @abstractmethod
    def read(self, parts: Sequence[str], query: Parameters, token: str) -> JsonValue:
        """GET of a path's parts. GraphRequestError, as for a missing node."""

    def write(self, parts: Sequence[str], sent: Parameters, token: str) -> JsonValue:
        """POST to an edge; refused unless a subclass allows it."""
        raise GraphRequestError(100, "Unsupported post request.", 33)

    def erase(self, parts: Sequence[str], token: str) -> JsonValue:
        """DELETE of a node; refused unless a subclass allows it."""
        raise GraphRequestError(100, "Unsupported delete request.", 33)

    def knows(self, token: str) -> bool:
        return token == self.token

    # For subclasses ---------------------------------------------------------------

    def require(self, *scopes: str) -> None:
        """GraphRequestError unless the token has these permissions."""
        for scope in scopes:
            if scope not in self.scopes:
                raise GraphRequestError(
                    10,
                    f"(#10) This endpoint requires the '{scope}' permission",
                    None,
                    403,
                )

    def paged(
        self,
        posts: Sequence[SandboxPost],
        args: Mapping[str, str],
        shape: Callable[[SandboxPost], JsonValue],
        faulty: bool = True,
        size: int = 100,
    ) -> JsonObject:
        """A page of posts, as they are ordered. `faulty`: faults act on this edge."""
        stuck = faulty and "stuck" in self._switches
        size = min(_number(args, "limit", 25), size, self.most)
        matches = [post for post in posts if _between(post, args)]
        after = None if stuck else args.get("after")
        if after:
            matches = _behind(matches, after)
        page, rest = matches[:size], matches[size:]
        nodes: list[JsonValue] = [shape(post) for post in page]
        if faulty:
            if page and self._fires("malformed"):
                nodes.insert(1, {"id": None, "created_time": 7, "comments": 7})
            self.finish_page(rest)
        if not page:
            return {"data": nodes}
        cursors = {"before": _cursor(page[0]), "after": _cursor(page[-1])}
        paging: dict[str, JsonValue] = {"cursors": cursors}
        if rest or stuck:
            query = urlencode({"access_token": self.token, "after": cursors["after"]})
            paging["next"] = f"{ORIGIN}/v26.0/next?{query}"
        return {"data": nodes, "paging": paging}

    # Routing and errors -----------------------------------------------------------

    def _route(self, request: Request, path: str) -> JsonValue:
        sent = dict(parse_qsl(request.body.decode()))
        query = {**request.query, **sent}
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = query.pop("access_token", bearer)
        if not self.knows(token):
            raise GraphRequestError(190, "Invalid OAuth access token.")
        if path == "debug_token":
            return self._debug_token(query.get("input_token", ""))
        if request.method == "POST" and "batch" in sent:
            return self._batch(sent["batch"], token)
        parts = path.split("/")
        if request.method == "POST":
            return self.write(parts, sent, token)
        if request.method == "DELETE":
            return self.erase(parts, token)
        return self.read(parts, query, token)

    def _batch(self, batch: str, token: str) -> list[JsonValue]:
        requests = as_objects(json.loads(batch))
        if len(requests) > _MOST_IN_A_BATCH:
            raise GraphRequestError(
                100, "Too many requests in batch message. Maximum is 50"
            )
        parts: list[JsonValue] = [self._part(request, token) for request in requests]
        if "lost" in self._switches:
            parts[-1] = None
        return parts

    def _part(self, request: JsonObject, token: str) -> JsonObject:
        address = urlsplit(as_text(request["relative_url"]))
        try:
            query = dict(parse_qsl(address.query))
            result = self.read(address.path.strip("/").split("/"), query, token)
        except GraphRequestError as refused:
            body = json.dumps({"error": refused.error})
            return {"code": refused.status, "body": body}
        return {"code": 200, "body": json.dumps(result, ensure_ascii=False)}

    def _debug_token(self, token: str) -> JsonObject:
        now = self.clock.now().timestamp()
        expires, data_ends = self._ends
        token_info: dict[str, JsonValue] = {
            "app_id": "500000000000001",
            "type": "SYSTEM_USER",
            "application": "Sandbox",
            "data_access_expires_at": data_ends,
            "expires_at": expires,
            "is_valid": self.knows(token) and not 0 < expires <= now,
            "scopes": sorted(self.scopes),
            "user_id": SYSTEM_USER,
        }
        return {"data": token_info}

    def _error_response(self, refused: GraphRequestError) -> ServerResponse:
        body = {"error": refused.error}
        return ServerResponse(refused.status, body, self._headers("v26.0"))

    def _headers(self, version: str) -> dict[str, str]:
        used = self._usage_headers(self._percent, self._regain)
        return {"facebook-api-version": version, **used}

    def _usage_headers(self, percent: int, minutes: int) -> dict[str, str]:
        figures = {
            "type": self.usage,
            "call_count": percent,
            "total_cputime": 1,
            "total_time": 1,
            "estimated_time_to_regain_access": minutes,
        }
        return {
            "x-business-use-case-usage": json.dumps({SYSTEM_USER: [figures]}),
            "x-app-usage": json.dumps(
                {"call_count": 1, "total_cputime": 0, "total_time": 0}
            ),
        }


def pick(
    field_list: str, kind: str, values: NodeValues, default: str = "id"
) -> JsonObject:
    """The requested fields of a node; None is left out, as Meta does.

    A value that is a function gets the Field with its arguments. GraphRequestError for
    an unknown field.
    """
    try:
        fields = parse(field_list or default)
    except ValueError as error:
        raise GraphRequestError(2500, str(error)) from None
    return within(fields, kind, values)


def within(fields: Sequence[Field], kind: str, values: NodeValues) -> JsonObject:
    """As `pick`, of fields that are nested in another."""
    result: dict[str, JsonValue] = {}
    for node_field in fields:
        if node_field.name not in values:
            raise GraphRequestError(
                100,
                f"(#100) Tried accessing nonexisting field ({node_field.name}) on node type "
                f"({kind})",
            )
        content = _content(values[node_field.name], node_field)
        if content is not None:
            result[node_field.name] = content
    if "id" in values:
        result["id"] = _content(values["id"], Field("id"))
    return result


def _content(value: NodeValue, node_field: Field) -> JsonValue:
    return value(node_field) if callable(value) else value


def missing(id_: str) -> GraphRequestError:
    """Meta's error for a node that does not exist or that the token may not see."""
    return GraphRequestError(
        100,
        f"Unsupported get request. Object with ID '{id_}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation.",
        33,
    )


def stamp(moment: datetime) -> str:
    """2026-11-20T04:00:00+0000: Meta writes whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def newest_first(posts: Sequence[SandboxPost]) -> list[SandboxPost]:
    return sorted(posts, key=_position, reverse=True)


def _between(post: SandboxPost, args: Mapping[str, str]) -> bool:
    since, until = args.get("since"), args.get("until")
    if not since and not until:
        return True
    at = int(post.at.timestamp())
    return (not since or at >= int(since)) and (not until or at <= int(until))


def _behind(posts: Sequence[SandboxPost], after: str) -> list[SandboxPost]:
    """The posts after a cursor, whether the cursor's own post still exists or not."""
    try:
        milliseconds, id_ = urlsafe_b64decode(after).decode().split(" ")
        position = (int(milliseconds), id_)
    except ValueError:
        raise GraphRequestError(100, "(#100) Invalid cursors values") from None
    rising = len(posts) > 1 and _position(posts[0]) < _position(posts[-1])
    return [
        post
        for post in posts
        if (_position(post) > position if rising else _position(post) < position)
    ]


def _cursor(post: SandboxPost) -> str:
    milliseconds, id_ = _position(post)
    return urlsafe_b64encode(f"{milliseconds} {id_}".encode()).decode()


def _position(post: SandboxPost) -> tuple[int, str]:
    return round(post.at.timestamp() * 1000), post.id


def _number(args: Mapping[str, str], name: str, default: int) -> int:
    text = args.get(name) or str(default)
    if not text.isdecimal():
        raise GraphRequestError(100, f"(#100) Param {name} must be an integer")
    return int(text)


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
