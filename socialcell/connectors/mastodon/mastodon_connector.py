"""Mastodon through Mastodon.py: the public timeline of a hashtag, oldest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

import mastodon
import requests
from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors import strict_json
from socialcell.connectors.base import (
    Batch,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Filtered,
    Item,
    Kind,
    Limits,
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Refresh,
    Tombstone,
)
from socialcell.connectors.http_sessions import set_up_session
from socialcell.connectors.json_values import moment, object_at
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.connectors.page_reading import (
    lookup_chunks,
    read_or_reject,
    repeated_page_error,
)
from socialcell.connectors.platform_errors import (
    own_trouble,
    rate_limited,
    request_refused,
    require_readable_answer,
    unreachable,
    unreadable_answer,
)
from socialcell.http import USER_AGENT, PoliteAdapter, epoch, header_count, retry_after
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text
from socialcell.message_catalog import Message
from socialcell.text import from_html, one_line, web_addresses

_PAGE = 40  # the most that a server gives at once
_LOOKUP = 20  # the most that it is asked for by their ids
_FIRST = timedelta(days=14)  # how far back a new source begins
_LATE = timedelta(hours=1)  # another server's posts may arrive late, under old ids
_AHEAD = timedelta(days=1)  # more than any server's clock is wrong
_WAIT = timedelta(minutes=5)  # Mastodon's own rate window
_LONGEST_REASON = 300
# What Mastodon.py raises: its own, and over an answer that is in no form it knows.
_FAILURES = (
    mastodon.MastodonError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
_PUBLIC = ("public", "unlisted")
# Mastodon's names of counts, and what they are in common.
_COUNTS = {
    "replies_count": "comments",
    "reblogs_count": "shares",
    "favourites_count": "reactions",
}


class MastodonSettings(BaseModel):
    """One hashtag, without its #; the server is that of config.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    hashtag: str = Field(pattern=r"^[^\s#/?&%]{1,100}$")


class Mastodon:
    """Upwards from what is stored: each page is complete, and so is its cursor.

    Cursor: `last`, the id to go on from; `covered`, the moment up to which all is read;
    `open`, whether a run broke off. A new run looks an hour back for late arrivals.
    """

    Settings: ClassVar[type[BaseModel]] = MastodonSettings
    platform: ClassVar[str] = "mastodon"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MENTIONS, Capability.POST_METRICS, Capability.RECHECK}
    )

    def __init__(self, settings: MastodonSettings, context: ConnectorContext) -> None:
        self._tag = settings.hashtag
        self._clock = context.clock
        server = context.config.connectors.mastodon
        self._adapter = PoliteAdapter(context.base_url(server.instance))
        session = set_up_session(requests.Session(), {server.instance: self._adapter})
        self._client = _MastodonClient(
            api_base_url=server.instance,
            access_token=context.secret(server.token.secret).get_secret_value(),
            session=session,
            ratelimit_method="throw",
            request_timeout=20,
            mastodon_version="4.5.0",
            version_check_mode="none",
            user_agent=USER_AGENT,
        )

    def check(self) -> ConnectorHealth:
        try:
            self._page(None, 1)
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(
            ok=True, message=f"The server answers; #{self._tag} can be read"
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        now = self._clock.now()
        state: JsonObject = cursor or {
            "last": id_at(now - _FIRST),
            "covered": (now - _FIRST).isoformat(),
            "open": True,
        }
        last, covered = as_text(state["last"]), as_text(state["covered"])
        since, above = datetime.fromisoformat(covered), last
        if not state["open"]:
            above = min(above, id_at(since - _LATE), key=int)
        while True:
            budget.take("calls")
            statuses = self._page(above, _PAGE)
            # A server may leave some out of a page: only an empty one is the last.
            is_last = not statuses
            if not is_last:
                last = above = _highest_id(statuses, above, now)
            yield Batch(
                items=_items(statuses),
                cursor={
                    "last": last,
                    "covered": now.isoformat() if is_last else covered,
                    "open": not is_last,
                },
                covered=(since, now) if is_last else None,
                cost={"calls": 1},
                limits=self._limits(),
            )
            if is_last or stop():
                return

    def refresh(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Figures of the statuses that are there; what the server leaves out is gone.

        The server must run Mastodon 4.3 or later: an older one has no such call.
        """
        for chunk in lookup_chunks(ids, _LOOKUP, stop):
            budget.take("calls")
            statuses = self._request_list(partial(self._client.statuses, chunk))
            yield Batch(
                _lookup_items(statuses, chunk),
                {},
                cost={"calls": 1},
                limits=self._limits(),
            )

    recheck = refresh

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        return _public_item(as_object(raw))

    def _page(self, above: str | None, most: int) -> Sequence[JsonValue]:
        return self._request_list(
            lambda: self._client.timeline_hashtag(self._tag, min_id=above, limit=most)
        )

    def _request_list(self, ask: Callable[[], Sized]) -> Sequence[JsonValue]:
        """A list as the server's own JSON; Mastodon.py's objects are not it."""
        self._adapter.last = None
        try:
            ask()
        except _FAILURES as error:
            raise _translate_error(
                error, self._adapter.last, self._clock.now()
            ) from None
        assert self._adapter.last is not None, "a timeline was answered"
        try:
            body: JsonValue = strict_json.parse_body(self._adapter.last.content)
        except ValueError as error:
            raise unreadable_answer("Mastodon", self._adapter.last, error) from None
        if not isinstance(body, list):
            raise ConnectorError(Kind.DRIFT, "mastodon.not_a_timeline")
        return body

    def _limits(self) -> Limits:
        headers = self._adapter.last.headers if self._adapter.last is not None else {}
        return Limits(
            remaining=header_count(headers.get("X-RateLimit-Remaining", "")),
            reset_at=_window_end(headers),
        )


class _MastodonClient(mastodon.Mastodon):
    def timeline_is_available(
        self, *_arguments: str | bool, **_options: str | bool
    ) -> bool:
        """Always True. Mastodon.py would query the server before each first page and
        ignore errors; the timeline itself answers with an error when it is closed."""
        return True


def id_at(time: datetime) -> str:
    """The lowest id that a status of that moment can have: milliseconds, 16 bits up."""
    return str(round(time.timestamp() * 1000) << 16)


def to_record(status: JsonObject) -> Record:
    """One status as a Record. ValueError, TypeError or KeyError when it is none.

    A content warning is kept as the title.
    """
    if not isinstance(status["content"], str):
        raise ValueError("a status whose content is no text")
    text = from_html(status["content"])
    account = object_at(status, "account")
    parent_id = status.get("in_reply_to_id")
    optional = OptionalFields()
    return Record(
        platform="mastodon",
        external_id=str(_id_number(status["id"])),
        text=text,
        title=from_html(as_text(status.get("spoiler_text") or "")) or None,
        raw=status,
        authored_at=moment(status["created_at"]),
        edited_at=moment(status["edited_at"]) if status.get("edited_at") else None,
        url=optional.text("url", status.get("url") or status.get("uri")),
        author=RecordAuthor(
            uid=str(account["id"]),
            handle=optional.text("author handle", account.get("acct")),
            name=optional.text("author name", account.get("display_name") or None),
            followers=optional.count("followers", account.get("followers_count")),
            posts=optional.count("posts", account.get("statuses_count")),
        ),
        language=optional.text("language", status.get("language")),
        relations=(RecordRelation("reply", str(parent_id)),) if parent_id else (),
        links=web_addresses(text),
        metrics=_metrics(status, optional),
        via="hashtag",
        fault=optional.fault,
    )


def _id_number(id_: JsonValue) -> int:
    if not isinstance(id_, str | int | float):
        raise TypeError("a status whose id is no number")
    return int(id_)


def _metrics(status: JsonObject, optional: OptionalFields) -> tuple[Metric, ...]:
    return tuple(
        Metric(name, optional.count(name, status.get(name)), common)
        for name, common in _COUNTS.items()
    )


def _lookup_items(statuses: Sequence[JsonValue], ids: Sequence[str]) -> list[Item]:
    """One item for each requested status. DRIFT when another one comes."""
    shown = {s.get("id"): s for s in statuses if isinstance(s, Mapping)}
    if unrequested := set(shown) - set(ids):
        raise ConnectorError(
            Kind.DRIFT, "mastodon.unrequested_statuses", n=len(unrequested)
        )
    return [
        Refresh("mastodon", id_, _metrics(shown[id_], OptionalFields()))
        if id_ in shown and shown[id_].get("visibility") in _PUBLIC
        else Tombstone("mastodon", id_, "hidden" if id_ in shown else "deleted")
        for id_ in ids
    ]


def _items(statuses: Sequence[JsonValue]) -> list[Item]:
    items = [
        read_or_reject(status, lambda raw: _public_item(as_object(raw)))
        for status in statuses
    ]
    require_readable_answer(items, "Mastodon")
    return items


def _public_item(status: JsonObject) -> Item:
    record, visibility = to_record(status), status.get("visibility")
    return record if visibility in _PUBLIC else Filtered(f"not public: {visibility}")


def _highest_id(statuses: Sequence[JsonValue], above: str, now: datetime) -> str:
    """The id to go on from. ConnectorError DRIFT when the page does not lead upward.

    An id of tomorrow is a mistake, and would hide all that is written until then.
    """
    latest = int(id_at(now + _AHEAD))
    raw_ids = [s.get("id") for s in statuses if isinstance(s, Mapping)]
    ids = [number for id_ in raw_ids if (number := _number(id_)) and number <= latest]
    if not ids or max(ids) <= int(above):
        raise repeated_page_error("Mastodon")
    return str(max(ids))


def _number(id_: JsonValue) -> int | None:
    """A status's id as a number; None when it is none."""
    if not isinstance(id_, str) or not id_.isascii() or not id_.isdigit():
        return None
    return int(id_) if len(id_) < 20 else None


def _window_end(headers: Mapping[str, str]) -> datetime | None:
    """When the window ends: an ISO time, or epoch seconds on kindred servers."""
    text = headers.get("X-RateLimit-Reset", "")
    try:
        return epoch(text) or moment(text)
    except (ValueError, OverflowError):
        return None


def _translate_error(
    error: Exception, answer: requests.Response | None, now: datetime
) -> ConnectorError:
    """Mastodon.py's failure as one of our kinds, in words for an operator.

    The answer decides: the library's own texts quote whole bodies and addresses.
    """
    if answer is None:
        return unreachable("Mastodon", error)
    status = answer.status_code
    if status == 429:
        until = retry_after(answer.headers, now) or _window_end(answer.headers)
        if until is None or until <= now:
            until = now + _WAIT
        return rate_limited("Mastodon", until)
    if status == 401:
        return ConnectorError(Kind.AUTH, "mastodon.token_revoked")
    if status in (403, 422):
        return ConnectorError(Kind.ACCESS, "mastodon.no_access", status=status)
    if status == 404:
        return ConnectorError(Kind.CONFIG, "mastodon.no_timeline")
    if status >= 500:
        return own_trouble("Mastodon", status, retry_after(answer.headers, now))
    if status == 200:
        return unreadable_answer("Mastodon", answer, type(error).__name__)
    reason = one_line(answer.reason or "", _LONGEST_REASON)
    return request_refused("Mastodon", status, reason or Message("platforms.no_reason"))
