"""The polite HTTP client: one user agent, total deadlines, capped bodies, safe hosts.

`PoliteAdapter` goes under platform clients built on requests, whose hosts are fixed.
`fetch` is for addresses that people give us: it connects to public hosts
only (requests-hardened pins the checked address) and follows few redirects.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened import Config as HardenedConfig
from requests_hardened import Manager
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import NewConnectionError

from socialcell.json_types import MOST_PARTS, has_too_many_parts

USER_AGENT = "socialcell/0.1 (municipal social media cell)"
CONNECT_READ = (5.0, 30.0)
DEADLINE = 60.0
FEED_DEADLINE = 30.0
BODY_CAP = 20 * 1024 * 1024
REDIRECTS = 3


class PoliteAdapter(HTTPAdapter):
    """requests' adapter with a default timeout, a deadline, a body cap and a base URL.

    `base_url` sends every request for the mounted origin to another host (the sandbox).
    `last` is the last whole answer, for clients that show neither status nor headers.
    Seconds are wall-clock; bytes are counted after decompression.
    """

    def __init__(
        self, base_url: str | None = None, *, deadline: float | None = None
    ) -> None:
        self._base = urlsplit(base_url) if base_url else None
        self._deadline = DEADLINE if deadline is None else deadline
        self.last: requests.Response | None = None
        super().__init__()

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        if self._base is not None:
            parts = urlsplit(request.url or "")
            path = self._base.path.rstrip("/") + str(parts.path)
            request.url = urlunsplit(
                (self._base.scheme, self._base.netloc, path, str(parts.query), "")
            )
            request.headers["Host"] = self._base.netloc
        options["timeout"] = _shorter(options.get("timeout"), self._deadline)
        options["stream"] = True
        started = time.monotonic()
        response = super().send(request, **options)
        read_within(response, self._deadline - (time.monotonic() - started), BODY_CAP)
        self.last = response
        return response


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The answer of an address: status, headers (lower case), body, final address."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def fetch(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    base_urls: Mapping[str, str] | None = None,
    cap: int = 5 * 1024 * 1024,
    deadline: float | None = None,
) -> HttpAnswer:
    """GET an address that a person gave us.

    Only http and https on ports 80 and 443, to public addresses. `base_urls` maps an
    origin (scheme://host) to an address on loopback: demo and tests pass it, and only
    those origins may reach loopback. Raises requests.RequestException.
    """
    ends = time.monotonic() + (FEED_DEADLINE if deadline is None else deadline)
    for _hop in range(REDIRECTS + 1):
        target, local = _routed(url, base_urls or {})
        if not local:
            require_public_form(url)
        answer = _request("GET", target, headers or {}, local, cap, ends)
        if answer.status not in (301, 302, 303, 307, 308):
            return HttpAnswer(answer.status, answer.headers, answer.body, url)
        url = urljoin(url, answer.headers.get("location", ""))
    raise requests.TooManyRedirects(f"more than {REDIRECTS} redirects")


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    base_urls: Mapping[str, str] | None = None,
    cap: int = 64 * 1024,
    deadline: float = FEED_DEADLINE,
) -> HttpAnswer:
    """POST to an address that a person gave us, as `fetch` asks it.

    Redirects are answers here, not followed: what we send is for this address alone.
    """
    ends = time.monotonic() + deadline
    target, local = _routed(url, base_urls or {})
    if not local:
        require_public_form(url)
    answer = _request("POST", target, headers, local, cap, ends, body)
    return HttpAnswer(answer.status, answer.headers, answer.body, url)


def require_public_form(url: str) -> None:
    """InvalidURL unless the address is http(s) on a usual port with no user name."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise requests.exceptions.InvalidURL("only http and https addresses are read")
    if parts.port not in (None, 80, 443):
        raise requests.exceptions.InvalidURL(
            f"port {parts.port} is not read, only 80 and 443"
        )
    if parts.username:
        raise requests.exceptions.InvalidURL("an address must not carry a user name")


def read_within(response: requests.Response, seconds: float, cap: int) -> None:
    """Read a streamed body into the response, within a deadline and a size.

    Read timeouts alone bound neither: each byte starts them anew.
    """
    ends = time.monotonic() + seconds
    body = bytearray()
    try:
        while chunk := response.raw.read1(65536, decode_content=True):
            body += chunk
            if len(body) > cap:
                raise requests.exceptions.ContentDecodingError(
                    f"the answer is larger than {cap // 1024 // 1024} MiB"
                )
            if time.monotonic() > ends:
                raise requests.exceptions.ReadTimeout("the answer takes too long")
    except (OSError, Urllib3Error) as error:
        if isinstance(error, requests.RequestException):
            raise
        raise requests.exceptions.ConnectionError(
            f"the answer broke off: {type(error).__name__}"
        ) from None
    finally:
        response.close()
    expected = header_count(response.headers.get("content-length", ""))
    encoded = "content-encoding" in response.headers
    if expected is not None and not encoded and len(body) < expected:
        raise requests.exceptions.ConnectionError("the answer broke off")
    if body.lstrip().startswith((b"[", b"{")) and has_too_many_parts(body):
        # Clients of platforms parse it themselves.
        raise requests.exceptions.ContentDecodingError(
            f"the answer has more than {MOST_PARTS:,} parts"
        )
    response._content = bytes(body)
    response._content_consumed = True  # type: ignore[attr-defined]


def never_left(error: requests.RequestException) -> bool:
    """Whether there was no connection at all, so that nothing was asked."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a Retry-After header (seconds or a date) allows the next request."""
    header = (headers.get("retry-after") or headers.get("Retry-After") or "").strip()
    try:
        if header.isdecimal():
            return now + timedelta(seconds=int(header))
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def header_count(header: str) -> int | None:
    """A count that a header gives; None when it gives none, or no credible one."""
    return int(header) if header.isdecimal() and len(header) <= 12 else None


def epoch(header: str) -> datetime | None:
    """The moment that a header gives in seconds since 1970; None when it gives none."""
    try:
        return datetime.fromtimestamp(int(header), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _shorter(
    timeout: tuple[float | None, float | None] | float | None, deadline: float
) -> tuple[float, float]:
    """Seconds to connect and between two bytes, neither of them above the deadline."""
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    return (
        min(connect or CONNECT_READ[0], deadline),
        min(read or CONNECT_READ[1], deadline),
    )


def _request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    local: bool,
    cap: int,
    ends: float,
    body: bytes | None = None,
) -> HttpAnswer:
    left = max(0.1, ends - time.monotonic())
    manager = Manager(
        HardenedConfig(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=local,
            never_redirect=True,
            default_timeout=(min(CONNECT_READ[0], left), left),
            user_agent_override=USER_AGENT,
        )
    )
    with manager.get_session() as session:
        session.trust_env = False
        # Else requests reads the body of a redirect itself, without deadline and cap.
        session.get_redirect_target = lambda _answer: None
        response = session.request(
            method, url, headers=dict(headers), data=body, stream=True
        )
        read_within(response, ends - time.monotonic(), cap)
    lower = {name.lower(): text for name, text in response.headers.items()}
    return HttpAnswer(response.status_code, lower, response.content, url)


def _routed(url: str, base_urls: Mapping[str, str]) -> tuple[str, bool]:
    parts = urlsplit(url)
    base = base_urls.get(f"{parts.scheme}://{parts.netloc}")
    if base is None:
        return url, False
    to = urlsplit(base)
    path = to.path.rstrip("/") + parts.path
    return urlunsplit((to.scheme, to.netloc, path, parts.query, "")), True
