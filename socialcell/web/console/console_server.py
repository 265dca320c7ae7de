"""The console's table of screens, and its application."""

from collections.abc import Callable

from starlette.types import ASGIApp

from socialcell.services.context import Context
from socialcell.web.console import (
    account_pages,
    incident_pages,
    sign_in_pages,
    today_page,
)
from socialcell.web.console.navigation import shell_values
from socialcell.web.pages.page_application import Site, create_page_application
from socialcell.web.pages.page_templates import PageTemplates
from socialcell.web.pages.screens import Row
from socialcell.web.serving import open_listener, run_until_stopped, server_config

ROWS: tuple[Row, ...] = (
    *sign_in_pages.ROWS,
    *account_pages.ROWS,
    *today_page.ROWS,
    *incident_pages.ROWS,
)
THREADS = 12
CONNECTIONS = 256


def console_site() -> Site:
    """The console as a site of pages."""
    return Site(
        ROWS,
        PageTemplates("socialcell.web.console", shell_values),
        cookie="console",
        sign_in_path="/sign-in",
        sign_in_page=sign_in_pages.show_sign_in,
    )


def create_console(context: Context, threads: int = THREADS) -> ASGIApp:
    """The console of a workspace as an ASGI application."""
    return create_page_application(context, console_site(), threads)


def serve(
    context: Context, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve the console until SIGTERM or SIGINT. `announce` is called with the address
    once it is open. SocialcellError: the port is taken."""
    with open_listener(host, port, CONNECTIONS) as listener:
        config = server_config(create_console(context), CONNECTIONS)
        run_until_stopped(config, listener, announce)
