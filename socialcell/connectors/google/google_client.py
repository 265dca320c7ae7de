"""googleapiclient as we use it: own transport, one token a run, our kinds of error."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import requests

from socialcell.connectors import strict_json
from socialcell.connectors.base import (
    Budget,
    ConnectorContext,
    ConnectorError,
    Kind,
    TokenRevoked,
)
from socialcell.connectors.google.google_api import (
    TOKEN_ORIGIN,
    AuthResponse,
    GoogleApi,
    GoogleCredentials,
    GoogleRequest,
    description,
    import_google,
)
from socialcell.connectors.google.google_errors import answer_error
from socialcell.connectors.http_sessions import open_session
from socialcell.connectors.page_reading import repeated_page_error
from socialcell.connectors.platform_errors import (
    not_an_object,
    odd_field,
    unreachable,
    unreadable_answer,
)
from socialcell.http import USER_AGENT
from socialcell.json_types import JsonObject, JsonValue
from socialcell.message_catalog import Message
from socialcell.text import one_line

_T = TypeVar("_T")


class GoogleClient:
    """One run's client: `ask` takes from the budget, and signs in where it has to."""

    def __init__(
        self,
        api: GoogleApi,
        context: ConnectorContext,
        *,
        headers: Mapping[str, str] | None = None,
        credentials: GoogleCredentials | None = None,
    ) -> None:
        self._api, self._credentials = api, credentials
        self._transport = _Transport(api, context, headers or {})
        self._sign_ins = 0
        self._spent: Counter[str] = Counter()
        # The library makes methods of the description when it runs: they have no types.
        self.resources: Any = import_google(
            "googleapiclient.discovery"
        ).build_from_document(description(api.name, api.version), http=self._transport)

    def ask(
        self, request: GoogleRequest, budget: Budget, bucket: str = "calls"
    ) -> JsonObject:
        """The answer to a request made of `resources`. ConnectorError for any other.

        An access token that is no longer good is renewed once a run.
        """
        body = self._call_signed_in(
            lambda: request.execute(num_retries=0), budget, bucket
        )
        if not isinstance(body, Mapping):
            raise not_an_object(self._api.title)
        return body

    def download(self, url: str, budget: Budget, bucket: str = "calls") -> bytes:
        """The bytes of a file at an address below the API's origin; budget as in
        `ask`."""
        return self._call_signed_in(
            lambda: self._transport.download(url), budget, bucket
        )

    def _call_signed_in(
        self, call: Callable[[], _T], budget: Budget, bucket: str
    ) -> _T:
        if self._credentials is not None and not self._sign_ins:
            self._sign_in(self._credentials, budget, bucket)
        self._take(budget, bucket)
        try:
            return call()
        except TokenRevoked:
            if self._credentials is None or self._sign_ins > 1:
                raise
            self._sign_in(self._credentials, budget, bucket)
            return self._call_signed_in(call, budget, bucket)

    def cost(self) -> dict[str, int]:
        """Calls since this was last called, by bucket."""
        spent, self._spent = dict(self._spent), Counter()
        return spent

    def _take(self, budget: Budget, bucket: str) -> None:
        budget.take(bucket)
        self._spent[bucket] += 1

    def _sign_in(
        self, credentials: GoogleCredentials, budget: Budget, bucket: str
    ) -> None:
        """Get an access token: one call to Google's token address.

        It is requested here, not along with the first answer, so that a revoked sign-in
        can be told from a network error.
        """
        self._take(budget, bucket)
        self._sign_ins += 1
        exceptions = import_google("google.auth.exceptions")
        try:
            credentials.refresh(self._transport.send_for_auth)
        except exceptions.GoogleAuthError:
            raise ConnectorError(
                Kind.AUTH,
                "google.no_access_token",
                reason=self._transport.last_error or Message("platforms.no_reason"),
                remedy=self._api.remedy,
            ) from None
        self._transport.token = str(credentials.token)


class _Transport:
    """The HTTP transport of googleapiclient and google-auth: requests, our limits.

    Both would otherwise retry by themselves and print whole addresses: whatever is not
    a readable 200 becomes a ConnectorError before they see it.
    """

    def __init__(
        self, api: GoogleApi, context: ConnectorContext, headers: Mapping[str, str]
    ) -> None:
        self._api, self._clock, self._headers = api, context.clock, dict(headers)
        self._session = open_session(context.base_url, api.origin, TOKEN_ORIGIN)
        self._response = import_google("httplib2").Response
        self.token: str | None = None
        self.last_error: str | None = None

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_options: float | None,
    ) -> tuple[Mapping[str, str], bytes]:
        """httplib2's interface: the status and headers, and the body."""
        answer = self._request(uri, method, body, headers or {})
        self._document(answer)
        return self._response(
            {"status": "200", **_lower_headers(answer)}
        ), answer.content

    def download(self, url: str) -> bytes:
        """The body of a good answer, whatever it holds."""
        return self._request(url, "GET", None, {}).content

    def _request(
        self,
        url: str,
        method: str,
        body: str | bytes | None,
        headers: Mapping[str, str],
    ) -> requests.Response:
        """A good answer to a signed request. ConnectorError, also TokenRevoked."""
        own = dict(self._headers)
        if self.token is not None:
            own["authorization"] = f"Bearer {self.token}"
        answer = self._send(url, method, body, {**headers, **own})
        if answer.status_code == 401 and self.token is not None:
            raise TokenRevoked(
                "platforms.token_revoked_at_once",
                platform="Google",
                remedy=self._api.remedy,
            )
        if answer.status_code != 200:
            raise answer_error(self._api, answer, self._clock.now())
        return answer

    def send_for_auth(
        self,
        url: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_options: float | None,
    ) -> AuthResponse:
        """google-auth's interface. It would sleep and retry after 429 and 5xx."""
        answer = self._send(url, method, body, dict(headers or {}))
        if answer.status_code == 429 or answer.status_code >= 500:
            raise answer_error(self._api, answer, self._clock.now())
        document = self._document(answer)
        error = document.get("error") if isinstance(document, Mapping) else None
        self.last_error = one_line(error, 60) if isinstance(error, str) else None
        return AuthResponse(answer.status_code, _lower_headers(answer), answer.content)

    def _send(
        self, url: str, method: str, body: str | bytes | None, headers: dict[str, str]
    ) -> requests.Response:
        headers["user-agent"] = f"{USER_AGENT} (gzip)"
        try:
            return self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            )
        except requests.RequestException as error:
            raise unreachable(self._api.title, error) from None

    def _document(self, answer: requests.Response) -> JsonValue:
        try:
            return strict_json.parse_body(answer.content)
        except ValueError as error:
            raise unreadable_answer(self._api.title, answer, error) from None


def pages(
    ask: Callable[[str | None], JsonObject],
    next_of: Callable[[JsonObject], JsonValue],
    title: str,
) -> Iterator[tuple[JsonObject, bool]]:
    """Answers page by page, each with whether it is the last. DRIFT on a bad token."""
    token: str | None = None
    while True:
        body = ask(token)
        following = next_of(body)
        if following is not None and not isinstance(following, str):
            raise odd_field(title, "nextPageToken")
        if following and following == token:
            raise repeated_page_error(title)
        yield body, not following
        if not following:
            return
        token = following


def _lower_headers(answer: requests.Response) -> dict[str, str]:
    return {name.lower(): text for name, text in answer.headers.items()}
