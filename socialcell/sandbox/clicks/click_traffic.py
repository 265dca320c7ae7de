"""Sends the clicks of an audience to a redirect server on loopback, each at its moment.

The requests carry X-Forwarded-For, as those that a web server passes on. An install
of the app is reported with the referrer that the redirect sent to the store.
"""

import contextlib
import hashlib
import hmac
import http.client
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from socialcell.clock import FixedClock
from socialcell.sandbox.clicks.audience import ClickRequest, Install, Visit
from socialcell.sandbox.clicks.tracked_links import BY_WORD
from socialcell.sandbox.world.app_world import PACKAGE

SECRET = "install_key"
KEY = "sandbox-" + hashlib.sha256(b"the app's server").hexdigest()[:40]
_REDIRECT, _OK = 302, 200


class ClickTrafficError(Exception):
    """The redirect server gave an unexpected status; the message says which."""


class ClickTraffic:
    """Sends visits to the redirect server at `address`; `codes` are its links by word.

    Both methods leave `clock` where it was.
    """

    def __init__(
        self, address: str, codes: Mapping[str, str], clock: FixedClock
    ) -> None:
        self._address, self._codes, self._clock = address, codes, clock
        self._referrers: dict[str, str] = {}

    def send(self, visits: Iterable[Visit]) -> None:
        """Request all links of the visits, and store the referrers sent to app stores.

        ClickTrafficError when a link does not redirect.
        """
        now = self._clock.now()
        try:
            with _connection(self._address) as connection:
                for visit in visits:
                    targets = [
                        self._follow_link(connection, request)
                        for request in visit.requests
                    ]
                    if visit.install and targets:
                        self._referrers[visit.install.key] = _referrer(targets[0])
        finally:
            self._clock.set(now)

    def report_installs(self, visits: Iterable[Visit]) -> None:
        """Report the installs of these visits as the app's server does, signed now.

        ClickTrafficError when a report is not accepted.
        """
        with _connection(self._address) as connection:
            for visit in visits:
                if visit.install:
                    self._report_install(connection, visit, visit.install)

    def _follow_link(
        self, connection: http.client.HTTPConnection, request: ClickRequest
    ) -> str:
        self._clock.set(request.at)
        scanned = "?qr=1" if BY_WORD[request.link].channel == "poster" else ""
        connection.putrequest(
            request.method, f"/r/{self._codes[request.link]}{scanned}"
        )
        connection.putheader("X-Forwarded-For", request.address)
        if request.agent is not None:
            connection.putheader("User-Agent", request.agent)
        for name, value in request.headers:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        if answer.status != _REDIRECT:
            raise ClickTrafficError(f"{answer.status} for the link {request.link}")
        return answer.headers["Location"]

    def _report_install(
        self, connection: http.client.HTTPConnection, visit: Visit, install: Install
    ) -> None:
        begun = int(install.begun_at.timestamp())
        clicked = int(visit.requests[0].at.timestamp()) if visit.requests else 0
        document = {
            "id": install.key,
            "app": PACKAGE,
            "install_referrer": install.referrer or self._referrers[install.key],
            "referrer_click_timestamp_seconds": clicked,
            "referrer_click_timestamp_server_seconds": clicked,
            "install_begin_timestamp_seconds": begun,
            "install_begin_timestamp_server_seconds": begun,
            "install_version": "2.6.0",
            "google_play_instant": False,
        }
        body = json.dumps(document).encode()
        moment = str(int(self._clock.now().timestamp()))
        signature = hmac.new(
            KEY.encode(), moment.encode() + b"." + body, hashlib.sha256
        )
        headers = {
            "Content-Type": "application/json",
            "X-Socialcell-Timestamp": moment,
            "X-Socialcell-Signature": signature.hexdigest(),
        }
        connection.request("POST", "/installs", body, headers)
        answer = connection.getresponse()
        reason = answer.read().decode()
        if answer.status != _OK:
            raise ClickTrafficError(f"{answer.status} for an install: {reason}")


@contextlib.contextmanager
def _connection(address: str) -> Iterator[http.client.HTTPConnection]:
    """One connection, kept open from request to request."""
    parts = urlsplit(address)
    with contextlib.closing(
        http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    ) as connection:
        yield connection


def _referrer(address: str) -> str:
    """The install referrer that the store passes to the app: decoded once."""
    return parse_qs(urlsplit(address).query)["referrer"][0]
