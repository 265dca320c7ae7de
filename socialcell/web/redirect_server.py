"""Serve the redirect of tracked links until the process is stopped."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from starlette.routing import BaseRoute, Route

from socialcell import db
from socialcell.campaigns.links import destinations
from socialcell.campaigns.links.click_classifier import ClickClassifier
from socialcell.services.context import Context
from socialcell.services.links import install_postbacks
from socialcell.services.links.unsaved_clicks import WAITING
from socialcell.services.outbox import unsubscriptions
from socialcell.web import installs
from socialcell.web.click_log import CAPACITY, ClickLog
from socialcell.web.connections.connection_limits import (
    ConnectionLimits,
    connection_limits,
)
from socialcell.web.connections.refusal_log import RefusalLog
from socialcell.web.installs import InstallEndpoint, create_install_application
from socialcell.web.link_cache import LinkCache
from socialcell.web.link_pages import LinkPages, create_page_application, link_pages
from socialcell.web.redirect import Redirect
from socialcell.web.serving import (
    open_listener,
    run_in_thread,
    run_until_stopped,
    server_config,
)
from socialcell.web.unsubscribe import unsubscribe_route

_SWITCH_INTERVAL = 0.0002  # seconds
_BUSY_SECONDS = 2.0  # for a locked database, before the log tries again


def serve(
    context: Context, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; no click that was answered is lost by it.

    `announce` is called with the address once it is open. SocialcellError: the port is
    taken, or clicks were dropped at the end because neither the database nor the file
    beside it took them.
    """
    # The thread that writes must not keep the one that answers waiting: 5 ms by itself.
    sys.setswitchinterval(_SWITCH_INTERVAL)
    with (
        open_listener(host, port) as listener,
        RefusalLog(context, "redirect") as refusals,
        application(context) as app,
    ):
        config = server_config(app, _limits(context), refusals.count)
        run_until_stopped(config, listener, announce)


@contextlib.contextmanager
def serving(context: Context, *, capacity: int = CAPACITY) -> Iterator[str]:
    """Serve on loopback in a thread while the block runs; yields the address."""
    with (
        open_listener("127.0.0.1", 0) as listener,
        RefusalLog(context, "redirect") as refusals,
        application(context, capacity=capacity) as app,
        run_in_thread(
            server_config(app, _limits(context), refusals.count), listener
        ) as address,
    ):
        yield address


def _limits(context: Context) -> ConnectionLimits:
    settings = context.workspace.config
    most = settings.connections.redirect
    return connection_limits(settings.connections, most, settings.links.trusted)


@contextlib.contextmanager
def application(context: Context, *, capacity: int = CAPACITY) -> Iterator[Redirect]:
    """The application with its links and its log, which stores the last clicks at the
    end."""
    settings = context.workspace.config.links
    fallback = settings.fallback and destinations.check_address(
        settings.fallback, "fallback"
    )
    pages = link_pages(context.workspace.config.report.organisation)
    engine = db.connect(context.workspace.database_url, _BUSY_SECONDS)
    cache = LinkCache(engine)
    judge = ClickClassifier(settings.internal, settings.trusted)
    log = ClickLog(engine, judge, context.workspace.folder / WAITING, capacity=capacity)
    with contextlib.ExitStack() as stack:
        stack.callback(engine.dispose)
        cache.start()
        stack.callback(cache.stop)
        log.start()
        stack.callback(log.stop)
        routes = _unsubscribe_routes(context, pages)
        key = install_postbacks.signing_key(context)
        if key is not None:
            endpoint = InstallEndpoint(context, key, log.has_unstored)
            stack.callback(endpoint.close)
            install_application = create_install_application(endpoint)
            routes.append(Route(installs.PATH, install_application))
        other = create_page_application(pages, routes)
        yield Redirect(cache, log.add, context.clock, pages, other, fallback=fallback)


def _unsubscribe_routes(context: Context, pages: LinkPages) -> list[BaseRoute]:
    """Letters of the past have the address when config.yaml names it no more. Without
    the setting a workspace without the key serves its links alone; with it, that is a
    ConfigError."""
    is_set = context.workspace.config.mail.unsubscribe_url is not None
    find = unsubscriptions.load_key if is_set else unsubscriptions.find_key
    key = find(context)
    return [] if key is None else [unsubscribe_route(context, key, pages.unknown)]
