"""Platforms that refuse, stumble, drip or never end: waits, deadlines, recovery."""

import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from socialcell import db, http
from socialcell.clock import FixedClock
from socialcell.listening.store import integrity
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import store
from socialcell.sandbox.server import ServerResponse
from socialcell.services.collection import collector
from socialcell.services.collection.collector import RunResult
from socialcell.services.context import Context
from tests.builders import make_source
from tests.conftest import MONDAY_MORNING
from tests.faults.hostile.conftest import sqlite_url
from tests.faults.hostile.scripted import (
    ORIGINS,
    SETTINGS,
    TOKEN,
    article,
    feed,
    listing,
    scripted,
    status,
    submission,
    x_page,
    x_post,
)
from tests.mailbox import held_port

NOW = MONDAY_MORNING
MINUTES = timedelta(minutes=1)
GOOD: dict[str, Any] = {
    "x": x_page(x_post(2), x_post(1)),
    "rss": feed(article(1), article(2)),
    "reddit": listing(submission(2), submission(1)),
    "mastodon": [status(1), status(2)],
}
every_platform = pytest.mark.parametrize("name", list(GOOD))


@pytest.fixture
def database_url(tmp_path: Path, empty_database: Path) -> str:
    """SQLite only: what a platform does has nothing to do with where it is stored."""
    return sqlite_url(tmp_path, empty_database)


def source_of(context: Context, name: str) -> None:
    make_source(context.engine, name, name, **SETTINGS[name])


def only(results: list[RunResult]) -> RunResult:
    (result,) = results
    return result


def cursor(context: Context, name: str) -> Any:
    with db.reading(context.engine) as session:
        source = store.source_named(session, name)
        found = store.cursor(session, source.id or 0)
        return found.state if found else None


# Waiting as long as told ---------------------------------------------------------

WAITS: list[tuple[str, dict[str, str], timedelta]] = [
    ("seconds", {"retry-after": "120"}, 2 * MINUTES),
    ("a date", {"retry-after": format_datetime(NOW + 9 * MINUTES)}, 9 * MINUTES),
    ("more than a day", {"retry-after": "99999999"}, timedelta(days=1)),
]


@every_platform
@pytest.mark.parametrize(
    ("headers", "wait"), [(h, w) for _, h, w in WAITS], ids=[w[0] for w in WAITS]
)
@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.fault("F08")
def test_nobody_is_asked_before_the_time_that_it_named(
    name: str,
    headers: dict[str, str],
    wait: timedelta,
    code: int,
    context: Context,
    clock: FixedClock,
) -> None:
    with scripted(name, context) as (platform, opened):
        source_of(opened, name)
        platform.answers = [
            ServerResponse(code, b"{}", headers),
            ServerResponse(200, GOOD[name]),
        ]

        refused = only(collector.collect(opened))
        asked = len(platform.asked)
        clock.advance(wait - timedelta(seconds=1))
        waiting = only(collector.collect(opened))
        assert len(platform.asked) == asked
        clock.advance(timedelta(seconds=1))
        recovered = only(collector.collect(opened))

    assert (refused.state, waiting.state) == ("failed", "waiting")
    assert refused.not_before == NOW + wait
    assert (recovered.state, recovered.counts["stored"]) == ("ok", 2)


PAST = [
    {"retry-after": "0"},
    {"retry-after": format_datetime(NOW - 30 * MINUTES)},
    {"x-rate-limit-reset": str(int((NOW - 30 * MINUTES).timestamp()))},
    {"X-RateLimit-Reset": (NOW - 30 * MINUTES).isoformat()},
    {"x-ratelimit-reset": "0"},
    {"retry-after": "soon"},
    {},
]


@every_platform
@pytest.mark.parametrize("headers", PAST, ids=str)
@pytest.mark.fault("F08")
def test_a_wait_that_is_over_already_is_no_reason_to_hammer(
    name: str, headers: dict[str, str], context: Context
) -> None:
    with scripted(name, context) as (platform, opened):
        source_of(opened, name)
        platform.answers = [ServerResponse(429, b"{}", headers)]

        refused = only(collector.collect(opened))

    assert refused.not_before is not None
    assert NOW + 5 * MINUTES <= refused.not_before <= NOW + 20 * MINUTES
    assert refused.error_kind == "rate"


@every_platform
@pytest.mark.parametrize("code", [500, 502])
@pytest.mark.fault("F09")
def test_trouble_of_its_own_is_waited_out_longer_and_longer(
    name: str, code: int, context: Context, clock: FixedClock
) -> None:
    with scripted(name, context) as (platform, opened):
        source_of(opened, name)
        platform.answers = [ServerResponse(code, "<html>Bad gateway</html>")] * 4
        waits = []
        while platform.answers:
            result = only(collector.collect(opened))
            assert (result.state, result.error_kind) == ("failed", "transient")
            assert result.not_before is not None
            waits.append(result.not_before - clock.now())
            clock.set(result.not_before)
        platform.answers = [ServerResponse(200, GOOD[name])]

        recovered = only(collector.collect(opened))

    assert waits == sorted(waits)
    assert waits[0] < 2 * MINUTES < 5 * MINUTES < waits[-1]
    assert (recovered.state, recovered.counts["stored"]) == ("ok", 2)
    with db.reading(context.engine) as session:
        source = store.source_named(session, name)
        assert (source.failures, source.not_before) == (0, None)


# Lines that misbehave ------------------------------------------------------------

Misbehaving = Callable[[BaseHTTPRequestHandler, threading.Event], None]


def dripping(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """One byte now and then, for ever: each one starts a read timeout anew."""
    handler.send_header("content-length", "1000000")
    handler.end_headers()
    while not over.wait(0.05):
        handler.wfile.write(b" ")


def stalled(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """The body comes at once, and its last byte never."""
    handler.send_header("content-length", "3")
    handler.end_headers()
    handler.wfile.write(b"[]")
    over.wait(30)


def endless(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    handler.end_headers()
    while not over.is_set():
        handler.wfile.write(b'{"data": "' + b"x" * 65_536)


def bomb(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """64 MB of spaces in some 60 kB."""
    handler.send_header("content-encoding", "gzip")
    handler.send_header("content-length", str(len(BOMB)))
    handler.end_headers()
    handler.wfile.write(BOMB)


def broken_gzip(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    handler.send_header("content-encoding", "gzip")
    handler.send_header("content-length", "9")
    handler.end_headers()
    handler.wfile.write(b"not gzip!")


def reset(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """The line is cut (RST) in the middle of a body."""
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b"[{")
    handler.wfile.flush()
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


BOMB = gzip.compress(b" " * (64 << 20))
MISBEHAVING = [dripping, stalled, endless, bomb, broken_gzip, reset]
FLOODS = (endless, bomb)  # are no passing trouble: asked again an hour later


@contextlib.contextmanager
def misbehaving(how: Misbehaving) -> Iterator[str]:
    """A server whose every answer but a token goes wrong in one way."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            self.send_response(200)
            self.send_header("content-type", "application/json")
            with contextlib.suppress(OSError, ValueError):
                how(self, over)

        def do_POST(self) -> None:
            self.close_connection = True
            body = str(TOKEN).replace("'", '"').encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """The client hangs up: that is what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute as in life is too long for a test."""
    monkeypatch.setattr(http, "DEADLINE", 1.5)
    monkeypatch.setattr(http, "FEED_DEADLINE", 1.5)


@every_platform
@pytest.mark.parametrize("how", MISBEHAVING)
@pytest.mark.fault("F10", "F12")
def test_a_line_that_misbehaves_is_left_and_others_are_read(
    name: str, how: Misbehaving, context: Context, short_deadlines: None
) -> None:
    other = "rss" if name != "rss" else "mastodon"
    with scripted(name, context) as (platform, opened):
        source_of(opened, name)
        platform.answers = [ServerResponse(200, GOOD[name])]
        assert only(collector.collect(opened)).state == "ok"
    before = cursor(context, name)
    source_of(context, other)

    with misbehaving(how) as base, scripted(other, context) as (well, opened):
        well.answers = [ServerResponse(200, GOOD[other])]
        urls = {**opened.base_urls, **dict.fromkeys(ORIGINS[name], base)}
        both = Context(context.workspace, context.engine, context.clock, urls)
        results = {one.source: one for one in collector.collect(both)}

    assert results[other].state == "ok"
    assert results[other].counts["stored"] == 2
    bad = results[name]
    kind = "drift" if how in FLOODS else "transient"
    assert (bad.state, bad.error_kind) == ("failed", kind), bad
    assert "127.0.0.1" not in (bad.reason or "")
    assert cursor(context, name) == before
    with db.reading(context.engine) as session:
        assert mention_queries.present_count(session) == 4
        assert integrity.problems(session) == []


@every_platform
@pytest.mark.parametrize("where", ["refused", "no such name", "no TLS"])
@pytest.mark.fault("F10")
def test_a_platform_that_cannot_be_reached_is_tried_again_later(
    name: str, where: str, context: Context, short_deadlines: None, clock: FixedClock
) -> None:
    source_of(context, name)
    with (
        held_port() as (_place, closed),
        scripted(name, context) as (platform, opened),
    ):
        base = {
            "refused": f"http://127.0.0.1:{closed}",
            "no such name": "http://nobody.invalid",
            "no TLS": next(iter(opened.base_urls.values())).replace("http", "https"),
        }[where]
        urls = dict.fromkeys(ORIGINS[name], base)
        away = Context(context.workspace, context.engine, clock, urls)

        lost = only(collector.collect(away))
        assert (lost.state, lost.error_kind) == ("failed", "transient"), lost
        assert cursor(context, name) is None
        clock.advance(2 * MINUTES)
        platform.answers = [ServerResponse(200, GOOD[name])]
        found = only(collector.collect(opened))

    assert isinstance(lost.not_before, datetime)
    assert (found.state, found.counts["stored"]) == ("ok", 2)
