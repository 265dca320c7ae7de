"""Writing on X's sandbox: signed with OAuth 1.0a by the account, visible at once."""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, unquote

from socialcell.json_types import JsonObject, as_object, as_text
from socialcell.sandbox.post import SandboxPost, ShortLink
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.x import x_json, x_text
from socialcell.sandbox.x.x_requests import PROBLEMS, XRequestError, problem
from socialcell.sandbox.x.x_world import XWorld

ORIGIN = "https://api.x.com"
KEYS = ("x_consumer_key", "x_consumer_secret", "x_access_token", "x_access_secret")
_ADDRESS = re.compile(r"https?://\S+[^\s.,;:!?)]")
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


def is_signed(request: Request, keys: Mapping[str, str]) -> bool:
    """Whether the account signed the request: RFC 5849, HMAC-SHA1, the four keys."""
    kind, _, rest = request.headers.get("authorization", "").partition(" ")
    parameters = {name: unquote(value) for name, value in _PARAMETER.findall(rest)}
    signature = parameters.pop("oauth_signature", "")
    if (
        kind != "OAuth"
        or parameters.get("oauth_consumer_key") != keys["x_consumer_key"]
        or parameters.get("oauth_token") != keys["x_access_token"]
    ):
        return False
    pairs = sorted(
        (_percent_encode(k), _percent_encode(v))
        for k, v in (*parameters.items(), *request.pairs)
    )
    base = "&".join(
        (
            request.method,
            _percent_encode(ORIGIN + request.path),
            _percent_encode("&".join(f"{name}={value}" for name, value in pairs)),
        )
    )
    key = f"{_percent_encode(keys['x_consumer_secret'])}&{_percent_encode(keys['x_access_secret'])}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(b64encode(digest).decode(), signature)


def is_account_request(request: Request) -> bool:
    """Whether only the account itself may send this request."""
    return request.method != "GET" or request.path == "/2/users/me"


def respond_to_account(
    world: XWorld, now: datetime, request: Request
) -> ServerResponse:
    """The account's own profile, or a post created or deleted.

    XRequestError when X would refuse it.
    """
    city = world.city.people.city
    match = re.fullmatch(r"/2/tweets(?:/(\d+))?", request.path)
    if request.path == "/2/users/me":
        account = {"id": x_json.user_id(city), "username": city.handle}
        return ServerResponse(200, {"data": account}, {"x-access-level": "read-write"})
    if match and request.method == "POST" and match[1] is None:
        new_post = _create_post(world, now, json.loads(request.body))
        return ServerResponse(
            201,
            {"data": {"id": new_post.id, "text": x_text.escape_text(new_post.text)}},
        )
    if match and request.method == "DELETE" and match[1]:
        if (post := world.post(match[1], now)) is None:
            return problem(404, f"{PROBLEMS}/resource-not-found", "Not Found Error", "Could not find tweet")  # fmt: skip
        if post.author is not city:
            return _forbidden("You may not delete this Tweet.")
        world.remove(post.id, now)
        return ServerResponse(200, {"data": {"deleted": True}})
    return problem(404, "about:blank", "Not Found", "Not Found")


def _create_post(world: XWorld, now: datetime, document: JsonObject) -> SandboxPost:
    text, city = str(document.get("text") or ""), world.city.people.city
    if not text or x_text.is_too_long(text):
        raise XRequestError(problem(400, "about:blank", "Invalid Request", "The text is missing or too long."))  # fmt: skip
    short_text, links = shorten_links(text)
    target = as_object(document.get("reply") or {}).get("in_reply_to_tweet_id")
    to = None if target is None else as_text(target)
    if to is not None and world.post(to, now) is None:
        raise XRequestError(_forbidden("You attempted to reply to a Tweet that is deleted or not visible to you."))  # fmt: skip
    newest = world.timeline(city, now)[:50]
    if any(earlier.text == short_text and earlier.reply_to == to for earlier in newest):
        raise XRequestError(_forbidden("You are not allowed to create a Tweet with duplicate content."))  # fmt: skip
    return world.publish_as(short_text, now, city, links, to)


def _forbidden(detail: str) -> ServerResponse:
    return problem(403, "about:blank", "Forbidden", detail)


def shorten_links(text: str) -> tuple[str, tuple[ShortLink, ...]]:
    """The text with its addresses replaced by t.co links, and these links."""
    links: list[ShortLink] = []

    def short(match: re.Match[str]) -> str:
        digest = hashlib.sha256(f"{match[0]}{len(links)}".encode()).hexdigest()
        links.append(ShortLink(f"https://t.co/{digest[:10]}", match[0]))
        return links[-1].short

    return _ADDRESS.sub(short, text), tuple(links)


def _percent_encode(text: str) -> str:
    return quote(text, safe="~-._")
