"""An app's stores, served with what they need: of tests that need no other platform."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from socialcell import config, connectors, sandbox
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.connectors.base import Batch, ConnectorContext, Reject
from socialcell.connectors.facts import StoreFact
from socialcell.sandbox import Sandbox
from socialcell.sandbox.server import LoggedRequest
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import CITY, Unlimited
from tests.connectors.failures import assert_plain


@dataclass
class Store:
    """A served store, and what a connector needs to ask it."""

    running: Sandbox
    name: str
    connector_context: ConnectorContext
    clock: FixedClock

    @property
    def platform(self) -> Any:
        return self.running.platform(self.name)

    def connector(self, **settings: Any) -> Any:
        (row,) = (r for r in self.running.sources if r["connector"] == self.name)
        given = connectors.settings_in(self.name, row) | settings
        return connectors.build(self.name, given, self.connector_context)

    def pull(self, cursor: dict[str, Any] | None = None) -> list[Batch]:
        return list(self.connector().pull(cursor, Unlimited(), never_stop))

    @property
    def requests(self) -> list[LoggedRequest]:
        return self.running.requests

    def assert_plain(self, said: str) -> None:
        assert_plain(said, self.running.secrets.values())


@contextlib.contextmanager
def serve(
    name: str, others: Sequence[str], clock: FixedClock, folder: Path
) -> Iterator[Store]:
    with sandbox.serve(CITY, clock, platforms=[name, *others]) as running:
        (folder / "secrets").mkdir()
        for secret, value in running.secrets.items():
            (folder / "secrets" / secret).write_text(value)
        space = Workspace(folder, config.Config())
        connector_context = ConnectorContext(
            clock, space.config, space.secret, running.base_urls
        )
        yield Store(running, name, connector_context, clock)


def facts(batches: Sequence[Batch]) -> list[StoreFact]:
    return [i for b in batches for i in b.items if isinstance(i, StoreFact)]


def rejects(batches: Sequence[Batch]) -> list[Reject]:
    return [i for b in batches for i in b.items if isinstance(i, Reject)]
