"""Connections that wait for a request: how long, for how much, and how many of them."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from socialcell.web.connection_guard import HEAD_BYTES, HEAD_SECONDS
from socialcell.web.serving import open_listener, run_in_thread, server_config

SECONDS = 0.5  # for a head, in these tests
LARGE = 30_000_000  # bytes; more than the system keeps on the way
REQUEST = b"GET /quick HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HELD = b"GET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HALF = b"GET /quick HTTP/1.1\r\nHo"


class Answers:
    """An application: /quick answers, /body says how long the body was, /held answers
    once it is released, /large answers with `LARGE` bytes."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.held = threading.Semaphore(0)  # one for each that waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        text = b"ok"
        if scope["path"] == "/body":
            text = str(await length_of_body(receive)).encode()
        elif scope["path"] == "/held":
            self.loop = asyncio.get_running_loop()
            self.held.release()
            await self.let_go.wait()
        elif scope["path"] == "/large":
            text = b"x" * LARGE
        headers = [(b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    def release(self) -> None:
        """Let go of what is held; from another thread."""
        self.loop.call_soon_threadsafe(self.let_go.set)


async def length_of_body(receive: Receive) -> int:
    n, more = 0, True
    while more:
        message: Any = await receive()
        n += len(message["body"])
        more = message["more_body"]
    return n


@contextmanager
def served(
    app: ASGIApp, *, capacity: int = 50, seconds: float = SECONDS
) -> Iterator[str]:
    config = server_config(app, capacity, head_seconds=seconds)
    with (
        open_listener("127.0.0.1", 0, 100) as listener,
        run_in_thread(config, listener) as at,
    ):
        yield at


@pytest.fixture
def address() -> Iterator[str]:
    with served(Answers()) as opened:
        yield opened


def connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60)


def read_all(line: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    answer = b""
    try:
        while some := line.recv(65536):
            answer += some
    except ConnectionResetError:
        pass
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+) ", answer)]


def answer_to(line: socket.socket, request: bytes = REQUEST) -> int:
    """The status of a request over a connection that stays open."""
    line.sendall(request)
    return statuses(line.recv(65536))[0]


def test_a_head_has_ten_seconds_and_sixteen_kilobytes() -> None:
    assert (HEAD_SECONDS, HEAD_BYTES) == (10.0, 16_384)


@pytest.mark.parametrize("begun", [b"", HALF, b"\r\n\r\n", b"\r\n\r\nGET "])
def test_a_connection_whose_head_is_not_whole_in_time_is_closed(
    address: str, begun: bytes
) -> None:
    start = time.monotonic()
    with connect(address) as line:
        line.sendall(begun)
        assert read_all(line) == b""
    assert time.monotonic() - start > SECONDS * 0.8  # the server's clock has ticks


def test_a_byte_now_and_then_buys_no_time(address: str) -> None:
    with connect(address) as line:
        line.sendall(HALF)
        line.settimeout(SECONDS / 5)
        sent = 0
        while sent < 300:
            try:
                assert line.recv(100) == b""
                break
            except TimeoutError:
                sent += line.send(b"x")
            except OSError:
                break
        assert 3 <= sent < 100


def test_the_next_head_on_an_open_connection_has_its_time_too(address: str) -> None:
    with connect(address) as line:
        assert answer_to(line) == 200
        line.sendall(HALF)
        assert read_all(line) == b""


@pytest.mark.parametrize("before", [b"", b"\r\n\r\n"])
def test_a_head_that_is_too_large_is_refused(address: str, before: bytes) -> None:
    with connect(address) as line:
        line.sendall(before + HALF + b"st: " + b"a" * HEAD_BYTES)
        assert statuses(read_all(line)) == [431]


def test_a_head_that_is_too_large_is_refused_also_when_it_is_whole(
    address: str,
) -> None:
    head = HALF + b"st: " + b"a" * HEAD_BYTES + b"\r\n\r\n"
    with connect(address) as line:
        line.sendall(head)
        assert statuses(read_all(line)) == [431]


def test_the_largest_head_is_answered_in_one_piece_and_in_many(address: str) -> None:
    padding = HEAD_BYTES - len(LAST) - len(b"X: \r\n")
    head = LAST[:-2] + b"X: " + b"a" * padding + b"\r\n\r\n"
    assert len(head) == HEAD_BYTES
    for size in (HEAD_BYTES, 1000, HEAD_BYTES - 2):
        with connect(address) as line:
            for start in range(0, HEAD_BYTES, size):
                line.sendall(head[start : start + size])
            assert statuses(read_all(line)) == [200]


def test_a_body_may_be_larger_and_slower_than_a_head(address: str) -> None:
    n = 3 * HEAD_BYTES
    head = f"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: {n}\r\n\r\n".encode()
    with connect(address) as line, connect(address) as silent:
        line.sendall(head + b"x" * (n - 1))
        assert read_all(silent) == b""  # the time of a head has passed
        line.sendall(b"x")
        answer = line.recv(1000)
        assert statuses(answer) == [200]
        assert answer.endswith(str(n).encode())


def test_an_answer_may_take_longer_than_a_head() -> None:
    app = Answers()
    with served(app) as address, connect(address) as line:
        line.sendall(HELD)
        with connect(address) as silent:
            assert read_all(silent) == b""  # the time of a head has passed
        app.release()
        assert statuses(read_all(line)) == [200]


def test_requests_that_come_together_are_all_answered(address: str) -> None:
    with connect(address) as line:
        line.sendall(REQUEST * 3 + LAST)
        assert statuses(read_all(line)) == [200] * 4


def test_whoever_has_waited_longest_makes_room_for_the_next() -> None:
    with served(Answers(), capacity=3, seconds=600) as address, ExitStack() as stack:
        oldest, busy, silent = (stack.enter_context(connect(address)) for _ in range(3))
        assert answer_to(busy) == 200  # so it waits since a moment ago only
        newest = stack.enter_context(connect(address))
        assert answer_to(newest) == 200
        assert read_all(oldest) == b""
        assert answer_to(busy) == 200
        latest = stack.enter_context(connect(address))
        assert answer_to(latest) == 200
        assert read_all(silent) == b""


def test_when_all_are_being_answered_one_more_is_told_that_it_is_busy() -> None:
    app = Answers()
    with served(app, capacity=2, seconds=600) as address, ExitStack() as stack:
        lines = [stack.enter_context(connect(address)) for _ in range(2)]
        for line in lines:
            line.sendall(HELD)
            assert app.held.acquire(timeout=60)
        with connect(address) as other:
            other.sendall(REQUEST)
            assert statuses(read_all(other)) == [503]
        app.release()
        assert [statuses(read_all(line)) for line in lines] == [[200], [200]]
        with connect(address) as other:
            assert answer_to(other) == 200


def test_a_client_that_does_not_read_its_answer_is_cut_off(address: str) -> None:
    with connect(address) as line:
        line.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert line.recv(1) == b"H"
        with connect(address) as silent:
            assert read_all(silent) == b""  # the time of a head has passed
        assert len(read_all(line)) < LARGE


def test_a_half_sent_head_does_not_hold_up_the_stop() -> None:
    with served(Answers(), seconds=600) as address, connect(address) as line:
        line.sendall(HALF)
        with connect(address) as other:
            assert answer_to(other) == 200
        start = time.monotonic()
    assert time.monotonic() - start < 15
