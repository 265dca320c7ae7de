"""X in the city's own name, through tweepy: every call is signed for the account."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from html import unescape
from typing import ClassVar

import requests
import tweepy

from socialcell.connectors import strict_json
from socialcell.connectors.base import (
    Bucket,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Kind,
)
from socialcell.connectors.http_sessions import set_up_session
from socialcell.connectors.publisher import (
    SLACK,
    PostReference,
    Publisher,
    TimelinePost,
    UnconfirmedCall,
    posts_with_text,
    require_id,
    require_settings,
    run_delete,
    run_write,
)
from socialcell.connectors.text_lengths import has_address
from socialcell.connectors.x.x_connector import (
    FAILURES,
    ORIGIN,
    TWEEPY_ORIGIN,
    translate_error,
)
from socialcell.http import PoliteAdapter
from socialcell.json_types import JsonObject, JsonValue

_PAGE = 100


class XPublisher(Publisher):
    """One account, whose four keys have the right to read and write."""

    platform: ClassVar[str] = "x"
    # docs.x.com/x-api/getting-started/pricing, November 2026: a post costs $0.015, one
    # with an address $0.20, a deletion $0.01.
    buckets: ClassVar[tuple[Bucket, ...]] = (
        Bucket("writes", "month", price_micros=15_000),
        Bucket("writes_with_link", "month", price_micros=200_000),
        Bucket("deletions", "month", price_micros=10_000),
    )

    def __init__(self, context: ConnectorContext) -> None:
        super().__init__(context)
        settings = require_settings(context.config.publishing.x, self.platform)
        self._user = settings.user_id
        keys = (
            settings.consumer_key,
            settings.consumer_secret,
            settings.access_token,
            settings.access_secret,
        )
        values = [context.secret(key.secret).get_secret_value() for key in keys]
        self._client = tweepy.Client(
            None, *values, return_type=requests.Response, wait_on_rate_limit=False
        )
        self._adapter = PoliteAdapter(context.base_url(ORIGIN) or ORIGIN)
        self._client.session = set_up_session(_Session(), {ORIGIN: self._adapter})

    def check(self) -> ConnectorHealth:
        """Ask X which account the keys are of; a header says whether they may write."""
        try:
            body, headers = self._request(self._client.get_me)
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        user_id = _data(body).get("id")
        if user_id != self._user:
            return ConnectorHealth(
                False,
                f"The keys are those of account {user_id}, not of {self._user}: "
                "publishing.x.user_id and its secrets must be of one account",
                kind=Kind.CONFIG,
            )
        if "write" not in headers.get("x-access-level", "read-write"):
            return ConnectorHealth(
                False,
                "The keys may only read: give the app Read and write in X's developer "
                "console, then make the access token and its secret anew",
                kind=Kind.ACCESS,
            )
        return ConnectorHealth(True, "X answers; the account's keys may write")

    def bucket(self, words: str) -> str:
        return "writes_with_link" if has_address(words) else "writes"

    def post(self, words: str, media: str | None, key: str | None) -> PostReference:
        return self._write({"text": words})

    def reply(self, to: str, words: str, key: str | None) -> PostReference:
        return self._write({"text": words, "in_reply_to_tweet_id": to})

    def delete(self, id_: str) -> None:
        run_delete(lambda: self._request(lambda: self._client.delete_tweet(id_)))

    def find(
        self, words: str, key: str | None, since: datetime, to: str | None
    ) -> Sequence[PostReference]:
        """The newest of the account's timeline, with addresses in full."""
        start = (since - SLACK).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        body, _ = self._request(
            lambda: self._client.get_users_tweets(
                self._user,
                start_time=start,
                max_results=_PAGE,
                tweet_fields=["created_at", "entities", "referenced_tweets"],
                user_auth=True,
            )
        )
        posts = body.get("data", []) if isinstance(body, dict) else None
        if not isinstance(posts, list):
            raise ConnectorError(Kind.DRIFT, "x.timeline_without_list")
        own = [
            self._timeline_post(post)
            for post in posts
            if isinstance(post, dict) and _parent_id(post) == to
        ]
        return posts_with_text(words, own)

    def _write(self, parameters: dict[str, str]) -> PostReference:
        def create() -> tuple[JsonValue, Mapping[str, str]]:
            return self._request(lambda: self._client.create_tweet(**parameters))

        try:
            body, _ = run_write(create)
        except ConnectorError as error:
            if error.kind is Kind.ACCESS and "duplicate" in str(error).lower():
                # It says the same already: perhaps from a call of ours that was lost.
                raise UnconfirmedCall.from_message(Kind.ACCESS, error.message) from None
            raise
        return self._reference(require_id(_data(body)))

    def _timeline_post(self, post: JsonObject) -> TimelinePost:
        return TimelinePost(self._reference(require_id(post)), _full_text(post))

    def _post_url(self, id_: str) -> str:
        return f"https://x.com/i/status/{id_}"

    def _request(
        self, ask: Callable[[], requests.Response]
    ) -> tuple[JsonValue, Mapping[str, str]]:
        self._adapter.last = None
        try:
            response = ask()
            return strict_json.parse_body(response.content), response.headers
        except FAILURES as error:
            answer = self._adapter.last
            if answer is not None and answer.status_code < 300:
                raise ConnectorError(
                    Kind.DRIFT, "x.unreadable_answer", reason=error
                ) from None
            raise _publishing_error(
                translate_error(error, answer, self._clock.now())
            ) from None


class _Session(requests.Session):
    """tweepy writes another host into every address; the signature must be of the real
    one."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        request.url = str(request.url).replace(TWEEPY_ORIGIN, ORIGIN, 1)
        return super().prepare_request(request)


def _publishing_error(error: ConnectorError) -> ConnectorError:
    if error.kind is not Kind.AUTH:
        return error
    return ConnectorError(Kind.AUTH, "x.refused_keys")


def _data(body: JsonValue) -> JsonObject:
    content = body.get("data") if isinstance(body, dict) else None
    return content if isinstance(content, dict) else {}


def _parent_id(post: JsonObject) -> str | None:
    """The id of the post that this one answers."""
    references = post.get("referenced_tweets") or post.get("referenced_posts")
    for reference in references if isinstance(references, list) else ():
        if isinstance(reference, dict) and reference.get("type") == "replied_to":
            return str(reference.get("id"))
    return None


def _full_text(post: JsonObject) -> str:
    """A post's text with its addresses as they lead, not as X shortens them."""
    words = unescape(str(post.get("text", "")))
    entities = post.get("entities")
    urls = entities.get("urls") if isinstance(entities, dict) else None
    for url in urls if isinstance(urls, list) else ():
        if isinstance(url, dict) and url.get("url") and url.get("expanded_url"):
            words = words.replace(str(url["url"]), str(url["expanded_url"]))
    return words
