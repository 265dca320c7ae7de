"""Daemons as processes."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.ops.daemon_model import Lease
from tests.own_postgres import own_postgres
from tests.running import command, environment, pause

__all__ = ["own_postgres"]

SECONDS = 120


class Running:
    """A daemon that logs JSON lines; `until` reads them up to an event."""

    def __init__(self, folder: Path, tick: str = "0.3", **changes: str) -> None:
        self.process = subprocess.Popen(
            command("--config", folder / "config.yaml", "daemon", "--tick", tick),
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

    def asleep(self, engine: Engine, meanwhile: Callable[[Lease], None]) -> None:
        """Stop it, and change its lease; SIGCONT wakes it up.

        It may be stopped while it has the lease locked itself: then it is woken up
        until it lets go, and stopped again.
        """
        hasty = db.connect(engine.url.render_as_string(hide_password=False), 1)
        changed = False
        while not changed:
            pause(self.process)
            try:
                with db.writing(hasty) as session:
                    meanwhile(session.get_one(Lease, "daemon", with_for_update=True))
                changed = True
            except SocialcellError:
                self.process.send_signal(signal.SIGCONT)
                with db.writing(engine) as session:
                    session.get_one(Lease, "daemon", with_for_update=True)
        hasty.dispose()

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

        def start(of: Path = folder, tick: str = "0.3", **changes: str) -> Running:
            made = Running(of, tick, **changes)
            stack.callback(made.close)
            return made

        yield start
