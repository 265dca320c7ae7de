"""nginx and Caddy with the files of deploy/ before our servers: what they pass on."""

import http.client
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from socialcell.services.context import Context
from socialcell.settings import Config
from socialcell.web import redirect_server, webhook_server
from socialcell.web.console import console_server
from tests.campaigns.links.link_requests import PHONE, kinds, make_link
from tests.web_servers import PROGRAMS, is_installed, standing_before

pytestmark = pytest.mark.on_sqlite

INSIDE = "203.0.113.9"  # an address of the cell, whose clicks are told apart


def port_of(address: str) -> int:
    return urlsplit(address).port or 0


@pytest.fixture(params=PROGRAMS)
def front(request: pytest.FixtureRequest, context: Context) -> Iterator[int]:
    """The port of a web server before the redirect, the webhooks and the console."""
    if not is_installed(request.param):
        pytest.skip(f"{request.param} is not installed")
    settings = {"links": {"trusted": ["127.0.0.1"], "internal": [f"{INSIDE}/32"]}}
    workspace = type(context.workspace)(
        context.workspace.folder, Config.model_validate(settings)
    )
    served = replace(context, workspace=workspace)
    with (
        redirect_server.serving(served) as links,
        webhook_server.serving(served) as hooks,
        console_server.serving(served) as console,
        standing_before(
            request.param,
            {8486: port_of(links), 8485: port_of(hooks), 8487: port_of(console)},
        ) as port,
    ):
        yield port


def ask(
    port: int, host: str, path: str, body: bytes | None = None, **headers: str
) -> int:
    """The status of a request."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = {"Host": f"{host}.pune.example", "User-Agent": PHONE, **headers}
    try:
        line.request("GET" if body is None else "POST", path, body, sent)
        return line.getresponse().status
    finally:
        line.close()


def test_it_passes_on_the_paths_of_each_server_and_no_other(
    front: int, context: Context
) -> None:
    code = make_link(context).code
    statuses = {
        (host, path): ask(front, host, path)
        for host, path in (
            ("go", f"/r/{code}"),
            ("go", "/r/zzzzzzz"),
            ("go", "/robots.txt"),
            ("go", "/livez"),
            ("go", "/"),
            ("hooks", "/livez"),
            ("hooks", "/anything"),
            ("console", "/en/sign-in"),
        )
    }
    assert statuses.pop(("go", "/r/zzzzzzz")) == 404
    assert statuses.pop(("go", "/robots.txt")) == 200
    assert statuses.pop(("console", "/en/sign-in")) == 200
    # Its code came after the links were read: it leads within a second.
    assert statuses.pop(("go", f"/r/{code}")) in (302, 404)
    assert set(statuses.values()) == {404}
    assert ask(front, "hooks", "/whatsapp", b"{}") == 401  # ours: it is not signed


def test_a_client_that_names_another_address_is_not_believed(
    front: int, context: Context
) -> None:
    code = make_link(context).code
    forged = {"X-Forwarded-For": INSIDE}
    while ask(front, "go", f"/r/{code}", **forged) != 302:
        pass
    assert ask(front, "go", "/installs", b"x" * 17_000) >= 400
    while not (counted := kinds(context)):
        pass
    assert set(counted) <= {"human", "duplicate"}
