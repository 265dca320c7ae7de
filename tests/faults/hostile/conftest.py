"""What the hostile tests share."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from socialcell import db
from tests.own_postgres import own_postgres

__all__ = ["own_postgres"]


@pytest.fixture
def hasty(engine: Engine) -> None:
    """Hundreds of commits that need not survive a power cut: SQLite does not sync.

    PostgreSQL does not either in tests. What is durable is tested with real kills.
    """
    if db.is_sqlite(engine):
        event.listen(engine, "connect", _do_not_sync)


def sqlite_url(tmp_path: Path, empty_database: Path) -> str:
    """For a fixture `database_url` of a module whose tests need one database only."""
    (tmp_path / "workspace").mkdir(exist_ok=True)
    shutil.copy(empty_database, tmp_path / "workspace" / "socialcell.db")
    return f"sqlite:///{tmp_path / 'workspace' / 'socialcell.db'}"


def _do_not_sync(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
