"""The polite client: safe addresses, deadlines, caps, waits that are told."""

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from socialcell.http import PoliteAdapter, fetch, retry_after

NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
ORIGIN = "https://paper.example"


@contextmanager
def answering(
    body: bytes, status: int = 200, pieces: int = 1, **headers: str
) -> Iterator[str]:
    """A server that answers every GET the same; `pieces` sends it drop by drop."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            if "content_length" not in headers:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.close_connection = True
            if pieces == 1:
                self.wfile.write(body)
                return
            stop = threading.Event()
            for start in range(0, len(body), max(1, len(body) // pieces)):
                try:
                    self.wfile.write(body[start : start + len(body) // pieces])
                except OSError:
                    return
                stop.wait(0.05)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def get(base: str, **options: float) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://api.example", PoliteAdapter(base, **options))
        return session.get("https://api.example/2/thing?x=1")


def test_requests_for_an_origin_go_to_the_base_url_that_was_given() -> None:
    with answering(b"hello") as base:
        assert get(base).content == b"hello"


@pytest.mark.fault("F12")
def test_an_answer_that_drips_is_cut_at_the_deadline() -> None:
    with (
        answering(b"x" * 200, pieces=200) as base,
        pytest.raises(requests.exceptions.ReadTimeout, match="too long"),
    ):
        get(base, deadline=0.3)


@pytest.mark.fault("F10")
def test_an_answer_shorter_than_announced_is_an_error() -> None:
    with (
        answering(b"half", content_length="400") as base,
        pytest.raises(requests.exceptions.ConnectionError, match="broke off"),
    ):
        get(base)


@pytest.mark.fault("F12")
def test_a_compressed_bomb_is_stopped_at_the_cap() -> None:
    bomb = gzip.compress(bytes(60 * 1024 * 1024))
    with (
        answering(bomb, content_encoding="gzip") as base,
        pytest.raises(requests.exceptions.RequestException, match="larger than"),
    ):
        get(base)


def test_a_feed_body_over_its_cap_is_refused() -> None:
    with (
        answering(b"x" * 2000) as base,
        pytest.raises(requests.exceptions.RequestException, match="larger than"),
    ):
        fetch(f"{ORIGIN}/feed", base_urls={ORIGIN: base}, cap=1000)


def test_only_origins_that_were_handed_over_may_reach_loopback() -> None:
    with answering(b"feed") as base:
        found = fetch(f"{ORIGIN}/feed", base_urls={ORIGIN: base})
        assert (found.body, found.url) == (b"feed", f"{ORIGIN}/feed")
        with pytest.raises(requests.RequestException):
            fetch(base.replace("http://127.0.0.1", "http://localhost"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "ftp://paper.example/feed",
        "file:///etc/passwd",
        "http://paper.example:8080/feed",
        "http://user:secret@paper.example/feed",
        "http://",
        "nonsense",
    ],
)
def test_an_address_inside_the_house_is_refused(url: str) -> None:
    with pytest.raises(requests.RequestException) as caught:
        fetch(url)

    assert "secret" not in str(caught.value)


def test_a_redirect_into_the_house_is_refused() -> None:
    with (
        answering(b"", 302, location="http://127.0.0.1:1/") as base,
        pytest.raises(requests.RequestException),
    ):
        fetch(f"{ORIGIN}/feed", base_urls={ORIGIN: base})


def test_a_name_that_leads_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lookup(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)

    with pytest.raises(requests.RequestException):
        fetch("https://innocent.example/feed")


def test_redirects_that_never_end_are_left() -> None:
    with (
        answering(b"", 302, location="/feed") as base,
        pytest.raises(requests.TooManyRedirects),
    ):
        fetch(f"{ORIGIN}/feed", base_urls={ORIGIN: base})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", NOW + timedelta(minutes=2)),
        ("Mon, 23 Nov 2026 03:45:00 GMT", NOW + timedelta(minutes=15)),
        ("soon", None),
        ("", None),
    ],
)
@pytest.mark.fault("F08")
def test_retry_after_is_read_as_seconds_or_as_a_date(
    value: str, expected: datetime | None
) -> None:
    assert retry_after({"retry-after": value}, NOW) == expected
