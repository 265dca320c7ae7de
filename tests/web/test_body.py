"""Limits on the body of a request, at the messages that an ASGI server sends."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from socialcell.web.body import BodyLimits

MAX_BYTES = 100
SECONDS = 0.05


def read_body(
    messages: Sequence[Message],
    *,
    length: str | None = None,
    is_read: bool = True,
    pause: float = 0,
) -> bytes:
    """What an endpoint reads behind the limits, where a message arrives every `pause`
    seconds and after `messages` none."""
    bodies = []

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        bodies.append(await Request(scope, receive).body() if is_read else b"unread")

    arriving = iter(messages)

    async def receive() -> Message:
        message = next(arriving, None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if message is None else pause):
                await asyncio.Event().wait()
        assert message is not None
        return message

    async def send(_message: Message) -> None:
        raise AssertionError

    headers = [] if length is None else [(b"content-length", length.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    asyncio.run(BodyLimits(endpoint, MAX_BYTES, SECONDS)(scope, receive, send))
    return bodies[0]


def part(n: int, *, is_last: bool) -> Message:
    return {"type": "http.request", "body": b"x" * n, "more_body": not is_last}


def test_a_body_of_the_largest_size_is_read_in_one_part_and_in_many() -> None:
    whole = [part(MAX_BYTES, is_last=True)]
    many = [*[part(MAX_BYTES // 4, is_last=False)] * 4, part(0, is_last=True)]

    assert read_body(whole, length=str(MAX_BYTES)) == b"x" * MAX_BYTES
    assert read_body(many) == b"x" * MAX_BYTES


@pytest.mark.parametrize(
    ("messages", "length"),
    [
        ([], str(MAX_BYTES + 1)),  # refused by its length: nothing has arrived
        ([], "9" * 19),
        ([part(MAX_BYTES + 1, is_last=True)], None),
        ([part(MAX_BYTES, is_last=False), part(1, is_last=False)], None),
        ([part(MAX_BYTES, is_last=False), part(1, is_last=True)], "9" * 30),
    ],
)
def test_a_larger_body_is_refused_and_ends_the_connection(
    messages: list[Message], length: str | None
) -> None:
    with pytest.raises(HTTPException, match="too large") as refusal:
        read_body(messages, length=length)

    assert refusal.value.status_code == 413
    assert refusal.value.headers == {"connection": "close"}


@pytest.mark.parametrize("messages", [[], [part(1, is_last=False)] * 3])
def test_a_body_that_is_not_complete_in_time_is_refused_and_ends_the_connection(
    messages: list[Message],
) -> None:
    with pytest.raises(HTTPException, match="too slow") as refusal:
        read_body(messages)

    assert refusal.value.status_code == 408
    assert refusal.value.headers == {"connection": "close"}


def test_a_byte_now_and_then_buys_no_time() -> None:
    messages = [*[part(1, is_last=False)] * 20, part(0, is_last=True)]

    with pytest.raises(HTTPException, match="too slow"):
        read_body(messages, pause=SECONDS / 5)


def test_a_body_that_breaks_off_is_never_handed_to_the_endpoint() -> None:
    messages = [part(1, is_last=False), {"type": "http.disconnect"}]

    with pytest.raises(HTTPException, match="broken off") as refusal:
        read_body(messages)

    assert refusal.value.status_code == 400


def test_a_body_that_is_not_read_is_not_limited() -> None:
    """So that a missing signature is refused as such, however large the body is."""
    assert read_body([], length="9" * 19, is_read=False) == b"unread"
