"""Limits on connections that wait for a request: seconds, bytes, and how many.

uvicorn's own limits do not do this (tried with 0.54). `limit_concurrency` answers 503
to every request while connections whose heads are incomplete fill it: four of them shut
everybody out for as long as they stayed. No setting ends such a connection;
`timeout_keep_alive` begins after an answer. `h11_max_incomplete_event_size` is for h11
alone, which is slower than httptools, and lets a head of 20 kB through at a limit of
16 kB when it arrives at once.

The guard stands at both ends: it is the application that uvicorn calls, so it knows
when a head is complete and when its answer has ended; and it is the protocol of each
connection, so it sees the bytes in between. It wraps uvicorn's protocol and overrides
nothing of it; everything else is done by uvicorn.
"""

import asyncio
import resource
from collections.abc import Callable
from itertools import takewhile
from typing import Any, TypeAlias, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0  # from the opening, or the last answer, to the end of a head
HEAD_BYTES = 16 * 1024
_CHECK_SECONDS = 0.5
_END_OF_HEAD = b"\r\n\r\n"
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)

Address: TypeAlias = tuple[str, int] | None


class ConnectionGuard:
    """An ASGI application around `app`, and the limits of all connections to it.

    `capacity` is how many connections may be open. Beyond it each new connection closes
    the one that has waited longest for a request; when all are being answered, one
    request more is answered 503, and `count_busy` is called. `seconds` is the time that
    a head may take.
    """

    def __init__(
        self,
        app: ASGIApp,
        capacity: int,
        seconds: float = HEAD_SECONDS,
        count_busy: Callable[[], None] = lambda: None,
    ) -> None:
        self._app, self._capacity, self._seconds = app, capacity, seconds
        self._count_busy = count_busy
        self._open: dict[Address, GuardedConnection] = {}
        self._waiting: dict[GuardedConnection, float] = {}  # since when, oldest first
        self._checking = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = self._open.get(scope.get("client"))
        if connection is None:  # closed meanwhile; the request counts all the same
            await self._app(scope, receive, send)
            return
        self._waiting.pop(connection, None)
        connection.requests += 1
        try:
            if len(self._open) - len(self._waiting) > self._capacity:
                self._count_busy()
                await _answer_busy(send)
            else:
                await self._app(scope, receive, send)
        finally:
            connection.requests -= 1
            if not connection.requests and self._is_open(connection):
                connection.expect_head()
                self._waiting[connection] = self._loop.time()

    def add(self, connection: "GuardedConnection") -> None:
        """A connection was opened."""
        self._loop = asyncio.get_running_loop()
        if len(self._open) >= self._capacity and self._waiting:
            self._close(next(iter(self._waiting)))
        self._open[connection.client] = connection
        self._waiting[connection] = self._loop.time()
        if not self._checking:
            self._checking = True
            self._loop.call_later(_CHECK_SECONDS, self._close_late)

    def remove(self, connection: "GuardedConnection") -> None:
        """A connection is closed."""
        if self._is_open(connection):
            del self._open[connection.client]
        self._waiting.pop(connection, None)

    def _is_open(self, connection: "GuardedConnection") -> bool:
        """Another one may have come from the same address since."""
        return self._open.get(connection.client) is connection

    def _close_late(self) -> None:
        latest = self._loop.time() - self._seconds
        late = takewhile(lambda entry: entry[1] <= latest, self._waiting.items())
        for connection, _since in list(late):
            self._close(connection)
        self._checking = bool(self._open)
        if self._checking:
            self._loop.call_later(_CHECK_SECONDS, self._close_late)

    def _close(self, connection: "GuardedConnection") -> None:
        """What was written goes out first; a client that does not read it in the same
        time again is cut off."""
        del self._waiting[connection]
        self._waiting[connection] = self._loop.time()
        connection.close()


class GuardedConnection(asyncio.Protocol):
    """One connection: uvicorn's own, and the head that is coming in over it.

    For `uvicorn.Config(http=…)` around a `ConnectionGuard`.
    """

    def __init__(self, config: uvicorn.Config, **server: Any) -> None:
        assert isinstance(config.app, ConnectionGuard)
        self._guard = config.app
        self._http = HttpToolsProtocol(config, **server)
        self.client: Address = None
        self.requests = 0  # that are being answered; more than one when pipelined
        self._head: bytes | None = (
            b""  # of a request; None: it is complete, a body may follow
        )

    def expect_head(self) -> None:
        """The answer has ended."""
        self._head = b""

    def close(self) -> None:
        if self._transport.is_closing():
            self._transport.abort()
        else:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is no subclass of it.
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.client = None if peer is None else (peer[0], peer[1])
        self._http.connection_made(self._transport)
        self._guard.add(self)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            head = (self._head + data).lstrip(b"\r\n")
            if head.find(_END_OF_HEAD, 0, HEAD_BYTES) >= 0:
                self._head = None
            elif len(head) < HEAD_BYTES:
                self._head = head
            else:
                self._transport.write(_TOO_LARGE)
                self._transport.close()
                return
        self._http.data_received(data)

    def eof_received(self) -> None:
        self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        self._guard.remove(self)
        self._http.connection_lost(error)


def connection_capacity(maximum: int) -> int:
    """How many connections may be open: `maximum`, and no more than three quarters of
    the files that this process may open, so that the database can be opened too."""
    files, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return maximum if files == resource.RLIM_INFINITY else min(maximum, files * 3 // 4)


async def _answer_busy(send: Send) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
