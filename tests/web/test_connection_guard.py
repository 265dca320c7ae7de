"""Connections that wait for a request: how long, for how much, and how many of them."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from socialcell.web.connections.connection_limits import ConnectionLimits
from tests.web.guarded_server import (
    HALF,
    HEAD_BYTES,
    HELD,
    LARGE,
    LAST,
    REQUEST,
    SECONDS,
    Answers,
    answer_to,
    connect,
    read_all,
    served,
    statuses,
)


@pytest.fixture
def address() -> Iterator[str]:
    with served(Answers()) as opened:
        yield opened


def test_a_head_has_ten_seconds_and_sixteen_kilobytes() -> None:
    limits = ConnectionLimits(1)
    assert (limits.head_seconds, limits.head_bytes) == (10.0, 16_384)


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
