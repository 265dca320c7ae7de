"""A connector whose process dies at a page of its choice."""

from collections.abc import Iterator
from typing import Any

from socialcell.connectors.base import Batch, Connector, ConnectorHealth


class Crash(Exception):
    """The process dies here."""


class CrashingConnector:
    """Yields another connector's batches and dies before batch number `at`."""

    def __init__(self, inner: Connector, at: int | None) -> None:
        self._inner, self._at = inner, at
        self.platform = inner.platform
        self.cursor_version = inner.cursor_version
        self.capabilities = inner.capabilities

    def check(self) -> ConnectorHealth:
        return self._inner.check()

    def pull(self, *arguments: Any) -> Iterator[Batch]:
        for number, batch in enumerate(self._inner.pull(*arguments)):
            if number == self._at:
                raise Crash
            yield batch
