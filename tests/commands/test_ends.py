"""What a command leaves when it ends."""

import gc
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from socialcell.errors import ConfigError
from socialcell.services.context import open_context
from tests.running import inside


def test_a_command_closes_its_connections_when_it_ends(folder: Path) -> None:
    config = folder / "config.yaml"
    gc.disable()  # the collector would close them too, some day
    try:
        inside("--config", config, "sources", "list")
        left = sorted(file.name for file in folder.glob("socialcell.db-*"))
    finally:
        gc.enable()

    assert left == []  # SQLite takes its log away with the last connection


def test_a_database_that_is_refused_is_let_go_of(
    folder: Path, database_kind: str
) -> None:
    if database_kind == "postgresql":
        pytest.skip("only SQLite leaves files that show it")
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of tomorrow'")
        connection.commit()
    gc.disable()
    try:
        with pytest.raises(ConfigError, match="newer version"):
            open_context(folder / "config.yaml")
        left = sorted(file.name for file in folder.glob("socialcell.db-*"))
    finally:
        gc.enable()

    assert left == []
