"""Serve the endpoints of webhooks until the process is stopped."""

import contextlib
from collections.abc import Callable, Iterator

from starlette.applications import Starlette

from socialcell.services.context import Context
from socialcell.services.webhooks import webhook_ingest
from socialcell.web.connections.connection_limits import (
    ConnectionLimits,
    connection_limits,
)
from socialcell.web.connections.refusal_log import RefusalLog
from socialcell.web.serving import (
    open_listener,
    run_in_thread,
    run_until_stopped,
    server_config,
)
from socialcell.web.webhook_worker import WebhookWorker
from socialcell.web.webhooks import WebhookEndpoints, create_webhook_application


def serve(
    context: Context, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is begun and return.

    `announce` is called with the address once it is open. SocialcellError: the port is
    taken. MissingSecret: a source that receives pushes lacks one.
    """
    require_secrets(context)
    with (
        open_listener(host, port) as listener,
        RefusalLog(context, "webhooks") as refusals,
        _application_with_worker(context) as app,
    ):
        config = server_config(app, _limits(context), refusals.count)
        run_until_stopped(config, listener, announce)


@contextlib.contextmanager
def serving(context: Context, *, with_worker: bool = True) -> Iterator[str]:
    """Serve on loopback in a thread while the block runs; yields the address.

    Without the worker pushes are stored and wait for `receive.work_off`.
    """
    require_secrets(context)
    application = _application_with_worker if with_worker else _application
    with (
        open_listener("127.0.0.1", 0) as listener,
        RefusalLog(context, "webhooks") as refusals,
        application(context) as app,
        run_in_thread(
            server_config(app, _limits(context), refusals.count), listener
        ) as address,
    ):
        yield address


def _limits(context: Context) -> ConnectionLimits:
    settings = context.workspace.config
    most = settings.connections.webhooks
    return connection_limits(settings.connections, most, settings.web.trusted)


def require_secrets(context: Context) -> None:
    """MissingSecret or ConfigError when a source cannot receive pushes."""
    for source in webhook_ingest.push_sources(context):
        webhook_ingest.build_receiver(context, source)


@contextlib.contextmanager
def _application(context: Context) -> Iterator[Starlette]:
    endpoints = WebhookEndpoints(context, lambda: None)
    try:
        yield create_webhook_application(endpoints)
    finally:
        endpoints.close()


@contextlib.contextmanager
def _application_with_worker(context: Context) -> Iterator[Starlette]:
    """The application with its worker, which processes the last pushes at the end."""
    # The worker reads the endpoints' refusals, and the endpoints wake the worker.
    endpoints = WebhookEndpoints(context, lambda: worker.wake())
    worker = WebhookWorker(context, endpoints.refusals)
    worker.start()
    try:
        yield create_webhook_application(endpoints)
    finally:
        endpoints.close()
        worker.stop()
