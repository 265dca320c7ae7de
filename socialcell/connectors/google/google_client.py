"""googleapiclient as we use it: our own line, one token a run, our kinds of failure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import requests

from socialcell.connectors import strict_json
from socialcell.connectors.base import (
    Budget,
    ConnectorContext,
    ConnectorError,
    Kind,
    TokenTaken,
)
from socialcell.connectors.google.google_api import (
    TOKEN_ORIGIN,
    Api,
    description,
    imported,
)
from socialcell.connectors.google.google_errors import refused
from socialcell.connectors.http_sessions import open_session
from socialcell.connectors.page_reading import repeated_page
from socialcell.http import USER_AGENT
from socialcell.text import one_line

_T = TypeVar("_T")


class Google:
    """One run's client: `ask` takes from the budget, and signs in where it has to."""

    def __init__(
        self,
        api: Api,
        context: ConnectorContext,
        *,
        headers: Mapping[str, str] | None = None,
        credentials: Any = None,
    ) -> None:
        self._api, self._credentials = api, credentials
        self._line = _Line(api, context, headers or {})
        self._sign_ins = 0
        self._spent: Counter[str] = Counter()
        self.resources: Any = imported("googleapiclient.discovery").build_from_document(
            description(api.name, api.version), http=self._line
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
        self, api: Api, context: ConnectorContext, headers: Mapping[str, str]
    ) -> None:
        self._api, self._clock, self._headers = api, context.clock, dict(headers)
        self._session = open_session(context.base_url, api.origin, TOKEN_ORIGIN)
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
            raise repeated_page(title)
        yield body, not following
        if not following:
            return
        token = following


def _lower(answer: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}
