"""googleapiclient as we use it: our own line, one token a run, our kinds of failure."""

import functools
import importlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import requests

from socialcell.clock import as_utc
from socialcell.connectors import strict_json
from socialcell.connectors.base import (
    Budget,
    ConnectorError,
    Kind,
    Surroundings,
    TokenTaken,
)
from socialcell.errors import ConfigError
from socialcell.http import USER_AGENT, PoliteAdapter, retry_after
from socialcell.text import one_line

PACIFIC = ZoneInfo("America/Los_Angeles")  # Google's days begin here
TOKEN_ORIGIN = "https://oauth2.googleapis.com"
TOKEN_URI = TOKEN_ORIGIN + "/token"
_T = TypeVar("_T")
_WAIT = timedelta(minutes=15)  # where Google does not say how long
_LONGEST_REASON = 300
_PACKAGES = ("google", "googleapiclient", "google_auth_httplib2", "httplib2")
_GONE = frozenset(
    {"channelNotFound", "commentsDisabled", "playlistNotFound", "videoNotFound"}
)
_SPENT = frozenset({"dailyLimitExceeded", "quotaExceeded"})
_BUSY = frozenset({"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"})
_BAD_KEY = frozenset({"API_KEY_EXPIRED", "API_KEY_INVALID", "keyExpired", "keyInvalid"})


@dataclass(frozen=True, slots=True)
class Api:
    """One of Google's interfaces. `title` is what operators call it.

    `pause`: how long to wait after quotaExceeded; None where the allowance is the
    day's, which ends at midnight Pacific time. `remedy`: how to renew what we hold.
    """

    name: str
    version: str
    origin: str
    title: str
    remedy: str
    pause: timedelta | None = None


@functools.cache
def _description(name: str, version: str) -> dict[str, Any]:
    """What an interface offers, as the library ships it: no call tells Google what we
    are about to do, and half a megabyte of it is read once."""
    shipped = imported("googleapiclient.discovery_cache").get_static_doc(name, version)
    made: dict[str, Any] = json.loads(shipped)
    return made


class Google:
    """One run's client: `ask` takes from the budget, and signs in where it has to."""

    def __init__(
        self,
        api: Api,
        around: Surroundings,
        *,
        headers: Mapping[str, str] | None = None,
        credentials: Any = None,
    ) -> None:
        self._api, self._credentials = api, credentials
        self._line = _Line(api, around, headers or {})
        self._sign_ins = 0
        self._spent: Counter[str] = Counter()
        self.resources: Any = imported("googleapiclient.discovery").build_from_document(
            _description(api.name, api.version), http=self._line
        )

    def ask(
        self, request: Any, budget: Budget, bucket: str = "calls"
    ) -> dict[str, Any]:
        """The answer to a request made of `resources`. ConnectorError for any other.

        An access token that is no longer good is renewed once a run.
        """
        body = self._signed_in(lambda: request.execute(num_retries=0), budget, bucket)
        if not isinstance(body, dict):
            raise ConnectorError(
                Kind.DRIFT, f"{self._api.title}'s answer is not an object"
            )
        return body

    def download(self, url: str, budget: Budget, bucket: str = "calls") -> bytes:
        """A file at an address below the interface's origin, as `ask` asks for JSON."""
        return self._signed_in(lambda: self._line.download(url), budget, bucket)

    def _signed_in(self, call: Callable[[], _T], budget: Budget, bucket: str) -> _T:
        if self._credentials is not None and not self._sign_ins:
            self._sign_in(budget, bucket)
        self._take(budget, bucket)
        try:
            return call()
        except TokenTaken:
            if self._sign_ins > 1:
                raise
            self._sign_in(budget, bucket)
            return self._signed_in(call, budget, bucket)

    def cost(self) -> dict[str, int]:
        """What was asked since this was asked last, by bucket."""
        spent, self._spent = dict(self._spent), Counter()
        return spent

    def _take(self, budget: Budget, bucket: str) -> None:
        budget.take(bucket)
        self._spent[bucket] += 1

    def _sign_in(self, budget: Budget, bucket: str) -> None:
        """Get an access token: one call to Google's token address.

        It is got here, and not on the way to the first answer, so that a sign-in that
        was taken back is told apart from trouble with the line.
        """
        self._take(budget, bucket)
        self._sign_ins += 1
        exceptions = imported("google.auth.exceptions")
        try:
            self._credentials.refresh(self._line.send_for_auth)
        except exceptions.GoogleAuthError:
            why = self._line.last_error or "without a reason"
            raise ConnectorError(
                Kind.AUTH,
                f"Google lets us in no more: it gives no access token ({why}). "
                f"{self._api.remedy}",
            ) from None
        self._line.token = str(self._credentials.token)


class _Line:
    """What googleapiclient and google-auth send through: requests, with our limits.

    Both would otherwise ask again by themselves, and print whole addresses: whatever is
    not a readable 200 is told in our words before they see it.
    """

    def __init__(
        self, api: Api, around: Surroundings, headers: Mapping[str, str]
    ) -> None:
        self._api, self._clock, self._headers = api, around.clock, dict(headers)
        self._session = requests.Session()
        self._session.trust_env = False
        for origin in (api.origin, TOKEN_ORIGIN):
            self._session.mount(origin, PoliteAdapter(around.base_url(origin)))
        self._response = imported("httplib2").Response
        self.token: str | None = None
        self.last_error: str | None = None

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **_options: Any,
    ) -> tuple[Any, bytes]:
        """As httplib2 is asked: the status and headers, and the body."""
        answer = self._answered(uri, method, body, headers or {})
        self._readable(answer)
        return self._response({"status": "200", **_lower(answer)}), answer.content

    def download(self, url: str) -> bytes:
        """The body of a good answer, whatever it holds."""
        return self._answered(url, "GET", None, {}).content

    def _answered(
        self, url: str, method: str, body: Any, headers: Mapping[str, str]
    ) -> requests.Response:
        """A good answer to a signed request. ConnectorError, also TokenTaken."""
        own = dict(self._headers)
        if self.token is not None:
            own["authorization"] = f"Bearer {self.token}"
        answer = self._send(url, method, body, {**headers, **own})
        if answer.status_code == 401 and self.token is not None:
            raise TokenTaken(
                "Google lets us in no more: it takes back its access tokens at once. "
                f"{self._api.remedy}"
            )
        if answer.status_code != 200:
            raise refused(self._api, answer, self._clock.now())
        return answer

    def send_for_auth(
        self,
        url: str,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **_options: Any,
    ) -> "_ForAuth":
        """As google-auth asks. It would sleep and repeat after 429 and 5xx."""
        answer = self._send(url, method, body, dict(headers or {}))
        if answer.status_code == 429 or answer.status_code >= 500:
            raise refused(self._api, answer, self._clock.now())
        said = self._readable(answer)
        error = said.get("error") if isinstance(said, dict) else None
        self.last_error = one_line(error, 60) if isinstance(error, str) else None
        return _ForAuth(answer.status_code, _lower(answer), answer.content)

    def _send(
        self, url: str, method: str, body: Any, headers: dict[str, str]
    ) -> requests.Response:
        headers["user-agent"] = f"{USER_AGENT} (gzip)"
        try:
            return self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            )
        except requests.RequestException as error:
            raise ConnectorError(
                Kind.TRANSIENT,
                f"{self._api.title} could not be reached: {type(error).__name__}",
            ) from None

    def _readable(self, answer: requests.Response) -> Any:
        try:
            return strict_json.page(answer.content)
        except ValueError as error:
            kind = answer.headers.get("content-type", "no content type")
            raise ConnectorError(
                Kind.DRIFT,
                f"{self._api.title}'s answer cannot be read: {error} ({kind})",
            ) from None


@dataclass(frozen=True, slots=True)
class _ForAuth:
    """An answer as google-auth reads it."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def imported(module: str) -> Any:
    """A module of Google's client library. ConfigError when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _PACKAGES:
            raise
        raise ConfigError(
            "Google's client library is not installed, and YouTube, Search Console and "
            "Play reviews need it: pip install 'socialcell[google]'"
        ) from None


def pages(
    ask: Callable[[str | None], Mapping[str, Any]],
    next_of: Callable[[Mapping[str, Any]], Any],
    title: str,
) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Answers page by page, each with whether it is the last. DRIFT on a bad token."""
    token: str | None = None
    while True:
        body = ask(token)
        following = next_of(body)
        if following is not None and not isinstance(following, str):
            raise ConnectorError(Kind.DRIFT, f"{title}'s page has an odd token")
        if following and following == token:
            raise ConnectorError(
                Kind.DRIFT, f"{title} sends the same page again and again"
            )
        yield body, not following
        if not following:
            return
        token = following


def next_midnight(now: datetime) -> datetime:
    """When Google's day ends: the next midnight Pacific time, in UTC."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return as_utc(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC))


def refused(api: Api, answer: requests.Response, now: datetime) -> ConnectorError:
    """A refusal as one of our kinds, in words for an operator.

    The reasons decide, and then the status: 403 stands for a spent allowance, a short
    wait, a missing permission and a video whose comments are closed.
    """
    status, reasons, said = answer.status_code, _reasons(answer), _said(answer)
    told = retry_after(answer.headers, now)
    if reasons & _GONE:
        return ConnectorError(Kind.GONE, f"{api.title}: {said}")
    if reasons & _BUSY or (status == 429 and not reasons & _SPENT):
        return ConnectorError(
            Kind.RATE, f"{api.title} asks us to wait", until=told or now + _WAIT
        )
    if reasons & _SPENT:
        return _spent(api, said, told, now)
    if reasons & _BAD_KEY or status == 401:
        return ConnectorError(
            Kind.AUTH, f"{api.title} does not accept our credential. {api.remedy}"
        )
    if status == 403:
        return ConnectorError(Kind.ACCESS, f"{api.title} does not let us: {said}")
    if status in (404, 410):
        return ConnectorError(Kind.GONE, f"{api.title} does not know it: {said}")
    if status >= 500:
        return ConnectorError(
            Kind.TRANSIENT, f"{api.title} has trouble of its own ({status})", until=told
        )
    return ConnectorError(
        Kind.CONFIG, f"{api.title} refuses the request ({status}): {said}"
    )


def _spent(api: Api, said: str, told: datetime | None, now: datetime) -> ConnectorError:
    if api.pause is not None:
        return ConnectorError(
            Kind.RATE,
            f"{api.title} has answered enough for the moment: {said}",
            until=told or now + api.pause,
        )
    return ConnectorError(
        Kind.QUOTA,
        f"The allowance of {api.title} is spent until midnight Pacific time: {said}",
        until=next_midnight(now),
    )


def _error(answer: requests.Response) -> Mapping[str, Any]:
    try:
        body = strict_json.page(answer.content)
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _reasons(answer: requests.Response) -> frozenset[str]:
    """All reasons that a refusal gives: in `errors`, and in the newer `details`."""
    error = _error(answer)
    listed = [*_dicts(error.get("errors")), *_dicts(error.get("details"))]
    return frozenset(
        reason for one in listed if isinstance(reason := one.get("reason"), str)
    )


def _said(answer: requests.Response) -> str:
    """Google's own words and reasons for a refusal, on one line."""
    message = _error(answer).get("message")
    words = message if isinstance(message, str) else answer.reason or "no reason given"
    why = ", ".join(sorted(_reasons(answer)))
    return one_line(f"{words} ({why})" if why else words, _LONGEST_REASON)


def _dicts(value: Any) -> Iterable[Mapping[str, Any]]:
    if not isinstance(value, list):
        return ()
    return (one for one in value if isinstance(one, dict))


def _lower(answer: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}
