"""praw as we use it: it neither sleeps nor retries, and raises our kinds of error."""

import configparser
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import praw
import prawcore
import requests
from praw.config import Config as PrawConfig

from socialcell.clock import Clock
from socialcell.connectors import strict_json
from socialcell.connectors.base import ConnectorError, Kind, Limits, TokenRevoked
from socialcell.connectors.http_sessions import open_session
from socialcell.connectors.platform_errors import (
    no_access,
    own_trouble,
    rate_limited,
    request_refused,
    unreachable,
    unreadable_answer,
)
from socialcell.http import header_count, retry_after
from socialcell.message_catalog import Message, Parameter
from socialcell.text import one_line

API = "https://oauth.reddit.com"
WWW = "https://www.reddit.com"
_TOKEN_PATH = "/api/v1/access_token"
_LONGEST_REASON = 300
_WAIT = timedelta(minutes=10)  # Reddit's own rate window
_LONGEST_WINDOW = 86_400  # seconds: what is more was not meant for us


def log_in(
    client_id: str,
    secret: str,
    agent: str,
    clock: Clock,
    base_url: Callable[[str], str | None],
) -> "RedditClient":
    """A client with a fresh access token: one call, to the token address."""
    session = open_session(base_url, API, WWW)
    client = _read_only_client(client_id, secret, agent, session, clock)
    try:
        client.reddit.auth.scopes()
    except prawcore.OAuthException as error:
        raise ConnectorError(
            Kind.AUTH, "reddit.app_refused", reason=str(error.error)
        ) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ConnectorError(Kind.DRIFT, "reddit.no_token") from None
    return client


class _Requestor(prawcore.Requestor):
    """Raises our errors before prawcore would sleep and retry.

    prawcore also paces itself by the rate headers, in memory and by sleeping; they are
    stored in `last_answer` and removed from the answer.
    """

    def __init__(
        self, *, clock: Clock, last_answer: "_LastAnswer", **options: Any
    ) -> None:
        super().__init__(**options)
        self._clock, self._last_answer = clock, last_answer

    def request(
        self, *arguments: Any, timeout: float | None = None, **options: Any
    ) -> requests.Response:
        try:
            response = super().request(*arguments, timeout=timeout, **options)
        except prawcore.RequestException as error:
            raise unreachable("Reddit", error.original_exception) from None
        now = self._clock.now()
        limits = self._last_answer.limits = _limits(response.headers, now)
        if response.status_code == 200:
            return _require_json(response)
        url = str(arguments[1]) if len(arguments) > 1 else str(options.get("url"))
        if response.status_code == 401 and _TOKEN_PATH not in url:
            raise TokenRevoked(
                "platforms.token_revoked_at_once",
                platform="Reddit",
                remedy=Message("reddit.check_app"),
            )
        raise _answer_error(response, limits, now)


@dataclass
class _LastAnswer:
    """The allowance in the last answer's headers."""

    limits: Limits | None = None


@dataclass(frozen=True)
class RedditClient:
    """praw, and the allowance in Reddit's last answer."""

    reddit: praw.Reddit
    last_answer: _LastAnswer


def _read_only_client(
    client_id: str, secret: str, agent: str, session: requests.Session, clock: Clock
) -> RedditClient:
    """A read-only client of which nothing is left to praw.ini or the environment.

    praw reads praw.ini from the working folder, where a planted file could send the
    secret elsewhere. An empty configuration is put in its place, and each setting
    given; one that is forgotten is a KeyError.
    """
    PrawConfig.CONFIG = configparser.ConfigParser(interpolation=None)
    last_answer = _LastAnswer()
    reddit = praw.Reddit(
        "DEFAULT",
        requestor_class=_Requestor,
        requestor_kwargs={
            "session": session,
            "clock": clock,
            "last_answer": last_answer,
        },
        client_id=client_id,
        client_secret=secret,
        user_agent=agent,
        username=None,
        password=None,
        refresh_token=None,
        redirect_uri=None,
        oauth_url=API,
        reddit_url=WWW,
        short_url="https://redd.it",
        timeout=30,
        ratelimit_seconds=0,
        window_size=600,
        check_for_updates=False,
        check_for_async=False,
        comment_kind="t1",
        message_kind="t4",
        redditor_kind="t2",
        submission_kind="t3",
        subreddit_kind="t5",
        trophy_kind="t6",
    )
    return RedditClient(reddit, last_answer)


def _require_json(response: requests.Response) -> requests.Response:
    """The answer, which is JSON: prawcore fails in its own ways over invalid JSON."""
    try:
        strict_json.parse_body(response.content)
    except ValueError as error:
        raise unreadable_answer("Reddit", response, error) from None
    return response


def _limits(headers: MutableMapping[str, str], now: datetime) -> Limits:
    """Read the rate headers and take them off the answer."""
    remaining = headers.pop("x-ratelimit-remaining", "")
    reset = headers.pop("x-ratelimit-reset", "")
    headers.pop("x-ratelimit-used", None)
    seconds = header_count(reset)
    in_time = seconds is not None and seconds <= _LONGEST_WINDOW
    return Limits(
        remaining=header_count(remaining.partition(".")[0]),  # "99.0"
        reset_at=now + timedelta(seconds=seconds or 0) if in_time else None,
    )


def _answer_error(
    response: requests.Response, limits: Limits, now: datetime
) -> ConnectorError:
    """A status other than 200 as one of our kinds, in words for an operator."""
    status = response.status_code
    reason = _reason(response)
    if status == 429:
        retry_at = retry_after(response.headers, now) or limits.reset_at
        return rate_limited("Reddit", retry_at or now + _WAIT)
    if status >= 500:
        return own_trouble("Reddit", status, retry_after(response.headers, now))
    if status == 401:
        return ConnectorError(Kind.AUTH, "reddit.wrong_app_secret")
    if status in (403, 451):
        return no_access("Reddit", reason)
    if status in (404, 410):
        return ConnectorError(Kind.GONE, "reddit.subreddit_gone", reason=reason)
    if status in (301, 302):
        return ConnectorError(Kind.CONFIG, "reddit.no_subreddit")
    return request_refused("Reddit", status, reason)


def _reason(response: requests.Response) -> Parameter:
    """Reddit's own word for a refusal: private, banned, quarantined."""
    try:
        body = strict_json.parse_body(response.content)
    except ValueError:
        return Message("platforms.page_for_people")
    reason = (
        body.get("reason") or body.get("message") if isinstance(body, dict) else None
    )
    if not reason:
        return Message("platforms.no_reason")
    return one_line(str(reason), _LONGEST_REASON)
