"""A small sandbox city, served, and its sources as connectors and as rows."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import config, connectors, sandbox
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.connectors.base import Connector, ConnectorContext
from socialcell.sandbox import City, Sandbox
from socialcell.services.context import Context
from tests.builders import make_source
from tests.conftest import MONDAY_MORNING

CITY = City(seed=11, end=MONDAY_MORNING, days=9)
TRUTH = sandbox.truth(CITY)


class Unlimited:
    """A budget that remembers what was asked of it and allows all."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, int]] = []

    def take(self, bucket: str, n: int = 1) -> None:
        self.taken.append((bucket, n))


@pytest.fixture
def city_clock() -> FixedClock:
    """Two days before the city's end, so that there is a before and an after."""
    return FixedClock(MONDAY_MORNING - timedelta(days=2))


@pytest.fixture
def served(city_clock: FixedClock) -> Iterator[Sandbox]:
    with sandbox.serve(CITY, city_clock) as running:
        # Few posts, many pages: these two are quieter than X.
        running.platform("reddit").most = 9
        running.platform("mastodon").most = 4
        running.platform("facebook").most = 3
        running.platform("instagram").most = 3
        running.platform("youtube").most = 4
        running.platform("google_play").most = 4
        running.platform("bluesky").most = 4
        running.platform("youtube").allowed = defaultdict(lambda: 10_000)
        yield running


@pytest.fixture
def facebook(served: Sandbox) -> Any:
    return served.platform("facebook")


@pytest.fixture
def meta_ads(served: Sandbox) -> Any:
    return served.platform("meta_ads")


@pytest.fixture
def connector_context(
    served: Sandbox, city_clock: FixedClock, secrets: Path
) -> ConnectorContext:
    """What a connector is given of a workspace; there is no database among it."""
    workspace = Workspace(secrets.parent, config.Config())
    for name, value in served.secrets.items():
        (secrets / name).write_text(value)
    return ConnectorContext(
        city_clock, workspace.config, workspace.secret, served.base_urls
    )


@pytest.fixture
def city(
    served: Sandbox, context: Context, connector_context: ConnectorContext
) -> Context:
    """A workspace that listens to the sandbox's X, at the sandbox's time."""
    return listen_to(served, context, connector_context, "x.mentions")


def listen_to(
    served: Sandbox, context: Context, connector_context: ConnectorContext, *names: str
) -> Context:
    """The workspace with sources of the sandbox, at the sandbox's time."""
    for name in names:
        source = source_named(served, name)
        make_source(context.engine, name, source["connector"], **settings_of(source))
    return Context(
        context.workspace, context.engine, connector_context.clock, served.base_urls
    )


def settings_of(source: dict[str, Any]) -> dict[str, Any]:
    return connectors.settings_in(source["connector"], source)


def source_named(served: Sandbox, name: str) -> dict[str, Any]:
    return next(source for source in served.sources if source["name"] == name)


def connector_of(
    served: Sandbox, name: str, connector_context: ConnectorContext
) -> Connector:
    source = source_named(served, name)
    return connectors.build(source["connector"], settings_of(source), connector_context)


def standing(platform: Any, group: str) -> list[str]:
    """The ids of a sandbox platform's posts of a group that are there now."""
    return [post.id for post in platform.visible_posts() if post.group == group]
