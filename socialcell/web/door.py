"""Serve the door of pushes until somebody stops it."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from socialcell.errors import SocialcellError
from socialcell.jobs import receive
from socialcell.jobs.context import Context
from socialcell.web.doorkeeper import Doorkeeper
from socialcell.web.webhooks import Webhooks

_CONNECTIONS = 64  # more are answered 503 at once
_GRACE = 20  # seconds for what is being answered when we stop


def serve(
    context: Context, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is begun and return.

    `announce` is told the address once it is open. SocialcellError: the port is taken.
    MissingSecret: a source that is pushed to lacks one.
    """
    require_secrets(context)
    with _bound(host, port) as listener, _kept(context) as app:
        server = uvicorn.Server(_config(app))

        def end(*_: object) -> None:
            # Before the server listens to signals itself, and after it has stopped:
            # it raises again what stopped it, which is no crash.
            server.should_exit = True

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        announce(address(listener))
        server.run(sockets=[listener])


@contextlib.contextmanager
def serving(context: Context, *, kept: bool = True) -> Iterator[str]:
    """Serve on loopback in a thread while the block runs; yields the address.

    Without a keeper (`kept` False) pushes are stored and wait for `receive.work_off`.
    """
    require_secrets(context)
    with _bound("127.0.0.1", 0) as listener, _application(context, kept) as app:
        server = uvicorn.Server(_config(app))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield address(listener)
        finally:
            server.should_exit = True
            thread.join()


def require_secrets(context: Context) -> None:
    """MissingSecret or ConfigError when a source that is pushed to cannot be."""
    for source in receive.sources(context):
        receive.receiver(context, source)


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def _application(context: Context, kept: bool) -> Iterator[Webhooks]:
    if kept:
        with _kept(context) as app:
            yield app
        return
    app = Webhooks(context, lambda: None)
    try:
        yield app
    finally:
        app.close()


@contextlib.contextmanager
def _kept(context: Context) -> Iterator[Webhooks]:
    """The application with its doorkeeper, who has the last word."""
    # The keeper reads the application's count, and the application wakes the keeper.
    app = Webhooks(context, lambda: keeper.wake())
    keeper = Doorkeeper(context, app.turned_away)
    keeper.start()
    try:
        yield app
    finally:
        app.close()
        keeper.stop()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_CONNECTIONS)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SocialcellError(
            f"{host} port {port} cannot be opened: {why}. Choose another with --port, "
            "or stop what holds it."
        ) from None


def _config(app: Webhooks) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=16 * 1024,
    )
