"""A connection of a server: uvicorn's own, behind limits on what comes in over it.

It wraps uvicorn's protocol and overrides nothing of it; it reads the protocol's `cycle`
(the newest request) and `pipeline` (requests that wait for the answer to one before).
"""

import asyncio
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from socialcell.web.connections.connection_guard import ConnectionGuard
from socialcell.web.connections.connection_limits import Peer, Phase, RefusalReason

_END_OF_HEAD = b"\r\n\r\n"
_PIECE = 16 * 1024  # bytes of a body that are passed on together
_UNSENT = 16 * 1024  # bytes of answers that wait for the client before we wait too
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)


class GuardedConnection(asyncio.Protocol):
    """For `uvicorn.Config(http=…)` around a `ConnectionGuard`."""

    def __init__(self, config: uvicorn.Config, **server: Any) -> None:
        assert isinstance(config.app, ConnectionGuard)
        self._guard = config.app
        self._limits = config.app.limits
        self._http = HttpToolsProtocol(config, **server)
        self.peer: Peer = None
        self._head_size = 0  # bytes of the head that is coming in
        self._head_end = b""  # its last three
        self._is_unread = False

    @property
    def phase(self) -> Phase:
        if self._is_unread:
            return Phase.UNREAD
        if self._is_answered:
            return Phase.HEAD
        return Phase.BODY if self._reads_body else Phase.ANSWER

    @property
    def _is_answered(self) -> bool:
        """Whether no request waits for its answer."""
        cycle = self._http.cycle
        return cycle is None or cycle.response_complete

    @property
    def _reads_body(self) -> bool:
        cycle = self._http.cycle
        return cycle is not None and cycle.more_body and not cycle.response_complete

    def close(self) -> None:
        if self._transport.is_closing():
            self._transport.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is no subclass of it.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_UNSENT)
        address = transport.get_extra_info("peername")
        self.peer = None if address is None else (address[0], address[1])
        self._http.connection_made(self._transport)
        self._guard.add(self)

    def data_received(self, data: bytes) -> None:
        while data and not self._transport.is_closing():
            if self._reads_body:
                piece, data = data[:_PIECE], data[_PIECE:]
            else:
                piece, data = self._cut_head(data)
                if self._head_size > self._limits.head_bytes:
                    self._refuse(RefusalReason.LARGE_HEAD)
                    return
            self._pass_on(piece)
            if len(self._http.pipeline) > self._limits.pipelined:
                self._refuse(RefusalReason.PIPELINED)
                return
        self._guard.look_at(self)

    def _cut_head(self, data: bytes) -> tuple[bytes, bytes]:
        """The data up to the end of a head, and the rest."""
        seen = self._head_end + data
        place = seen.find(_END_OF_HEAD)
        if place < 0:
            self._head_size += len(data)
            self._head_end = seen[-3:]
            is_full = self._head_size == self._limits.head_bytes
            self._head_size += is_full  # its end would be beyond the limit
            return data, b""
        length = place + len(_END_OF_HEAD) - len(self._head_end)
        self._head_size += length
        self._head_end = b""
        return data[:length], data[length:]

    def _pass_on(self, piece: bytes) -> None:
        before = self._http.cycle
        self._http.data_received(piece)
        if self._http.cycle is not before:  # a head is whole
            self._head_size, self._head_end = 0, b""

    def _refuse(self, refusal: RefusalReason) -> None:
        self._guard.count(refusal)
        if refusal is RefusalReason.LARGE_HEAD and self._is_answered:
            self._transport.write(_TOO_LARGE)
            self._transport.close()
        else:
            self._transport.abort()

    def eof_received(self) -> None:
        self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()
        self._is_unread = True
        self._guard.look_at(self)

    def resume_writing(self) -> None:
        self._http.resume_writing()
        self._is_unread = False
        self._guard.look_at(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._guard.remove(self)
        self._http.connection_lost(error)
