"""The audience at the door: its requests over loopback, each at its own moment.

It stands behind a web server, as the public does, whose X-Forwarded-For says for whom
it asks. Phones that install the app hand on what they were sent to the store with.
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
_LED, _TAKEN = 302, 200


class ClickTrafficError(Exception):
    """The door answered otherwise than it should; the message says how."""


class ClickTraffic:
    """Sends visits to the redirect at `address`; `codes` are its links by their word.

    Both methods leave `clock` where it was.
    """

    def __init__(
        self, address: str, codes: Mapping[str, str], clock: FixedClock
    ) -> None:
        self._address, self._codes, self._clock = address, codes, clock
        self._handed: dict[str, str] = {}

    def send(self, visits: Iterable[Visit]) -> None:
        """Ask for all links of the visits, and keep what stores are handed. Refused."""
        now = self._clock.now()
        try:
            with _line(self._address) as line:
                for visit in visits:
                    led_to = [self._asked(line, one) for one in visit.asked]
                    if visit.install and led_to:
                        self._handed[visit.install.key] = _referrer(led_to[0])
        finally:
            self._clock.set(now)

    def tell(self, visits: Iterable[Visit]) -> None:
        """The app's server tells of the installs of these visits, signed now. Refused."""
        with _line(self._address) as line:
            for visit in visits:
                if visit.install:
                    self._told(line, visit, visit.install)

    def _asked(self, line: http.client.HTTPConnection, one: ClickRequest) -> str:
        self._clock.set(one.at)
        scanned = "?qr=1" if BY_WORD[one.link].channel == "poster" else ""
        line.putrequest(one.method, f"/r/{self._codes[one.link]}{scanned}")
        line.putheader("X-Forwarded-For", one.address)
        if one.agent is not None:
            line.putheader("User-Agent", one.agent)
        for name, value in one.headers:
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        answer.read()
        if answer.status != _LED:
            raise ClickTrafficError(f"{answer.status} for the link {one.link}")
        return answer.headers["Location"]

    def _told(
        self, line: http.client.HTTPConnection, visit: Visit, install: Install
    ) -> None:
        begun = int(install.begun_at.timestamp())
        clicked = int(visit.asked[0].at.timestamp()) if visit.asked else 0
        said = {
            "id": install.key,
            "app": PACKAGE,
            "install_referrer": install.referrer or self._handed[install.key],
            "referrer_click_timestamp_seconds": clicked,
            "referrer_click_timestamp_server_seconds": clicked,
            "install_begin_timestamp_seconds": begun,
            "install_begin_timestamp_server_seconds": begun,
            "install_version": "2.6.0",
            "google_play_instant": False,
        }
        body = json.dumps(said).encode()
        moment = str(int(self._clock.now().timestamp()))
        sealed = hmac.new(KEY.encode(), moment.encode() + b"." + body, hashlib.sha256)
        signed = {
            "Content-Type": "application/json",
            "X-Socialcell-Timestamp": moment,
            "X-Socialcell-Signature": sealed.hexdigest(),
        }
        line.request("POST", "/installs", body, signed)
        answer = line.getresponse()
        why = answer.read().decode()
        if answer.status != _TAKEN:
            raise ClickTrafficError(f"{answer.status} for an install: {why}")


@contextlib.contextmanager
def _line(address: str) -> Iterator[http.client.HTTPConnection]:
    """One connection, kept open from request to request."""
    parts = urlsplit(address)
    with contextlib.closing(
        http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    ) as line:
        yield line


def _referrer(address: str) -> str:
    """What the store hands to the app: decoded once."""
    return parse_qs(urlsplit(address).query)["referrer"][0]
