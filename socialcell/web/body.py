"""Limits on the body of a request, in bytes and in seconds, as a middleware of a route.

Starlette's own `max_body_size` is not used: it has no limit in seconds, and it answers
413 in place of an endpoint that refuses a request without reading its body.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The rest of the body is not read, so the connection cannot carry another request.
_CLOSE = {"connection": "close"}
_LONGEST_LENGTH = 19  # digits


class BodyLimits:
    """An ASGI middleware: a body that `app` reads is refused with an HTTPException.

    413: it is larger than `max_bytes`, by its Content-Length or as it arrives. 408: it
    is not complete `seconds` after `app` began to read it. 400: the client disconnected
    before its end. A body that `app` does not read is not limited.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, seconds: float) -> None:
        self._app, self._max_bytes, self._seconds = app, max_bytes, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = Headers(scope=scope).get("content-length", "0")
        body = _LimitedBody(length, receive, self._max_bytes, self._seconds)
        await self._app(scope, body.receive, send)


class _LimitedBody:
    """The body of one request, as it arrives. `length`: its Content-Length."""

    def __init__(
        self, length: str, receive: Receive, max_bytes: int, seconds: float
    ) -> None:
        self._length, self._receive = length, receive
        self._max_bytes, self._seconds = max_bytes, seconds
        self._size, self._is_complete = 0, False
        self._deadline: float | None = None

    async def receive(self) -> Message:
        if self._is_complete:
            return await self._receive()
        if self._deadline is None:
            self._refuse_length()
            self._deadline = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "too slow", _CLOSE) from None
        self._count(message)
        return message

    def _refuse_length(self) -> None:
        length = self._length
        if length.isdecimal() and len(length) <= _LONGEST_LENGTH:
            self._refuse_size(int(length))

    def _count(self, message: Message) -> None:
        if message["type"] == "http.disconnect":
            raise HTTPException(400, "broken off")
        self._size += len(message.get("body", b""))
        self._refuse_size(self._size)
        self._is_complete = not message.get("more_body", False)

    def _refuse_size(self, size: int) -> None:
        if size > self._max_bytes:
            raise HTTPException(413, "too large", _CLOSE)
