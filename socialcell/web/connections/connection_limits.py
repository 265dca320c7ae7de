"""What a connection may take of a server, and the reasons for which one is refused."""

import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol, TypeAlias

from socialcell.settings.connections import Connections

Peer: TypeAlias = tuple[str, int] | None


@dataclass(frozen=True)
class ConnectionLimits:
    """Limits of one process of a server; seconds are those of a person's clock.

    `connections`: that may be open. `by_address`: of one address, and requests at a
    time that a web server of `trusted` (networks) passes on from one address.
    `head_seconds`, `head_bytes`: of a request's head. `body_seconds`: of its body.
    `unread_seconds`: that a client may leave an answer unread. `idle_seconds`: between
    two requests. `pipelined`: requests that may wait for the answer to one before.
    """

    connections: int
    by_address: int = 100
    head_seconds: float = 10.0
    head_bytes: int = 16 * 1024
    body_seconds: float = 60.0
    unread_seconds: float = 30.0
    idle_seconds: int = 5
    pipelined: int = 16
    trusted: Sequence[str] = ()

    @property
    def capacity(self) -> int:
        """How many connections may be open: `connections`, and no more than three
        quarters of the files that this process may open, so that the database can be
        opened too."""
        files, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY:
            return self.connections
        return min(self.connections, files * 3 // 4)


def connection_limits(
    settings: Connections, most: int, trusted: Sequence[str]
) -> ConnectionLimits:
    """The limits that config.yaml sets, for a server with `most` connections."""
    return ConnectionLimits(
        connections=most,
        trusted=tuple(trusted),
        by_address=settings.by_address,
        head_seconds=settings.head_seconds,
        head_bytes=settings.head_bytes,
        body_seconds=settings.body_seconds,
        unread_seconds=settings.unread_seconds,
        idle_seconds=settings.idle_seconds,
        pipelined=settings.pipelined,
    )


class RefusalReason(Enum):
    """Why a connection was closed or a request not answered."""

    FULL = "full"  # it had waited longest when one too many was opened
    ADDRESS = "address"  # one too many of its address
    BUSY = "busy"  # all are being answered
    SLOW_HEAD = "slow_head"
    LARGE_HEAD = "large_head"
    SLOW_BODY = "slow_body"
    UNREAD = "unread"  # its answer was not read
    PIPELINED = "pipelined"  # too many requests before an answer


CountRefusal: TypeAlias = Callable[[RefusalReason], None]


class Phase(Enum):
    """Whom a connection waits for: the client, or in ANSWER the application."""

    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    UNREAD = auto()
    CLOSING = auto()


class OpenConnection(Protocol):
    """A connection as its guard sees it. `close` sends what was written first."""

    peer: Peer

    @property
    def phase(self) -> Phase: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...
