"""News feeds, RSS and Atom: fetched politely by us, parsed by feedparser."""

import calendar
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import feedparser
import requests
from pydantic import BaseModel, ConfigDict, field_validator

from socialcell.connectors.base import (
    Batch,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Item,
    Kind,
    Record,
    RecordAuthor,
    Reject,
)
from socialcell.connectors.feeds.feed_limits import require_bounded
from socialcell.connectors.page_reading import require_readable
from socialcell.http import HttpAnswer, fetch, require_public_form, retry_after
from socialcell.json_types import (
    JsonObject,
    JsonValue,
    as_list,
    as_objects,
    as_text,
    as_whole,
)
from socialcell.text import from_html

_KNOWN_KEYS = 500  # entry keys kept to see what is new
_REFERENCE = re.compile(rb"&#(?:[xX](?P<hex>[0-9A-Fa-f]+)|(?P<decimal>[0-9]+));?")
_CODE_POINTS = 0x110000  # above every code point
# What feedparser raises over markup that it did not expect.
_PARSER_ERRORS = (
    AssertionError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
_TRACKING = ("utm_", "fbclid", "gclid")


class FeedSettings(BaseModel):
    """One feed by its own address."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str

    @field_validator("url")
    @classmethod
    def _public(cls, url: str) -> str:
        try:
            require_public_form(url)
        except requests.RequestException as error:
            raise ValueError(str(error)) from None
        return url


@dataclass(frozen=True, slots=True)
class _ParsedFeed:
    """A feed's title, and its entries as plain JSON."""

    title: str
    entries: Sequence[JsonObject]


class Feed:
    """Cursor: the feed's validators, the keys of entries seen, and `covered`."""

    Settings: ClassVar[type[BaseModel]] = FeedSettings
    platform: ClassVar[str] = "news"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.MENTIONS})

    def __init__(self, settings: FeedSettings, context: ConnectorContext) -> None:
        self._url = settings.url
        self._clock = context.clock
        self._base_urls = context.base_urls

    def check(self) -> ConnectorHealth:
        try:
            feed = self._parse(self._fetch({}))
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(
            ok=True, message=f"{feed.title}: {len(feed.entries)} entries"
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        state: JsonObject = {"etag": None, "modified": None, "seen": []}
        state = {**state, **(cursor or {})}
        now = self._clock.now()
        budget.take("calls", 1)
        answer = self._fetch(state)
        if answer.status == 304:
            yield Batch(
                (),
                {**state, "covered": now.isoformat()},
                covered=_span_since_cursor(cursor, now),
                cost={"calls": 1},
            )
            return
        entries = self._parse(answer).entries
        keys = [entry_key(entry) for entry in entries]
        known_keys = dict.fromkeys([*keys, *_texts(state["seen"])])
        yield Batch(
            items=self._items(entries, now),
            cursor={
                "etag": answer.headers.get("etag"),
                "modified": answer.headers.get("last-modified"),
                "seen": list(known_keys)[:_KNOWN_KEYS],
                "covered": now.isoformat(),
            },
            covered=_covered_span(cursor, keys, entries, now),
            cost={"calls": 1},
        )

    def _fetch(self, state: JsonObject) -> HttpAnswer:
        headers = {"Accept": "application/rss+xml, application/atom+xml, text/xml"}
        if etag := state.get("etag"):
            headers["If-None-Match"] = as_text(etag)
        if modified := state.get("modified"):
            headers["If-Modified-Since"] = as_text(modified)
        try:
            answer = fetch(self._url, headers=headers, base_urls=self._base_urls)
        except requests.RequestException as error:
            raise _fetch_error(error) from None
        return self._require_success(answer)

    def _require_success(self, answer: HttpAnswer) -> HttpAnswer:
        if answer.status in (200, 304):
            return answer
        if answer.status in (404, 410):
            raise ConnectorError(Kind.GONE, "feeds.gone", status=answer.status)
        if answer.status in (401, 403):
            raise ConnectorError(Kind.ACCESS, "feeds.no_access", status=answer.status)
        if answer.status == 429:
            until = retry_after(answer.headers, self._clock.now())
            raise ConnectorError(Kind.RATE, "feeds.wait", until=until)
        if answer.status >= 500:
            until = retry_after(answer.headers, self._clock.now())
            raise ConnectorError(
                Kind.TRANSIENT,
                "feeds.server_trouble",
                until=until,
                status=answer.status,
            )
        raise ConnectorError(Kind.CONFIG, "feeds.odd_status", status=answer.status)

    def _parse(self, answer: HttpAnswer) -> _ParsedFeed:
        require_bounded(answer.body, answer.headers.get("content-type", ""))
        try:
            feed = feedparser.parse(
                _without_invalid_references(answer.body),
                response_headers={
                    "content-type": answer.headers.get("content-type", ""),
                    "content-location": self._url,
                },
            )
        except _PARSER_ERRORS as error:
            raise ConnectorError(
                Kind.DRIFT, "feeds.unreadable_markup", reason=type(error).__name__
            ) from None
        if not feed.get("version") or (feed.bozo and not feed.entries):
            raise ConnectorError(Kind.DRIFT, "feeds.no_feed")
        return _ParsedFeed(
            feed.feed.get("title", "no title"),
            [plain_entry(entry) for entry in feed.entries],
        )

    def _items(self, entries: Sequence[JsonObject], now: datetime) -> list[Item]:
        paper = urlsplit(self._url).netloc
        items: list[Item] = []
        for entry in entries:
            try:
                items.append(to_record(entry, paper, now))
            except (ValueError, TypeError, KeyError, OverflowError) as error:
                items.append(Reject.unreadable(entry, error))
        require_readable(items, "feeds.no_readable_entry")
        return items


def to_record(entry: JsonObject, paper: str, now: datetime) -> Record:
    """One feed entry as a Record. An entry without a date is dated when first seen."""
    title = from_html(as_text(entry.get("title", "")))
    summary = from_html(_longest_text(entry))
    if not title and not summary:
        raise ValueError("an entry with neither title nor text")
    published = _moment(entry.get("published_parsed") or entry.get("updated_parsed"))
    link = as_text(entry.get("link") or "")
    byline = entry.get("author") or None
    return Record(
        platform="news",
        external_id=entry_key(entry),
        kind="article",
        text=summary or title,
        title=title or None,
        raw=entry,
        authored_at=published or now,
        url=canonical_url(link) if link else None,
        author=RecordAuthor(uid=paper, handle=paper, name=paper),
        links=(canonical_url(link),) if link else (),
        missing=(() if published else ("published",)) + (() if byline else ("author",)),
        via="feed",
    )


def entry_key(entry: JsonObject) -> str:
    """An entry's key: its guid, else its link, else a hash of its title and summary."""
    if entry.get("id"):
        return str(entry["id"])
    if link := entry.get("link"):
        return canonical_url(as_text(link))
    content = f"{entry.get('title', '')}\n{entry.get('summary', '')}"
    return "sha256:" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def canonical_url(url: str) -> str:
    """The same address without tracking parameters and fragment."""
    parts = urlsplit(url)
    parameters = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.lower().startswith(_TRACKING)
    ]
    return urlunsplit(
        (parts.scheme, parts.netloc, parts.path, urlencode(parameters), "")
    )


def plain_entry(entry: feedparser.FeedParserDict) -> JsonObject:
    """The entry as plain JSON: feedparser's own types do not survive storing."""
    document: JsonObject = json.loads(json.dumps(entry, default=list))
    return document


def _without_invalid_references(body: bytes) -> bytes:
    """The feed with U+FFFD for references to what is no character (&#xD800;)."""
    return _REFERENCE.sub(_valid_reference, body)


def _valid_reference(match: re.Match[bytes]) -> bytes:
    digits = match["hex"] or match["decimal"]
    code = int(digits, 16 if match["hex"] else 10) if len(digits) <= 8 else _CODE_POINTS
    is_character = 0 < code < _CODE_POINTS and not 0xD800 <= code <= 0xDFFF
    return match[0] if is_character else b"&#xFFFD;"


def _longest_text(entry: JsonObject) -> str:
    contents = [part.get("value", "") for part in as_objects(entry.get("content", []))]
    return max(_texts([entry.get("summary", ""), *contents]), key=len)


def _texts(listing: JsonValue) -> list[str]:
    return [as_text(text) for text in as_list(listing)]


def _moment(parsed: JsonValue) -> datetime | None:
    """The moment of feedparser's struct_time, which JSON holds as a list."""
    if not parsed:
        return None
    parts = tuple(as_whole(part) for part in as_list(parsed))
    return datetime.fromtimestamp(calendar.timegm(parts), UTC)


def _span_since_cursor(
    cursor: JsonObject | None, now: datetime
) -> tuple[datetime, datetime] | None:
    since = (cursor or {}).get("covered")
    return (datetime.fromisoformat(as_text(since)), now) if since else None


def _covered_span(
    cursor: JsonObject | None,
    keys: Sequence[str],
    entries: Sequence[JsonObject],
    now: datetime,
) -> tuple[datetime, datetime] | None:
    """Complete since the last pull if an entry of then is still here, else since the
    oldest entry that the feed still shows."""
    since = _span_since_cursor(cursor, now)
    known_keys = set(_texts((cursor or {}).get("seen", [])))
    if since and (not known_keys or known_keys & set(keys)):
        return (since[0], now)
    times = [
        moment
        for entry in entries
        if (moment := _moment(entry.get("published_parsed"))) and moment <= now
    ]
    return (min(times), now) if times else since


def _fetch_error(error: requests.RequestException) -> ConnectorError:
    if isinstance(error, requests.exceptions.InvalidURL):
        return ConnectorError(Kind.CONFIG, "feeds.refused_address", reason=str(error))
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return ConnectorError(Kind.DRIFT, "feeds.flood", reason=str(error))
    name = type(error).__name__
    if name == "InvalidIPAddress":
        return ConnectorError(Kind.CONFIG, "feeds.private_address")
    return ConnectorError(Kind.TRANSIENT, "feeds.not_reached", reason=name)
