"""Routes and refusals that all our applications share, over a real connection."""

import http.client
from collections.abc import Iterator, Mapping
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from socialcell.errors import SocialcellError
from socialcell.web.application import (
    UNCACHED,
    AsciiResponse,
    ExactRoute,
    create_application,
)
from socialcell.web.connections.connection_limits import ConnectionLimits
from socialcell.web.serving import open_listener, run_in_thread, server_config


def respond(
    status: int, text: str, headers: Mapping[str, str] | None = None
) -> Response:
    return AsciiResponse(text, status, {**UNCACHED, **(headers or {})})


async def name_method(request: Request) -> Response:
    return respond(200, request.method)


async def fail(_request: Request) -> Response:
    raise SocialcellError("the database is locked")


@pytest.fixture
def address() -> Iterator[str]:
    routes: list[Route] = [
        ExactRoute("/both", name_method, ("GET", "POST")),
        ExactRoute("/post", name_method, ("POST",)),
        ExactRoute("/failing", fail, ("GET",)),
        Route("/post", respond(200, "a later route")),
    ]
    app = create_application(routes, respond, "a request failed")
    config = server_config(app, ConnectionLimits(10))
    with (
        open_listener("127.0.0.1", 0) as listener,
        run_in_thread(config, listener) as at,
    ):
        yield at


def ask(address: str, method: str, path: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer."""
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    with closing(line):
        line.request(method, path)
        answer = line.getresponse()
        headers = {name.lower(): text for name, text in answer.getheaders()}
        return answer.status, answer.read().decode("ascii"), headers


def test_a_route_answers_its_methods(address: str) -> None:
    assert ask(address, "GET", "/both")[:2] == (200, "GET")
    assert ask(address, "POST", "/both")[:2] == (200, "POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_another_method_is_refused_with_the_methods_in_order(
    address: str, method: str
) -> None:
    status, text, headers = ask(address, method, "/both")

    assert (status, text, headers["allow"]) == (405, "GET or POST", "GET, POST")
    assert headers["content-type"] == "text/plain; charset=us-ascii"
    assert headers["cache-control"] == "no-store"


def test_get_does_not_bring_head_with_it(address: str) -> None:
    assert ask(address, "HEAD", "/both")[0] == 405


def test_another_method_is_not_left_to_a_later_route(address: str) -> None:
    assert ask(address, "PUT", "/post")[:2] == (405, "POST")


def test_a_path_is_not_completed_with_a_slash_or_without_one(address: str) -> None:
    assert ask(address, "GET", "/both/")[0] == 404
    assert ask(address, "GET", "/")[0] == 404


def test_an_error_of_ours_asks_the_client_to_come_again_and_is_logged(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(address, "GET", "/failing")[:2] == (503, "not now")
    assert "a request failed" in caplog.text
    assert "the database is locked" in caplog.text
