"""A signed-in session with a Bluesky server: XRPC calls, and our kinds of failure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import requests

from socialcell.connectors import strict_json
from socialcell.connectors.base import (
    Budget,
    ConnectorContext,
    ConnectorError,
    Kind,
    Limits,
)
from socialcell.connectors.http_sessions import open_session
from socialcell.connectors.platform_errors import (
    no_access,
    not_an_object,
    own_trouble,
    rate_limited,
    request_refused,
    unreachable,
    unreadable_answer,
)
from socialcell.http import (
    USER_AGENT,
    epoch,
    header_count,
    retry_after,
)
from socialcell.json_types import JsonObject, JsonValue
from socialcell.message_catalog import Message, Parameter
from socialcell.text import one_line

_WAIT = timedelta(minutes=5)  # Bluesky's own rate window
_SERVER = "com.atproto.server"
_NAME = "bluesky"  # under which the session is kept
_RENEWABLE = frozenset({"ExpiredToken", "InvalidToken"})
_REMEDY = Message("bluesky.new_app_password")
Parameters = Sequence[tuple[str, str]]


class BlueskySession:
    """A session that continues from run to run.

    Its access token is short-lived: it is renewed with the refresh token. The password
    is sent when there is no session, and when the server does not renew it: a server
    allows few sign-ins a day.
    """

    def __init__(self, context: ConnectorContext) -> None:
        settings = context.config.connectors.bluesky
        self._service, self._handle = settings.service, settings.handle
        self._password = context.secret(settings.password.secret)
        self._clock = context.clock
        self._session = open_session(context.base_url, settings.service)
        # A session is of one account at one address, under one password.
        address = context.base_url(settings.service) or settings.service
        self._fingerprint = _digest(
            address, settings.handle, self._password.get_secret_value()
        )
        self._sessions = context.sessions
        self._token: str | None = None
        self._refresh: str | None = None
        # What was tried for a token since the server last took one.
        self._attempts: set[str] = set()
        self._spent: dict[str, int] = {}
        self.limits: Limits | None = None

    def ask(self, method: str, parameters: Parameters, budget: Budget) -> JsonObject:
        """The answer of an XRPC query. ConnectorError for any other."""
        if self._token is None and not self._resume():
            self._sign_in(budget)
        self._take(budget, "calls")
        answer = self._send("GET", method, self._token, parameters=parameters)
        if self._is_expired(answer):
            self._renew(budget)
            return self.ask(method, parameters, budget)
        body = self._document(answer)
        self._attempts.clear()
        return body

    def cost(self) -> dict[str, int]:
        """Calls since this was last called, by bucket."""
        spent, self._spent = self._spent, {}
        return spent

    def _resume(self) -> bool:
        """Take up the session of an earlier run, or one that another process renewed.
        False when there is none but what we have."""
        stored = self._sessions.load(_NAME)
        access = stored.get("access")
        if stored.get("mark") != self._fingerprint or access in (None, "", self._token):
            return False
        self._token, self._refresh = access, stored.get("refresh") or None
        return True

    def _is_expired(self, answer: requests.Response) -> bool:
        if answer.status_code == 200:
            return False
        # A refusal of a new session has another cause than its age.
        is_old = "sign-in" not in self._attempts
        return _error(answer) in _RENEWABLE or (answer.status_code == 401 and is_old)

    def _renew(self, budget: Budget) -> None:
        """Another access token: another process's, by the refresh token, or by signing
        in; each once."""
        for way, attempt in (
            ("kept", self._resume),
            ("refresh", lambda: self._refresh_session(budget)),
        ):
            if way not in self._attempts:
                self._attempts.add(way)
                if attempt():
                    return
        if "sign-in" in self._attempts:
            raise ConnectorError(
                Kind.AUTH,
                "platforms.token_revoked_at_once",
                platform="Bluesky",
                remedy=_REMEDY,
            )
        self._sign_in(budget)

    def _refresh_session(self, budget: Budget) -> bool:
        """False when the server does not renew the session."""
        if self._refresh is None:
            return False
        self._take(budget, "calls")
        answer = self._send("POST", f"{_SERVER}.refreshSession", self._refresh)
        if answer.status_code in (400, 401):
            self._refresh = None
            return self._resume()  # another process may have been faster
        self._begin(self._document(answer))
        return True

    def _sign_in(self, budget: Budget) -> None:
        self._take(budget, "logins")
        self._attempts.add("sign-in")
        answer = self._send(
            "POST",
            f"{_SERVER}.createSession",
            body={
                "identifier": self._handle,
                "password": self._password.get_secret_value(),
            },
        )
        self._begin(self._document(answer))

    def _begin(self, body: JsonObject) -> None:
        access, refresh = body.get("accessJwt"), body.get("refreshJwt")
        if not isinstance(access, str) or not access:
            raise ConnectorError(Kind.DRIFT, "bluesky.no_access_token")
        self._token = access
        self._refresh = refresh if isinstance(refresh, str) and refresh else None
        session = {
            "mark": self._fingerprint,
            "access": access,
            "refresh": self._refresh or "",
        }
        self._sessions.save(_NAME, session)

    def _take(self, budget: Budget, bucket: str) -> None:
        budget.take(bucket)
        self._spent[bucket] = self._spent.get(bucket, 0) + 1

    def _send(
        self,
        verb: str,
        method: str,
        token: str | None = None,
        *,
        parameters: Parameters = (),
        body: JsonObject | None = None,
    ) -> requests.Response:
        headers = {"user-agent": USER_AGENT}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        try:
            answer = self._session.request(
                verb,
                f"{self._service}/xrpc/{method}",
                headers=headers,
                allow_redirects=False,
                params=list(parameters),
                json=body,
            )
        except requests.RequestException as error:
            raise unreachable("Bluesky", error) from None
        self.limits = _limits(answer)
        return answer

    def _document(self, answer: requests.Response) -> JsonObject:
        if answer.status_code != 200:
            raise answer_error(answer, self._clock.now())
        try:
            body: JsonValue = strict_json.parse_body(answer.content)
        except ValueError as error:
            raise unreadable_answer("Bluesky", answer, error) from None
        if not isinstance(body, Mapping):
            raise not_an_object("Bluesky")
        return body


def answer_error(answer: requests.Response, now: datetime) -> ConnectorError:
    """A refusal as one of our kinds, in words for an operator."""
    status, error = answer.status_code, _error(answer)
    retry_at = retry_after(answer.headers, now)
    reason = _message(answer)
    if status == 429:
        reset = epoch(answer.headers.get("ratelimit-reset", ""))
        return rate_limited("Bluesky", retry_at or reset or now + _WAIT)
    if error == "AuthFactorTokenRequired":
        return ConnectorError(Kind.AUTH, "bluesky.second_factor", remedy=_REMEDY)
    if status == 401 or error == "AccountTakedown":
        return ConnectorError(
            Kind.AUTH,
            "bluesky.sign_in_refused",
            reason=reason,
            status=error or status,
            remedy=_REMEDY,
        )
    if status == 403:
        return no_access("Bluesky", reason)
    if status >= 500:
        return own_trouble("Bluesky", status, retry_at)
    return request_refused("Bluesky", error or status, reason)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _limits(answer: requests.Response) -> Limits | None:
    remaining = header_count(answer.headers.get("ratelimit-remaining", ""))
    reset = epoch(answer.headers.get("ratelimit-reset", ""))
    return Limits(remaining, reset) if remaining is not None else None


def _body(answer: requests.Response) -> JsonObject:
    try:
        body: JsonValue = strict_json.parse_body(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _error(answer: requests.Response) -> str | None:
    error = _body(answer).get("error")
    return one_line(error, 60) if isinstance(error, str) else None


def _message(answer: requests.Response) -> Parameter:
    message = _body(answer).get("message")
    if not isinstance(message, str):
        return Message("platforms.no_reason")
    return one_line(message, 200)
