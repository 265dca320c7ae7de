"""A console in this process, and browsers of it."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from starlette.types import ASGIApp

from socialcell.services.context import Context
from socialcell.web.console import console_server
from tests.web.console.browser_session import BrowserSession

NewBrowser = Callable[[], BrowserSession]


@pytest.fixture
def console(context: Context) -> ASGIApp:
    return console_server.create_console(context)


@pytest.fixture
def new_browser(console: ASGIApp) -> Iterator[NewBrowser]:
    """Browsers that share nothing."""
    with asyncio.Runner() as runner:
        yield lambda: BrowserSession(console, runner)


@pytest.fixture
def browser(new_browser: NewBrowser) -> BrowserSession:
    return new_browser()
