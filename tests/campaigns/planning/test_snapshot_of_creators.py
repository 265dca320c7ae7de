"""The copy of the city of creators is what filling the database gives."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from socialcell import db
from socialcell.services.context import Context
from tests.campaigns.planning import worlds
from tests.faults.hostile.conftest import sqlite_url
from tests.snapshots import Snapshots


@pytest.fixture
def database_url(tmp_path: Path, empty_database: Path) -> str:
    """SQLite only: on PostgreSQL nothing is copied."""
    return sqlite_url(tmp_path, empty_database)


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with db.reading(engine) as session:
        return {
            table.name: sorted(map(tuple, session.execute(table.select())), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a workspace but the database."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in paths
        if not path.name.startswith("socialcell.db")
    }


def test_the_city_of_creators_is_copied_whole(
    context: Context, folder: Path, tmp_path: Path, empty_database: Path
) -> None:
    before, empty = files(folder), rows(context.engine)
    snapshots = Snapshots(tmp_path)
    (tmp_path / "other").mkdir()
    other = db.connect(sqlite_url(tmp_path / "other", empty_database))

    snapshots.fill("creators", context.engine, lambda: worlds.fill(context))
    snapshots.fill("creators", other, lambda: pytest.fail("it is filled again"))

    assert rows(other) == rows(context.engine) != empty
    assert files(folder) == before
    other.dispose()
