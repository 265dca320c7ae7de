"""Daemons as processes."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.own_postgres import own_postgres
from tests.running import command, environment

__all__ = ["own_postgres"]

SECONDS = 60


class Running:
    """A daemon that logs JSON lines; `until` reads them up to an event."""

    def __init__(self, folder: Path, **changes: str) -> None:
        self.process = subprocess.Popen(
            command("--config", folder / "config.yaml", "daemon", "--tick", "0.3"),
            stderr=subprocess.PIPE,
            env=environment(**changes),
            text=True,
        )
        self.seen: list[dict[str, Any]] = []

    def until(self, event: str, **about: str) -> dict[str, Any]:
        """The next line of this event, and about this; `seen` keeps them all."""
        wanted = {"event": event, **about}
        assert self.process.stderr is not None
        for line in self.process.stderr:
            found: dict[str, Any] = {"event": line}
            if line.startswith("{"):
                found = json.loads(line)
            self.seen.append(found)
            if wanted.items() <= found.items():
                return found
        raise AssertionError(f"ended without {wanted}, after {self.seen[-3:]}")

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        try:
            return self.process.wait(SECONDS)
        finally:
            self.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()


@pytest.fixture
def daemons(folder: Path) -> Iterator[Any]:
    """Starts daemons of the workspace, or of another folder, and ends them all."""
    with ExitStack() as stack:

        def start(of: Path = folder, **changes: str) -> Running:
            made = Running(of, **changes)
            stack.callback(made.close)
            return made

        yield start
