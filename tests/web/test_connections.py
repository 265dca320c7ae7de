"""Several requests on one connection, and what ends it."""

import re
import socket
from urllib.parse import urlsplit

import pytest

from socialcell.campaigns.links.model import TrackedLink
from socialcell.services.context import Context
from socialcell.web import redirect_server
from tests.campaigns.links.link_requests import IPHONE, ask, kinds, make_link

UNKNOWN = b"GET /r/zzzzzzz HTTP/1.1\r\nHost: a\r\n\r\n"
LIVES = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def link(context: Context) -> TrackedLink:
    return make_link(context)


def get(
    link: TrackedLink, *more: str, method: str = "GET", version: str = "1.1"
) -> bytes:
    lines = [f"{method} /r/{link.code} HTTP/{version}", "Host: a"]
    lines += [f"User-Agent: {IPHONE}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def said(address: str, *sent: bytes) -> bytes:
    """All that is answered on one connection, whose last request ends it."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=120) as line:
        line.sendall(b"".join(sent))
        answered = b""
        while some := line.recv(65536):
            answered += some
    return answered


def statuses(answered: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+) ", answered)]


def test_an_answer_is_the_same_on_a_connection_that_stays_open(
    context: Context, link: TrackedLink
) -> None:
    with redirect_server.serving(context) as address:
        stays = ask(address, f"/r/{link.code}", agent=IPHONE)
        closes = ask(address, f"/r/{link.code}", agent=IPHONE, Connection="close")
    rest = dict(closes.headers)
    assert rest.pop("connection") == "close"
    assert "connection" not in stays.headers
    assert (
        set(stays.headers)
        == set(rest)
        == {*("date", "location", "cache-control", "content-length")}
    )
    assert (stays.status, stays.location) == (closes.status, closes.location)
    assert kinds(context) == {"human": 1, "duplicate": 1}


def test_answers_come_in_the_order_of_their_requests(
    context: Context, link: TrackedLink
) -> None:
    with redirect_server.serving(context) as address:
        answered = said(
            address,
            *(get(link), UNKNOWN, get(link), get(link), LIVES),
            *(get(link, method="HEAD"), get(link, "Connection: close")),
        )
    assert statuses(answered) == [302, 404, 302, 302, 200, 302, 302]
    assert kinds(context) == {"human": 1, "duplicate": 3, "preview": 1}


def test_a_body_that_nobody_asked_for_is_passed_over(
    context: Context, link: TrackedLink
) -> None:
    with redirect_server.serving(context) as address:
        answered = said(
            address,
            get(link, "Content-Length: 24") + UNKNOWN[:24],
            get(link, "Connection: close"),
        )
    assert statuses(answered) == [302, 302]


def test_an_old_client_is_answered_and_hung_up_on(
    context: Context, link: TrackedLink
) -> None:
    with redirect_server.serving(context) as address:
        assert statuses(said(address, get(link, version="1.0"))) == [302]
    assert kinds(context) == {"human": 1}


def test_what_is_no_request_is_refused(context: Context, link: TrackedLink) -> None:
    with redirect_server.serving(context) as address:
        assert statuses(said(address, b"GET /r/\x00 HTTP/1.1\r\n\r\n")) == [400]
        assert ask(address, f"/r/{link.code}").status == 302
