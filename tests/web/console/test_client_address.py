"""The address that a browser of the console is slowed by."""

import pytest
from starlette.requests import Request

from socialcell.services.context import Context
from socialcell.web.pages.page_sessions import PageSessions

REAL, FORGED = b"203.0.113.9", b"198.51.100.1"


def client_of(context: Context, peer: str, *forwarded: bytes) -> str:
    """The address of a request over this peer with these X-Forwarded-For headers."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/en/",
        "query_string": b"",
        "path_params": {},
        "headers": [(b"x-forwarded-for", line) for line in forwarded],
        "client": (peer, 50000),
    }
    return (
        PageSessions(context, "console").anonymous_request(Request(scope), "en").client
    )


@pytest.mark.parametrize("lines", [(REAL,), (FORGED + b", " + REAL,), (FORGED, REAL)])
def test_a_browser_does_not_choose_the_address_it_is_known_by(
    context: Context, lines: tuple[bytes, ...]
) -> None:
    assert client_of(context, "127.0.0.1", *lines) == REAL.decode()


def test_a_peer_that_is_not_trusted_forwards_for_nobody(context: Context) -> None:
    assert client_of(context, "192.0.2.7", FORGED) == "192.0.2.7"
