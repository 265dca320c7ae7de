"""Links and requests for tests: a test names only what it is about."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from socialcell import db
from socialcell.campaigns.links.click_classifier import LinkRequest
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import clicks
from socialcell.services.context import Context
from socialcell.services.links import tracked_links
from tests.builders import NOON

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
COMPUTER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
PLAY = "https://play.google.com/store/apps/details?id=org.example.care"
APPLE = "https://apps.apple.com/app/apple-store/id123456789?pt=123456"
WEB = "https://care.pune.example/monsoon"


def given(**changes: str | None) -> dict[str, str | None]:
    """What a person says of a link."""
    made: dict[str, str | None] = {
        "campaign": "monsoon26",
        "channel": "instagram",
        "web": WEB,
        "android": PLAY,
        "ios": APPLE,
    }
    return made | changes


def make_link(context: Context, **changes: str | None) -> TrackedLink:
    return tracked_links.create_link(context, given(**changes)).link


def make_request(link: TrackedLink | None = None, **changes: Any) -> LinkRequest:
    """A person's first click on a link from a phone."""
    made = LinkRequest(
        id="click-0000000001",
        link_id=1 if link is None else link.id or 0,
        version=1,
        at=NOON,
        method="GET",
        trigger="link",
        device="android",
        target="android",
        agent=PHONE.encode(),
        peer="203.0.113.7",
        forwarded=b"",
        is_prefetch=False,
    )
    return made._replace(**changes)


@dataclass(frozen=True)
class Answer:
    """What the redirect answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def location(self) -> str | None:
        return self.headers.get("location")


def ask(
    address: str,
    path: str,
    *,
    method: str = "GET",
    agent: str | None = PHONE,
    body: bytes | None = None,
    **headers: str,
) -> Answer:
    """One request over a connection of its own; `x_y` is the header X-Y."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if agent is not None:
        sent["User-Agent"] = agent
    parts = urlsplit(address)
    with closing(http.client.HTTPConnection(parts.hostname, parts.port)) as line:
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in sent.items():
            line.putheader(name, value)
        if body is not None:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body)
        answer = line.getresponse()
        said = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, said, answer.read())


def referrer_of(location: str) -> dict[str, str]:
    """What the app is handed: `referrer` decoded once by the store, once as a query."""
    outer = dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))
    return dict(parse_qsl(outer["referrer"], keep_blank_values=True))


def kinds(
    context: Context, since: date | None = None, until: date | None = None
) -> dict[str, int]:
    """Requests by kind, over all links."""
    with db.reading(context.engine) as session:
        found = clicks.count_by_kind(session, since=since, until=until)
    return {row.kind: int(row.n) for row in found}


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())
