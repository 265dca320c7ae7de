"""A server behind the guard of connections, and clients of it, for tests."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from socialcell.web.connections.connection_limits import ConnectionLimits, RefusalReason
from socialcell.web.serving import open_listener, run_in_thread, server_config

HEAD_BYTES = 16_384
SECONDS = 0.5  # for a head, in these tests
LARGE = 30_000_000  # bytes; more than the system keeps on the way
REQUEST = b"GET /quick HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HELD = b"GET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
STAYS = HELD.replace(b"Connection: close\r\n", b"")
HALF = b"GET /quick HTTP/1.1\r\nHo"


class Answers:
    """An application: /quick answers, /body says how long the body was, /held answers
    once it is released, /large answers with `LARGE` bytes, /parts with as many in
    parts."""

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
        elif scope["path"] == "/parts":
            await answer_in_parts(send)
            return
        headers = [(b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    def release(self) -> None:
        """Let go of what is held; from another thread."""
        self.loop.call_soon_threadsafe(self.let_go.set)


async def answer_in_parts(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(LARGE // 10_000):
        part = {"type": "http.response.body", "body": b"x" * 10_000}
        await send({**part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def length_of_body(receive: Receive) -> int:
    n, more = 0, True
    while more:
        message: Any = await receive()
        n += len(message["body"])
        more = message["more_body"]
    return n


@contextmanager
def served(
    app: ASGIApp,
    *,
    capacity: int = 50,
    seconds: float = SECONDS,
    refused: list[RefusalReason] | None = None,
    **more: Any,
) -> Iterator[str]:
    limits = ConnectionLimits(
        capacity, **{"head_seconds": seconds, "unread_seconds": SECONDS, **more}
    )
    counted = [] if refused is None else refused
    config = server_config(app, limits, counted.append)
    with (
        open_listener("127.0.0.1", 0) as listener,
        run_in_thread(config, listener) as at,
    ):
        yield at


def connect(address: str, source: str = "127.0.0.1") -> socket.socket:
    parts = urlsplit(address)
    place = (parts.hostname or "", parts.port or 0)
    return socket.create_connection(place, timeout=60, source_address=(source, 0))


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
