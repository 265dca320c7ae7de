"""Run an ASGI application until the process is stopped: one way for every server."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp

from socialcell.errors import SocialcellError
from socialcell.services.daemon.service_notify import notify
from socialcell.web.connections.connection_guard import ConnectionGuard
from socialcell.web.connections.connection_limits import ConnectionLimits, CountRefusal
from socialcell.web.connections.guarded_connection import GuardedConnection

_BACKLOG = 4096  # connections that the system holds for us until we come to them
GRACE_SECONDS = 20  # for requests that are being answered at the stop


def open_listener(host: str, port: int) -> socket.socket:
    """A socket that listens. SocialcellError: the port is taken or out of range."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SocialcellError(
            "web.port_not_opened", host=host, port=port, reason=reason
        ) from None


def address(listener: socket.socket) -> str:
    """http://HOST:PORT of a socket that listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_config(
    app: ASGIApp,
    limits: ConnectionLimits,
    count: CountRefusal = lambda _refusal: None,
) -> uvicorn.Config:
    """The settings of each of our servers: uvicorn behind a guard of connections.

    `count` is called with each connection or request that is refused.
    """
    return uvicorn.Config(
        ConnectionGuard(app, limits, count),
        http=GuardedConnection,
        loop="uvloop",
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the guard knows a connection by its own address
        timeout_keep_alive=limits.idle_seconds,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def run_until_stopped(
    config: uvicorn.Config,
    listener: socket.socket,
    announce: Callable[[str], None],
    *,
    threads: int | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; what is begun is finished before this returns.

    `announce` is called with the address once it is open; the service manager is told
    so, too. `threads` is how many requests plain functions may answer at a time; None
    leaves it to the library (40).
    """
    server = uvicorn.Server(config)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # Before the server handles signals itself, and after it has stopped: it raises
        # the signal again that stopped it, which is no crash.
        server.should_exit = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    announce(address(listener))
    notify("READY=1")
    _run(server, listener, threads)


@contextlib.contextmanager
def run_in_thread(
    config: uvicorn.Config, listener: socket.socket, *, threads: int | None = None
) -> Iterator[str]:
    """Serve while the block runs; yields the address."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=_run, args=(server, listener, threads))
    thread.start()
    try:
        yield address(listener)
    finally:
        server.should_exit = True
        thread.join()


def _run(server: uvicorn.Server, listener: socket.socket, threads: int | None) -> None:
    async def serve() -> None:
        if threads is not None:
            limiter = anyio.to_thread.current_default_thread_limiter()
            limiter.total_tokens = threads
        await server.serve([listener])

    factory = server.config.get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve())
