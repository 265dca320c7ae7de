"""A database that takes long to fill is filled once by a worker, and then copied."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine


class Snapshots:
    """Copies of filled SQLite databases in a folder, by name.

    `fill` must write to the database alone, and the same rows each time. On PostgreSQL
    it is called each time: to copy a database there takes as long as to fill it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, name: str, engine: Engine, fill: Callable[[], object]) -> None:
        """Bring an empty database to the state in which `fill` leaves it."""
        if engine.dialect.name != "sqlite":
            fill()
            return
        copy = self._folder / f"{name}.db"
        if copy.exists():
            _copied(engine, copy, to_engine=True)
        else:
            fill()
            _copied(engine, copy, to_engine=False)


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
