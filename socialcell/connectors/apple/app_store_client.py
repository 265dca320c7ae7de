"""App Store Connect's API: signed requests, lists, and the files of reports."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import requests

from socialcell.clock import SystemClock
from socialcell.connectors import strict_json
from socialcell.connectors.apple.apple_token import sign_token
from socialcell.connectors.base import Budget, ConnectorContext, ConnectorError, Kind
from socialcell.connectors.http_sessions import open_session
from socialcell.connectors.page_reading import repeated_page_error
from socialcell.connectors.platform_errors import (
    no_list,
    not_an_object,
    own_trouble,
    rate_limited,
    request_refused,
    unknown_object,
    unreachable,
    unreadable_answer,
)
from socialcell.http import BODY_CAP, USER_AGENT, fetch, retry_after
from socialcell.json_types import JsonObject, JsonValue, as_object, as_objects
from socialcell.text import one_line

ORIGIN = "https://api.appstoreconnect.apple.com"
SECRET = "app_store_key"
_HOUR = timedelta(hours=1)  # Apple counts calls by the hour
TITLE = "App Store Connect"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a report: its address, its size in bytes, and the MD5 of its bytes."""

    url: str
    checksum: str
    size: int


class AppStoreClient:
    """One run's client. Every failure is a ConnectorError; no request is retried."""

    def __init__(self, context: ConnectorContext, key_id: str, issuer: str) -> None:
        self._clock = context.clock
        self._base_urls = context.base_urls
        # Apple compares a token with the real time.
        key = context.secret(SECRET).get_secret_value()
        self._token = sign_token(key, key_id, issuer, SystemClock().now())
        self._session = open_session(context.base_url, ORIGIN)
        self._spent = 0

    def cost(self) -> dict[str, int]:
        """Calls since this was last called."""
        spent, self._spent = self._spent, 0
        return {"calls": spent} if spent else {}

    def rows(
        self, path: str, parameters: Mapping[str, str], budget: Budget
    ) -> Iterator[JsonObject]:
        """Everything that a list holds, page by page."""
        query = dict(parameters)
        read_links: set[str] = set()
        while True:
            body = self._ask("GET", path, query, None, budget)
            yield from _listed_rows(body)
            following = as_object(body.get("links") or {}).get("next")
            if not following:
                return
            if not isinstance(following, str) or following in read_links:
                raise repeated_page_error(TITLE)
            read_links.add(following)
            # Its address is not followed: only its query is used.
            query = dict(parse_qsl(urlsplit(following).query))

    def create(self, path: str, body: JsonObject, budget: Budget) -> None:
        """Make something that reports come from."""
        self._ask("POST", path, {}, body, budget)

    def download_segment(self, segment: Segment, budget: Budget) -> bytes:
        """The bytes of a segment, as its checksum says they are.

        Its address carries its own signature: our token must not be sent there.
        """
        budget.take("calls")
        self._spent += 1
        try:
            answer = fetch(segment.url, base_urls=self._base_urls, cap=BODY_CAP)
        except requests.RequestException as error:
            raise ConnectorError(
                Kind.TRANSIENT,
                "apple.file_unreachable",
                reason=type(error).__name__,
            ) from None
        if answer.status != 200:
            raise ConnectorError(
                Kind.TRANSIENT, "apple.file_refused", status=answer.status
            )
        digest = hashlib.md5(answer.body, usedforsecurity=False).hexdigest()
        if len(answer.body) != segment.size or digest != segment.checksum.lower():
            raise ConnectorError(Kind.TRANSIENT, "apple.damaged_file")
        return answer.body

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: JsonObject | None,
        budget: Budget,
    ) -> JsonObject:
        budget.take("calls")
        self._spent += 1
        try:
            answer = self._session.request(
                method,
                ORIGIN + path,
                params=dict(query),
                json=body,
                headers={
                    "authorization": f"Bearer {self._token}",
                    "user-agent": USER_AGENT,
                },
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise unreachable(TITLE, error) from None
        if answer.status_code not in (200, 201):
            raise answer_error(answer, self._clock.now())
        try:
            document: JsonValue = strict_json.parse_body(answer.content)
        except ValueError as error:
            raise unreadable_answer(TITLE, answer, error) from None
        if not isinstance(document, Mapping):
            raise not_an_object(TITLE)
        return document


def _listed_rows(body: JsonObject) -> list[JsonObject]:
    try:
        return as_objects(body.get("data"))
    except TypeError:
        raise no_list(TITLE, "data") from None


def answer_error(answer: requests.Response, now: datetime) -> ConnectorError:
    """A refusal as one of our kinds, in words for an operator."""
    status, reason = answer.status_code, _reason(answer)
    if status == 401:
        return ConnectorError(Kind.AUTH, "apple.key_refused", reason=reason)
    if status == 403:
        return ConnectorError(Kind.ACCESS, "apple.key_without_right", reason=reason)
    if status == 429:
        return rate_limited(TITLE, retry_after(answer.headers, now) or now + _HOUR)
    if status == 404:
        return unknown_object(TITLE, reason)
    if status >= 500:
        return own_trouble(TITLE, status)
    return request_refused(TITLE, status, reason)


def _reason(answer: requests.Response) -> str:
    try:
        body: JsonValue = strict_json.parse_body(answer.content)
    except ValueError:
        body = None
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, Mapping):
        return str(answer.status_code)
    return one_line(str(first.get("code") or first.get("title") or ""), 120)
