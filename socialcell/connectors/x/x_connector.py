"""X through tweepy: posts that mention an account, and posts that match a search."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Literal

import requests
import tweepy
from pydantic import BaseModel, ConfigDict, model_validator

from socialcell.connectors import strict_json
from socialcell.connectors.base import (
    Batch,
    Bucket,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Item,
    Kind,
    Limits,
    Refresh,
    Reject,
    Tombstone,
    Undecided,
)
from socialcell.connectors.http_sessions import set_up_session
from socialcell.connectors.page_reading import (
    lookup_chunks,
    read_or_reject,
    repeated_page_error,
    require_readable,
)
from socialcell.connectors.platform_errors import unreachable
from socialcell.connectors.x.x_lookup import (
    lookup_items,
    newer_versions,
    partial_lookup_items,
)
from socialcell.connectors.x.x_post import originals_of, to_record
from socialcell.connectors.x.x_window import OpenWindow, XCursor
from socialcell.errors import UnreadableValue
from socialcell.http import PoliteAdapter, epoch, header_count, retry_after
from socialcell.json_types import JsonObject, JsonValue, as_object
from socialcell.text import one_line

ORIGIN = "https://api.x.com"
TWEEPY_ORIGIN = "https://api.twitter.com"  # a literal inside tweepy
_PAGE = 100
_REACH = timedelta(days=6, hours=23)  # X answers for seven days; an hour of slack
_LATE = timedelta(minutes=1)
_LONGEST_REASON = 300
_LONGEST_QUERY = 512
# What tweepy raises: its own, requests', and over a refusal that is not in X's form.
FAILURES = (
    tweepy.TweepyException,
    requests.RequestException,
    AttributeError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)
_TIMELINE = 800  # the mentions timeline holds no more
# What x_post reads of a post beside its id and text.
TWEET_FIELDS = [
    "created_at",
    "lang",
    "public_metrics",
    "referenced_tweets",
    "conversation_id",
    "entities",
    "edit_history_tweet_ids",
    "note_tweet",
    "withheld",
]
_FIELDS: dict[str, list[str]] = {
    "tweet_fields": TWEET_FIELDS,
    "expansions": ["author_id"],
    "user_fields": ["username", "name", "public_metrics", "verified_type"],
}
# A lookup costs the same whatever is asked; the author comes as a number, unbilled.
_LOOKUP = [*TWEET_FIELDS, "author_id"]


class XSettings(BaseModel):
    """`mentions` of a user id, or `search` by a query of X's language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["mentions", "search"]
    user_id: str | None = None
    query: str | None = None

    @model_validator(mode="after")
    def _require_target(self) -> "XSettings":
        if self.kind == "mentions" and not (self.user_id and self.user_id.isdigit()):
            raise UnreadableValue("x.mentions_without_user_id")
        if self.kind == "search" and not self.query:
            raise UnreadableValue("x.search_without_query")
        if self.query and len(self.query) > _LONGEST_QUERY:
            raise UnreadableValue(
                "x.long_query", characters=len(self.query), limit=_LONGEST_QUERY
            )
        return self


@dataclass(frozen=True, slots=True)
class _PostPage:
    """An answer with posts: the posts, its `meta`, and the whole of it."""

    posts: Sequence[JsonValue]
    meta: JsonObject
    body: JsonObject


class X:
    """Newest first, read downwards in a window that closes on its last page.

    Cursor: an XCursor.
    """

    Settings: ClassVar[type[BaseModel]] = XSettings
    platform: ClassVar[str] = "x"
    buckets: ClassVar[tuple[Bucket, ...]] = (
        # What a post costs that somebody else wrote, since 6 February 2026. The cap is
        # ours: X has none before three million.
        Bucket("posts", "month", cap=20_000, price_micros=5_000),
    )
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MENTIONS, Capability.POST_METRICS, Capability.RECHECK}
    )

    def __init__(self, settings: XSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._clock = context.clock
        self._client = tweepy.Client(
            context.secret(
                context.config.connectors.x.bearer.secret
            ).get_secret_value(),
            return_type=requests.Response,
            wait_on_rate_limit=False,
        )
        self._adapter = PoliteAdapter(context.base_url(ORIGIN) or ORIGIN)
        set_up_session(self._client.session, {TWEEPY_ORIGIN: self._adapter})

    def check(self) -> ConnectorHealth:
        """Read one small page: the token works and may read what this source reads."""
        try:
            self._page({"max_results": 10 if self._search else 5})
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        what = "search" if self._search else "the mentions timeline"
        return ConnectorHealth(ok=True, message=f"X answers; {what} can be read")

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        state = XCursor.from_json(cursor)
        while True:
            window = state.open or OpenWindow.from_moment(self._clock.now())
            budget.take("posts", _PAGE)
            body, headers = self._page(_page_parameters(state.low, window))
            page = _post_page(body)
            before, window = window.bottom, window.narrowed(page.posts, page.meta)
            if page.posts and window.bottom == before:
                raise repeated_page_error("X")
            is_last = not page.meta.get("next_token")
            covered = self._covered(state, window) if is_last else None
            state = (
                XCursor(window.high or state.low, None, window.at)
                if is_last
                else XCursor(state.low, window, state.covered)
            )
            yield Batch(
                items=self._items(page),
                cursor=state.as_json(),
                covered=covered,
                cost={"posts": len(page.posts), "calls": 1},
                limits=_limits(headers),
            )
            if stop() or (is_last and not self._is_late(covered)):
                return

    def refresh(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Posts as they are now, and tombstones of those that are not there any more.

        An edited post is looked up by its newest version: X counts only there.
        """
        for chunk in lookup_chunks(ids, _PAGE, stop):
            body, limits = self._request_posts(chunk, budget)
            newer = newer_versions(body, chunk)
            items = dict(zip(chunk, lookup_items(body, chunk), strict=True))
            yield _lookup_batch(
                [items[id_] for id_ in chunk if id_ not in newer], body, limits
            )
            if newer:
                newest = list(dict.fromkeys(newer.values()))
                body, limits = self._request_posts(newest, budget)
                current = dict(
                    zip(newest, partial_lookup_items(body, newest), strict=True)
                )
                items = {id_: current[newer[id_]] for id_ in newer}
                edited = [_under_id(id_, item) for id_, item in items.items()]
                yield _lookup_batch(edited, body, limits)

    recheck = refresh

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        return to_record(as_object(raw), {}, via="remap")

    def _is_late(self, covered: tuple[datetime, datetime] | None) -> bool:
        """A window that an earlier run opened has closed: there is newer to read."""
        return bool(covered and self._clock.now() - covered[1] > _LATE)

    @property
    def _search(self) -> bool:
        return self._settings.kind == "search"

    def _covered(self, state: XCursor, window: OpenWindow) -> tuple[datetime, datetime]:
        """The span that the window's last page completes."""
        to = datetime.fromisoformat(window.at)
        start = to - _REACH
        oldest = datetime.fromisoformat(window.oldest) if window.oldest else None
        if state.low is not None and state.covered:
            start = datetime.fromisoformat(state.covered)
        elif not self._search and oldest:
            start = oldest
        if not self._search and window.n >= _TIMELINE and oldest:
            start = max(start, oldest)
        return start, to

    def _page(self, parameters: JsonObject) -> tuple[JsonValue, Mapping[str, str]]:
        if self._search:
            return self._request(
                lambda: self._client.search_recent_tweets(
                    self._settings.query, **parameters, **_FIELDS
                )
            )
        return self._request(
            lambda: self._client.get_users_mentions(
                self._settings.user_id, **parameters, **_FIELDS
            )
        )

    def _request_posts(
        self, ids: list[str], budget: Budget
    ) -> tuple[JsonValue, Limits]:
        budget.take("posts", len(ids))
        body, headers = self._request(
            partial(self._client.get_tweets, ids, tweet_fields=_LOOKUP)
        )
        return body, _limits(headers)

    def _request(
        self, ask: Callable[[], requests.Response]
    ) -> tuple[JsonValue, Mapping[str, str]]:
        """The JSON of an answer and its headers. ConnectorError for any other."""
        self._adapter.last = None
        try:
            response = ask()
        except FAILURES as error:
            raise translate_error(
                error, self._adapter.last, self._clock.now()
            ) from None
        try:
            return strict_json.parse_body(response.content), response.headers
        except ValueError as error:
            raise ConnectorError(
                Kind.DRIFT,
                "x.unreadable_content",
                reason=error,
                content_type=response.headers.get("content-type", "no content type"),
            ) from None

    def _items(self, page: _PostPage) -> list[Item]:
        users, originals = users_of(page.body), originals_of(page.body)
        via = "search" if self._search else "mention"
        items = [post_or_reject(post, users, via, originals) for post in page.posts]
        first = items[0] if items else None
        reason = first.reason if isinstance(first, Reject) else ""
        require_readable(items, "x.no_readable_post", reason=reason)
        return items


def _page_parameters(low: str | None, window: OpenWindow) -> dict[str, str | int]:
    """The parameters of a window's next page."""
    parameters: dict[str, str | int] = {"max_results": _PAGE}
    # X takes ids or times, not both; without either it answers for all it reaches.
    if low is not None:
        parameters["since_id"] = low
    if window.bottom is not None:
        parameters["until_id"] = window.bottom
    return parameters


def _post_page(body: JsonValue) -> _PostPage:
    """An answer as a page of posts. ConnectorError DRIFT when it is none."""
    meta = body.get("meta") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(meta, dict):
        raise ConnectorError(Kind.DRIFT, "x.answer_without_meta")
    posts = body.get("data", [])
    if not isinstance(posts, list):
        raise ConnectorError(Kind.DRIFT, "x.answer_without_list")
    return _PostPage(posts, meta, body)


def users_of(body: JsonObject) -> dict[str, JsonObject]:
    """The user objects of `includes`, by id; oddly shaped ones are passed over."""
    included = body.get("includes")
    users = included.get("users") if isinstance(included, dict) else None
    if not isinstance(users, list):
        return {}
    return {
        str(user["id"]): user
        for user in users
        if isinstance(user, dict) and "id" in user
    }


def post_or_reject(
    post: JsonValue,
    users: Mapping[str, JsonObject],
    via: str,
    originals: Mapping[str, JsonObject] | None = None,
) -> Item:
    return read_or_reject(
        post, lambda raw: to_record(as_object(raw), users, originals, via=via)
    )


def _lookup_batch(items: list[Item], body: JsonValue, limits: Limits) -> Batch:
    posts = body.get("data") if isinstance(body, dict) else None
    shown = len(posts) if isinstance(posts, list) else 0
    return Batch(items, {}, cost={"posts": shown, "calls": 1}, limits=limits)


def _under_id(id_: str, item: Item) -> Item:
    """The item of a post's newest version, under the id that is stored."""
    if isinstance(item, Refresh | Tombstone | Undecided):
        return replace(item, external_id=id_)
    return item


def _limits(headers: Mapping[str, str]) -> Limits:
    return Limits(
        remaining=header_count(headers.get("x-rate-limit-remaining", "")),
        reset_at=epoch(headers.get("x-rate-limit-reset", "")),
    )


def translate_error(
    error: Exception, answer: requests.Response | None, now: datetime
) -> ConnectorError:
    """tweepy's and requests' failures as one of our kinds, in words for an operator.

    The answer's status decides: over an odd body tweepy fails in its own ways.
    """
    if answer is None and isinstance(error, requests.exceptions.ContentDecodingError):
        return unreachable("X", error)
    if answer is None:
        return ConnectorError(
            Kind.TRANSIENT, "x.not_reached", reason=type(error).__name__
        )
    status, reason = answer.status_code, _reason(error, answer)
    if status == 429:
        return _rate_error(answer, reason, now)
    if status == 401:
        return ConnectorError(Kind.AUTH, "x.refused_token")
    if status == 403:
        return ConnectorError(Kind.ACCESS, "x.no_access", reason=reason)
    if status == 400:
        kind = Kind.CURSOR if "since_id" in reason else Kind.CONFIG
        return ConnectorError(kind, "x.refused_request", reason=reason)
    if status == 404:
        return ConnectorError(Kind.GONE, "x.no_such_object", reason=reason)
    return ConnectorError(
        Kind.TRANSIENT,
        "x.trouble",
        until=retry_after(answer.headers, now),
        reason=reason,
    )


def _reason(error: Exception, answer: requests.Response) -> str:
    """X's own words for a refusal, as far as tweepy could read them."""
    messages = error.api_messages if isinstance(error, tweepy.HTTPException) else []
    text = "; ".join(word for word in messages if isinstance(word, str))
    return one_line(text or answer.reason or "no reason given", _LONGEST_REASON)


def _rate_error(
    answer: requests.Response, reason: str, now: datetime
) -> ConnectorError:
    # A spent account answers 429 too; only its body differs, and its reset may be past.
    if b"usage-capped" in answer.content or b"UsageCap" in answer.content:
        return ConnectorError(Kind.QUOTA, "x.used_allowance", reason=reason)
    until = retry_after(answer.headers, now) or epoch(
        answer.headers.get("x-rate-limit-reset", "")
    )
    if until is None or until <= now:
        until = now + timedelta(minutes=15)
    return ConnectorError(Kind.RATE, "x.wait", until=until)
