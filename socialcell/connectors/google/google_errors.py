"""A refusal of Google as one of our kinds of failure, in words for an operator."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests

from socialcell.clock import as_utc
from socialcell.connectors import strict_json
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.google.google_api import GoogleApi
from socialcell.connectors.platform_errors import (
    no_access,
    own_trouble,
    rate_limited,
    request_refused,
    unknown_object,
)
from socialcell.http import retry_after
from socialcell.json_types import JsonObject, JsonValue
from socialcell.message_catalog import Message, Parameter
from socialcell.text import one_line

PACIFIC = ZoneInfo("America/Los_Angeles")  # Google's days begin here
_WAIT = timedelta(minutes=15)  # where Google does not say how long
_LONGEST_REASON = 300
_GONE = frozenset(
    {"channelNotFound", "commentsDisabled", "playlistNotFound", "videoNotFound"}
)
_SPENT = frozenset({"dailyLimitExceeded", "quotaExceeded"})
_BUSY = frozenset({"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"})
_BAD_KEY = frozenset({"API_KEY_EXPIRED", "API_KEY_INVALID", "keyExpired", "keyInvalid"})


def next_midnight(now: datetime) -> datetime:
    """When Google's day ends: the next midnight Pacific time, in UTC."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return as_utc(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC))


def answer_error(
    api: GoogleApi, answer: requests.Response, now: datetime
) -> ConnectorError:
    """A refusal as one of our kinds, in words for an operator.

    The reasons decide, and then the status: 403 stands for a spent allowance, a short
    wait, a missing permission and a video whose comments are closed.
    """
    status, reasons, reason = answer.status_code, _reasons(answer), _reason_text(answer)
    retry_at = retry_after(answer.headers, now)
    if reasons & _GONE:
        return unknown_object(api.title, reason)
    if reasons & _BUSY or (status == 429 and not reasons & _SPENT):
        return rate_limited(api.title, retry_at or now + _WAIT)
    if reasons & _SPENT:
        return _spent_error(api, reason, retry_at, now)
    if reasons & _BAD_KEY or status == 401:
        return ConnectorError(
            Kind.AUTH,
            "google.credential_refused",
            platform=api.title,
            remedy=api.remedy,
        )
    if status == 403:
        return no_access(api.title, reason)
    if status in (404, 410):
        return unknown_object(api.title, reason)
    if status >= 500:
        return own_trouble(api.title, status, retry_at)
    return request_refused(api.title, status, reason)


def _spent_error(
    api: GoogleApi, reason: Parameter, retry_at: datetime | None, now: datetime
) -> ConnectorError:
    if api.pause is not None:
        return ConnectorError(
            Kind.RATE,
            "google.enough_for_the_moment",
            until=retry_at or now + api.pause,
            platform=api.title,
            reason=reason,
        )
    return ConnectorError(
        Kind.QUOTA,
        "google.allowance_spent",
        until=next_midnight(now),
        platform=api.title,
        reason=reason,
    )


def _error(answer: requests.Response) -> JsonObject:
    try:
        body = strict_json.parse_body(answer.content)
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, Mapping) else {}


def _reasons(answer: requests.Response) -> frozenset[str]:
    """All reasons that a refusal gives: in `errors`, and in the newer `details`."""
    error = _error(answer)
    listed = [*_dicts(error.get("errors")), *_dicts(error.get("details"))]
    return frozenset(
        reason for entry in listed if isinstance(reason := entry.get("reason"), str)
    )


def _reason_text(answer: requests.Response) -> Parameter:
    """Google's own words and reasons for a refusal, on one line."""
    message = _error(answer).get("message")
    words = message if isinstance(message, str) else answer.reason
    why = ", ".join(sorted(_reasons(answer)))
    if not words and not why:
        return Message("platforms.no_reason")
    return one_line(
        f"{words} ({why})" if words and why else words or why, _LONGEST_REASON
    )


def _dicts(listing: JsonValue) -> Iterable[JsonObject]:
    if not isinstance(listing, list):
        return ()
    return (entry for entry in listing if isinstance(entry, Mapping))
