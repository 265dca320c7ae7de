"""A console in this process, and browsers of it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from socialcell.config import Workspace
from socialcell.services.context import Context
from socialcell.web.console import console_server
from tests.reports.world import World, build, new_workspace
from tests.web.console.browser_session import BrowserSession, signed_in

__all__ = ["new_workspace"]

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


@pytest.fixture
def world(tmp_path: Path, new_workspace: Workspace) -> Iterator[World]:
    """A small city that is filled by hand, on Monday 23 November 2026, 09:00."""
    city = build(tmp_path / "city", new_workspace)
    yield city
    city.engine.dispose()


@pytest.fixture
def visitor(world: World) -> Iterator[BrowserSession]:
    """A browser of that city's console in which nobody has signed in."""
    with asyncio.Runner() as runner:
        yield BrowserSession(console_server.create_console(world.context), runner)


@pytest.fixture
def lead(world: World, visitor: BrowserSession) -> BrowserSession:
    """The same with a lead signed in."""
    return signed_in(visitor, world.context, "asha")
