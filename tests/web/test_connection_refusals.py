"""What the guard of connections refuses: in all, by address, and what it counts."""

from contextlib import ExitStack

import pytest

from socialcell.web.connections.connection_limits import RefusalReason
from tests.web.guarded_server import (
    HALF,
    HEAD_BYTES,
    HELD,
    LARGE,
    LAST,
    REQUEST,
    SECONDS,
    STAYS,
    Answers,
    answer_to,
    connect,
    read_all,
    served,
    statuses,
)


def test_requests_that_wait_for_an_answer_are_counted_and_have_an_end() -> None:
    app, refused = Answers(), list[RefusalReason]()
    with (
        served(app, pipelined=3, seconds=600, refused=refused) as address,
        connect(address) as patient,
        connect(address) as greedy,
    ):
        patient.sendall(STAYS + REQUEST * 2 + LAST)
        assert app.held.acquire(timeout=60)
        greedy.sendall(STAYS + REQUEST * 4)
        assert read_all(greedy) == b""
        app.release()
        assert statuses(read_all(patient)) == [200] * 4
    assert refused == [RefusalReason.PIPELINED]


@pytest.mark.parametrize("begun", [HALF + b": ", b"\r\n" * 10])
def test_a_head_without_end_behind_a_request_that_is_answered_is_refused(
    begun: bytes,
) -> None:
    app, refused = Answers(), list[RefusalReason]()
    with served(app, seconds=600, refused=refused) as address:
        with connect(address) as line:
            line.sendall(STAYS + begun)
            assert app.held.acquire(timeout=60)
            line.sendall(begun[-2:] * HEAD_BYTES)
            assert read_all(line) == b""
        app.release()
    assert refused == [RefusalReason.LARGE_HEAD]


def post(length: int, *, sent: int) -> bytes:
    head = f"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + b"x" * sent


def test_a_body_that_is_not_whole_in_time_ends_its_connection() -> None:
    refused: list[RefusalReason] = []
    with (
        served(Answers(), body_seconds=SECONDS, refused=refused) as address,
        connect(address) as line,
        connect(address) as whole,
    ):
        line.sendall(post(1000, sent=999))
        whole.sendall(post(1000, sent=1000))
        assert statuses(whole.recv(1000)) == [200]
        assert read_all(line) == b""
    assert refused[0] is RefusalReason.SLOW_BODY


def test_who_sends_a_body_slowly_makes_room_for_the_next() -> None:
    refused: list[RefusalReason] = []
    with (
        served(Answers(), capacity=3, seconds=600, refused=refused) as address,
        ExitStack() as stack,
    ):
        slow = [stack.enter_context(connect(address)) for _ in range(3)]
        for line in slow:
            line.sendall(post(1000, sent=1))
        with connect(address) as newest:
            assert answer_to(newest) == 200
            assert read_all(slow[0]) == b""
    assert refused == [RefusalReason.FULL]


def test_who_does_not_read_an_answer_in_parts_is_cut_off() -> None:
    refused: list[RefusalReason] = []
    with (
        served(Answers(), seconds=600, refused=refused) as address,
        connect(address) as line,
    ):
        line.sendall(b"GET /parts HTTP/1.1\r\nHost: a\r\n\r\n")
        assert line.recv(1) == b"H"
        with connect(address) as other:
            while not refused:
                assert answer_to(other) == 200
        assert len(read_all(line)) < LARGE
    assert refused == [RefusalReason.UNREAD]


def test_an_address_has_so_many_connections_and_others_have_theirs() -> None:
    refused: list[RefusalReason] = []
    with (
        served(Answers(), by_address=2, seconds=600, refused=refused) as address,
        ExitStack() as stack,
    ):
        other = stack.enter_context(connect(address, "127.0.0.2"))
        oldest, *rest = (stack.enter_context(connect(address)) for _ in range(3))
        assert [answer_to(line) for line in rest] == [200, 200]
        assert read_all(oldest) == b""
        assert answer_to(other) == 200
    assert refused == [RefusalReason.ADDRESS]


def test_an_address_whose_requests_are_all_being_answered_gets_no_more() -> None:
    app, refused = Answers(), list[RefusalReason]()
    with (
        served(app, by_address=1, seconds=600, refused=refused) as address,
        connect(address) as line,
        ExitStack() as stack,
    ):
        line.sendall(HELD)
        assert app.held.acquire(timeout=60)
        assert read_all(stack.enter_context(connect(address))) == b""
        other = stack.enter_context(connect(address, "127.0.0.2"))
        assert answer_to(other) == 200
        app.release()
        assert statuses(read_all(line)) == [200]
    assert refused == [RefusalReason.ADDRESS]


def forwarded_for(client: str, request: bytes) -> bytes:
    return request[:-2] + f"X-Forwarded-For: 9.9.9.9, {client}\r\n\r\n".encode()


def test_a_web_server_before_us_is_no_client_and_its_clients_are_told_apart() -> None:
    app, refused = Answers(), list[RefusalReason]()
    limits = {"by_address": 1, "trusted": ("127.0.0.1",), "refused": refused}
    with served(app, seconds=600, **limits) as address, ExitStack() as stack:
        lines = [stack.enter_context(connect(address)) for _ in range(4)]
        lines[0].sendall(forwarded_for("203.0.113.7", HELD))
        assert app.held.acquire(timeout=60)
        again = forwarded_for("203.0.113.7", REQUEST)
        assert answer_to(lines[1], again) == 429
        assert answer_to(lines[2], forwarded_for("203.0.113.8", REQUEST)) == 200
        assert answer_to(lines[3]) == 200
        app.release()
        assert statuses(read_all(lines[0])) == [200]
        assert answer_to(stack.enter_context(connect(address)), again) == 200
    assert refused == [RefusalReason.ADDRESS]


def test_what_others_write_of_their_address_changes_nothing() -> None:
    app = Answers()
    with (
        served(app, by_address=1, seconds=600) as address,
        connect(address) as line,
        connect(address, "127.0.0.2") as other,
    ):
        line.sendall(forwarded_for("203.0.113.7", HELD))
        assert app.held.acquire(timeout=60)
        assert answer_to(other, forwarded_for("203.0.113.7", REQUEST)) == 200
        app.release()
        assert statuses(read_all(line)) == [200]


def test_a_household_has_all_addresses_of_its_network() -> None:
    app = Answers()
    trusted = {"by_address": 1, "trusted": ("127.0.0.1",)}
    with served(app, seconds=600, **trusted) as address, ExitStack() as stack:
        lines = [stack.enter_context(connect(address)) for _ in range(3)]
        lines[0].sendall(forwarded_for("2001:db8:1:2::7", HELD))
        assert app.held.acquire(timeout=60)
        same, other = "2001:db8:1:2:ffff::8", "2001:db8:1:3::7"
        assert answer_to(lines[1], forwarded_for(same, REQUEST)) == 429
        assert answer_to(lines[2], forwarded_for(other, REQUEST)) == 200
        app.release()
        assert statuses(read_all(lines[0])) == [200]
