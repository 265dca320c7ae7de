"""A database that takes long to fill is filled once by a worker, and then copied."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, text

from socialcell import db

_LONG = 1.0  # seconds; to copy a database on PostgreSQL takes a tenth
_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
    "WHERE datname = :name AND pid <> pg_backend_pid()"
)


class Snapshots:
    """Copies of filled databases by name: SQLite's in a folder, PostgreSQL's on the
    server.

    `fill` must write to the database alone, and the same rows each time. On PostgreSQL
    it is called each time, unless it takes longer than a copy.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._on_server: dict[str, str] = {}

    def fill(self, name: str, engine: Engine, fill: Callable[[], object]) -> None:
        """Bring an empty database to the state in which `fill` leaves it."""
        if engine.dialect.name != "sqlite":
            self._fill_on_server(name, engine, fill)
            return
        copy = self._folder / f"{name}.db"
        if copy.exists():
            _copied(engine, copy, to_engine=True)
        else:
            fill()
            _copied(engine, copy, to_engine=False)

    def _fill_on_server(
        self, name: str, engine: Engine, fill: Callable[[], object]
    ) -> None:
        own = engine.url.database
        assert own is not None
        if name in self._on_server:
            _copy_on_server(engine, self._on_server[name], own)
            return
        start = time.perf_counter()
        fill()
        if time.perf_counter() - start > _LONG:
            copy = f"snapshot_{len(self._on_server) + 1}"
            _copy_on_server(engine, own, copy)
            self._on_server[name] = copy


def _copied(engine: Engine, place: Path, *, to_engine: bool) -> None:
    pooled = engine.raw_connection()
    try:
        database = pooled.driver_connection
        assert isinstance(database, sqlite3.Connection)
        with closing(sqlite3.connect(place)) as copy:
            source, target = (copy, database) if to_engine else (database, copy)
            source.backup(target)
    finally:
        pooled.close()


def _copy_on_server(engine: Engine, source: str, target: str) -> None:
    """Make one database a copy of another; whoever is connected to one is cut off."""
    engine.dispose()
    admin = db.connect(
        engine.url.set(database="postgres").render_as_string(hide_password=False)
    )
    alone = admin.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(_OTHERS, {"name": source})
        for statement in (
            f"DROP DATABASE IF EXISTS {target} WITH (FORCE)",
            f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY",
        ):
            connection.execute(text(statement))
    admin.dispose()
