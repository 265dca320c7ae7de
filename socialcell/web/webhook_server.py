"""Serve the door of pushes until somebody stops it."""

import contextlib
from collections.abc import Callable, Iterator

from socialcell.services.context import Context
from socialcell.services.webhooks import webhook_ingest
from socialcell.web.serving import bound, in_a_thread, server_config, until_told
from socialcell.web.webhook_worker import Doorkeeper
from socialcell.web.webhooks import Webhooks

_CONNECTIONS = 64  # that may be open at a time


def serve(
    context: Context, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is begun and return.

    `announce` is told the address once it is open. SocialcellError: the port is taken.
    MissingSecret: a source that is pushed to lacks one.
    """
    require_secrets(context)
    with bound(host, port, _CONNECTIONS) as listener, _kept(context) as app:
        until_told(server_config(app, _CONNECTIONS), listener, announce)


@contextlib.contextmanager
def serving(context: Context, *, kept: bool = True) -> Iterator[str]:
    """Serve on loopback in a thread while the block runs; yields the address.

    Without a keeper (`kept` False) pushes are stored and wait for `receive.work_off`.
    """
    require_secrets(context)
    with (
        bound("127.0.0.1", 0, _CONNECTIONS) as listener,
        _application(context, kept) as app,
        in_a_thread(server_config(app, _CONNECTIONS), listener) as address,
    ):
        yield address


def require_secrets(context: Context) -> None:
    """MissingSecret or ConfigError when a source that is pushed to cannot be."""
    for source in webhook_ingest.sources(context):
        webhook_ingest.receiver(context, source)


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
