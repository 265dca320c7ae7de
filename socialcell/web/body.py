"""Read a request's headers and body, within limits of size and time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class Refused(Exception):  # noqa: N818 - the end of a request, not a fault of ours
    """A request that is answered with this status and nothing else."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


def read_headers(scope: Scope) -> dict[str, str]:
    """Name in lower case → value; the last one counts where a name comes twice."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in scope["headers"]
    }


async def read_body(
    headers: Mapping[str, str], receive: Receive, largest: int, patience: float
) -> bytes:
    """All of the body. Refused: over `largest` bytes, over `patience` seconds, or it
    breaks off."""
    told = headers.get("content-length", "0")
    if told.isdecimal() and len(told) < 20 and int(told) > largest:
        raise Refused(413, "too large")
    taken = bytearray()
    try:
        async with asyncio.timeout(patience):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "broken off")
                taken += message.get("body", b"")
                more = message.get("more_body", False)
                if len(taken) > largest:
                    raise Refused(413, "too large")
    except TimeoutError:
        raise Refused(408, "too slow") from None
    return bytes(taken)
