"""Serve the redirect of tracked links until somebody stops it."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from socialcell import db
from socialcell.campaigns.links import destinations
from socialcell.campaigns.links.click_classifier import Judge
from socialcell.services.context import Context
from socialcell.services.links import install_postbacks
from socialcell.services.links.unsaved_clicks import WAITING
from socialcell.web.click_log import ROOM, ClickLog
from socialcell.web.installs import Installs
from socialcell.web.link_cache import Board
from socialcell.web.link_pages import notices
from socialcell.web.redirect import Redirect
from socialcell.web.serving import bound, in_a_thread, server_config, until_told

CONNECTIONS = 2000  # that may be open at a time
_TURN = 0.0002  # seconds
_BUSY_SECONDS = 2.0  # for a locked database, before the log tries again


def serve(
    context: Context, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; no click that was answered is lost by it.

    SocialcellError: the port is taken, or clicks were dropped at the end because
    neither the database nor the file beside it took them.
    """
    # The thread that writes must not keep the one that answers waiting: 5 ms by itself.
    sys.setswitchinterval(_TURN)
    with bound(host, port, CONNECTIONS) as listener, application(context) as app:
        until_told(server_config(app, CONNECTIONS), listener, announce)


@contextlib.contextmanager
def serving(context: Context, *, room: int = ROOM) -> Iterator[str]:
    """Serve on loopback in a thread while the block runs; yields the address."""
    with (
        bound("127.0.0.1", 0, CONNECTIONS) as listener,
        application(context, room=room) as app,
        in_a_thread(server_config(app, CONNECTIONS), listener) as address,
    ):
        yield address


@contextlib.contextmanager
def application(context: Context, *, room: int = ROOM) -> Iterator[Redirect]:
    """The application with its links and its log, which has the last word."""
    settings = context.workspace.config.links
    fallback = settings.fallback and destinations.checked(settings.fallback, "fallback")
    engine = db.connect(context.workspace.database_url, _BUSY_SECONDS)
    board = Board(engine)
    judge = Judge(settings.internal, settings.trusted)
    log = ClickLog(engine, judge, context.workspace.folder / WAITING, room=room)
    key = install_postbacks.key_of(context)
    installs = None if key is None else Installs(context, key, log.behind)
    board.start()
    try:
        log.start()
        try:
            yield Redirect(
                board,
                log.take,
                context.clock,
                notices(context.workspace.config.report.organisation),
                fallback=fallback,
                installs=installs,
            )
        finally:
            if installs is not None:
                installs.close()
            log.stop()
    finally:
        board.stop()
        engine.dispose()
