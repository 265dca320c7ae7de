"""Limits on connections that wait for their client: seconds, and how many of them.

uvicorn's own limits do not do this (tried with 0.54). `limit_concurrency` answers 503
to every request while connections whose heads are incomplete fill it: four of them shut
everybody out for as long as they stayed. No setting ends such a connection;
`timeout_keep_alive` begins after an answer. `h11_max_incomplete_event_size` is for h11
alone, which is slower than httptools, and lets a head of 20 kB through at a limit of
16 kB when it arrives at once. Requests that are pipelined are kept without a limit:
200,000 on one connection took 465 MB.

The guard stands at both ends: it is the application that uvicorn calls, so it knows
when an answer has ended; and each connection (`guarded_connection`) tells it when it
was opened, when it waits for somebody else, and when it is gone.
"""

import asyncio
import functools
from collections import Counter
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from socialcell.campaigns.links.click_classifier import client_address
from socialcell.web.connections.connection_limits import (
    ConnectionLimits,
    CountRefusal,
    OpenConnection,
    Peer,
    Phase,
    RefusalReason,
)

_CHECK_SECONDS = 0.5
_IPV4_BYTES, _IPV6_NETWORK_BYTES = 4, 8
_LATE = {
    Phase.HEAD: RefusalReason.SLOW_HEAD,
    Phase.BODY: RefusalReason.SLOW_BODY,
    Phase.UNREAD: RefusalReason.UNREAD,
}


class _Wait(NamedTuple):
    """What a connection waits for, and until when."""

    phase: Phase
    until: float


class ConnectionGuard:
    """An ASGI application around `app`, and the limits of all connections to it.

    When as many are open as may be, each new connection closes the one that has waited
    longest for its client; when all are being answered, one request more is answered
    503. `count` is called with each refusal.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: ConnectionLimits,
        count: CountRefusal = lambda _refusal: None,
    ) -> None:
        self.limits, self.count = limits, count
        self._app, self._capacity = app, limits.capacity
        self._trusted = [ip_network(text, strict=False) for text in limits.trusted]
        self._network = functools.lru_cache(4096)(self._find_network)
        self._open: dict[Peer, OpenConnection] = {}
        self._of_network: dict[bytes, dict[OpenConnection, None]] = {}
        self._waiting: dict[OpenConnection, _Wait] = {}  # who began first is first
        self._answering: Counter[bytes] = Counter()  # requests by forwarded network
        self._seconds = {
            Phase.HEAD: limits.head_seconds,
            Phase.BODY: limits.body_seconds,
            Phase.UNREAD: limits.unread_seconds,
            Phase.CLOSING: limits.unread_seconds,
        }
        self._checking = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = self._open.get(scope.get("client"))
        if connection is None:  # closed meanwhile; the request counts all the same
            await self._app(scope, receive, send)
            return
        network = self._forwarded_network(scope)
        try:
            if len(self._open) - len(self._waiting) > self._capacity:
                self.count(RefusalReason.BUSY)
                await _refuse(send, 503)
            elif network is None:
                await self._app(scope, receive, send)
            else:
                await self._answer_one_of(network, scope, receive, send)
        finally:
            self.look_at(connection)

    async def _answer_one_of(
        self, network: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if self._answering[network] >= self.limits.by_address:
            self.count(RefusalReason.ADDRESS)
            await _refuse(send, 429)
            return
        self._answering[network] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._answering[network] -= 1
            if not self._answering[network]:
                del self._answering[network]

    def add(self, connection: OpenConnection) -> None:
        """A connection was opened."""
        self._loop = asyncio.get_running_loop()
        if not self._make_room_in_network(connection):
            return
        if len(self._open) >= self._capacity and self._waiting:
            self._end(next(iter(self._waiting)), RefusalReason.FULL)
        self._open[connection.peer] = connection
        self.look_at(connection)
        if not self._checking:
            self._checking = True
            self._loop.call_later(_CHECK_SECONDS, self._close_late)

    def remove(self, connection: OpenConnection) -> None:
        """A connection is closed."""
        if self._is_open(connection):
            del self._open[connection.peer]
        self._waiting.pop(connection, None)
        network = self._network_of(connection)
        neighbours = None if network is None else self._of_network.get(network)
        if network is not None and neighbours is not None:
            neighbours.pop(connection, None)
            if not neighbours:
                del self._of_network[network]

    def look_at(self, connection: OpenConnection) -> None:
        """A connection may wait for somebody else than before."""
        if not self._is_open(connection):
            return
        wait, phase = self._waiting.get(connection), connection.phase
        if wait is not None and wait.phase in (phase, Phase.CLOSING):
            return
        self._waiting.pop(connection, None)
        if phase is not Phase.ANSWER:
            self._wait(connection, phase)

    def _make_room_in_network(self, connection: OpenConnection) -> bool:
        """False: the connection was refused, since all others of its address are being
        answered."""
        network = self._network_of(connection)
        if network is None:
            return True
        neighbours = self._of_network.setdefault(network, {})
        if len(neighbours) >= self.limits.by_address:
            waiting = (one for one in neighbours if one in self._waiting)
            oldest = next(waiting, None)
            if oldest is None:
                self.count(RefusalReason.ADDRESS)
                connection.abort()
                return False
            self._end(oldest, RefusalReason.ADDRESS)
        neighbours[connection] = None
        return True

    def _is_open(self, connection: OpenConnection) -> bool:
        """Another one may have come from the same address since."""
        return self._open.get(connection.peer) is connection

    def _close_late(self) -> None:
        now = self._loop.time()
        for connection, wait in list(self._waiting.items()):
            if wait.until <= now:
                self._end(connection, _LATE.get(wait.phase))
        self._checking = bool(self._open)
        if self._checking:
            self._loop.call_later(_CHECK_SECONDS, self._close_late)

    def _end(self, connection: OpenConnection, refusal: RefusalReason | None) -> None:
        """What was written goes out first; who does not read it is cut off."""
        wait = self._waiting.pop(connection)
        if refusal is not None and wait.phase is not Phase.CLOSING:
            self.count(refusal)
        self._wait(connection, Phase.CLOSING)
        if wait.phase is Phase.HEAD:
            connection.close()
        else:
            connection.abort()

    def _wait(self, connection: OpenConnection, phase: Phase) -> None:
        until = self._loop.time() + self._seconds[phase]
        self._waiting[connection] = _Wait(phase, until)

    def _network_of(self, connection: OpenConnection) -> bytes | None:
        return None if connection.peer is None else self._network(connection.peer[0])

    def _forwarded_network(self, scope: Scope) -> bytes | None:
        """Whose request a trusted web server passes on; None: nobody's."""
        if not self._trusted:
            return None
        lines = [text for name, text in scope["headers"] if name == b"x-forwarded-for"]
        peer = scope["client"][0]
        if not lines or self._network(peer) is not None:
            return None
        return self._network(peer, b",".join(lines))

    def _find_network(self, peer: str, forwarded: bytes = b"") -> bytes | None:
        """An address of IPv4, or the /64 of one of IPv6, of which a household has all.
        None: a trusted web server's, or it cannot be read."""
        address = client_address(peer, forwarded, self._trusted)
        if address is None:
            return None
        ip = ip_address(address)
        if any(ip in network for network in self._trusted):
            return None
        return address if len(address) == _IPV4_BYTES else address[:_IPV6_NETWORK_BYTES]


async def _refuse(send: Send, status: int) -> None:
    headers = [
        (b"content-length", b"0"),
        (b"connection", b"close"),
        (b"retry-after", b"1"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
