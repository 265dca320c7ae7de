"""Add a source and try it, with what the registry of people must know of it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from socialcell import connectors, db
from socialcell.connectors.base import Health
from socialcell.jobs.context import Context
from socialcell.listening.store import registry
from socialcell.ops import store
from socialcell.ops.model import Source


def add(
    context: Context, name: str, connector: str, settings: Mapping[str, Any]
) -> Source:
    """A new source, its settings checked by its connector. ConfigError, UsageError."""
    checked = connectors.check_settings(connector, settings)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        source = store.add_source(session, name, connector, checked, now)
        session.refresh(source)
        session.expunge(source)
        if connector == "rss":
            paper = urlsplit(str(checked["url"])).netloc
            registry.register(
                session,
                "news",
                paper,
                paper,
                "media",
                f"a feed that is read: {checked['url']}",
                context.owner,
                now,
            )
    return source


def try_out(context: Context, name: str) -> Health:
    """Whether the platform lets us read this source now.

    A source that stopped because a person had to do something goes on when it does.
    """
    with db.reading(context.engine) as session:
        source = store.source_named(session, name)
        settings, connector = source.settings, source.connector
    health = connectors.build(connector, settings, context.surroundings).check()
    if health.ok:
        with db.writing(context.engine) as session:
            store.let_go_on(session, name)
    return health
