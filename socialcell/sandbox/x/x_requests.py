"""Parameters of a request to X, read as X reads them, and X's error bodies."""

from collections.abc import Iterable
from datetime import datetime

from socialcell.json_types import JsonObject
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.x import x_json

PROBLEMS = "https://api.twitter.com/2/problems"
STEM = {"search": "b26v89c19zqg8o3f", "mentions": "7140dibdnow9c7bt"}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PROBLEM_HEADERS = {"content-type": "application/problem+json"}
POST_DIALECT = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    "retweet_count": "repost_count",
    "tweets": "posts",
}


class XRequestError(Exception):
    """A request that X refuses; `answer` is the response that it gets."""

    def __init__(self, answer: ServerResponse) -> None:
        super().__init__(answer.status)
        self.answer = answer


class XParameters:
    """The parameters of a request, under either spelling, read as X reads them."""

    def __init__(self, request: Request) -> None:
        self.query = request.query

    def get(self, name: str) -> str | None:
        return self.query.get(name)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.get(name) or str(default)
        if not text.isdigit() or not least <= int(text) <= most:
            raise XRequestError(self.invalid(name, f"The `{name}` query parameter value [{text}] is not between {least} and {most}"))  # fmt: skip
        return int(text)

    def id(self, name: str) -> int | None:
        text = self.get(name)
        if text is None:
            return None
        if not text.isdigit():
            raise XRequestError(self.invalid(name, f"The `{name}` query parameter value [{text}] is not valid"))  # fmt: skip
        return int(text)

    def time(self, name: str) -> datetime | None:
        text = self.get(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise XRequestError(self.invalid(name, f"The `{name}` query parameter value [{text}] is not a valid RFC 3339 date"))  # fmt: skip
        return moment

    def fields(self, kind: str) -> set[str]:
        allowed = {
            "tweet": x_json.TWEET_FIELDS,
            "user": x_json.USER_FIELDS,
            "place": x_json.PLACE_FIELDS,
        }[kind]
        old = {new: old for old, new in POST_DIALECT.items()}
        names = [f"{kind}.fields"] + (["post.fields"] if kind == "tweet" else [])
        fields = {
            old.get(field, field) if name == "post.fields" else field
            for name in names
            for field in (self.get(name) or "").split(",")
            if field
        }
        if unknown := sorted(fields - allowed):
            raise XRequestError(self.invalid(names[0], f"The `{names[0]}` query parameter value [{unknown[0]}] is not one of [{','.join(sorted(allowed))}]"))  # fmt: skip
        return fields

    def expansions(self) -> set[str]:
        text = (self.get("expansions") or "").replace("referenced_posts", "referenced_tweets")  # fmt: skip
        return {name for name in text.split(",") if name}

    def refuse_mixed_bounds(self) -> None:
        """Recent search takes bounds by id or by time, never both."""
        if (self.get("since_id") or self.get("until_id")) and (
            self.get("start_time") or self.get("end_time")
        ):
            raise XRequestError(self.invalid("since_id", "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'."))  # fmt: skip

    def within(self, posts: Iterable[SandboxPost]) -> list[SandboxPost]:
        """The posts within the bounds of the request."""
        since, until = self.id("since_id"), self.id("until_id")
        start, end = self.time("start_time"), self.time("end_time")
        return [
            post
            for post in posts
            if (since is None or int(post.id) > since)
            and (until is None or int(post.id) < until)
            and (start is None or post.at >= start)
            and (end is None or post.at < end)
        ]

    def position(self, token: str, kind: str, name: str) -> int:
        stem = STEM[kind]
        if not token.startswith(stem) or not token.isalnum():
            raise XRequestError(self.invalid(name, f"Invalid '{name}':[{token}]"))
        return int(token[len(stem) :], 36)

    def invalid(self, name: str, message: str) -> ServerResponse:
        error: JsonObject = {
            "parameters": {name: [self.get(name) or ""]},
            "message": message,
        }
        detail = "One or more parameters to your request was invalid."
        kind = f"{PROBLEMS}/invalid-request"
        body = _problem_body(400, kind, "Invalid Request", detail)
        return ServerResponse(400, {"errors": [error], **body}, _PROBLEM_HEADERS.copy())


def problem(
    status: int, kind: str, title: str, detail: str, **more: str
) -> ServerResponse:
    body = _problem_body(status, kind, title, detail, **more)
    return ServerResponse(status, body, _PROBLEM_HEADERS.copy())


def _problem_body(
    status: int, kind: str, title: str, detail: str, **more: str
) -> JsonObject:
    """The body of RFC 7807; X repeats the status where the kind says nothing."""
    body = {"title": title, "detail": detail, "type": kind, **more}
    return {**body, "status": status} if kind == "about:blank" else body


def missing(resource: str, parameter: str, value: str) -> JsonObject:
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}/resource-not-found",
    }


def rate(limit: int, remaining: int, reset: datetime) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(int(reset.timestamp())),
    }


def page_token(kind: str, number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return STEM[kind] + digits
