"""An empty world for every test of the reports."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.world import World, build


@pytest.fixture
def world(tmp_path: Path, empty_database: Path) -> Iterator[World]:
    folder = tmp_path / "workspace"
    folder.mkdir()
    shutil.copy(empty_database, folder / "socialcell.db")
    made = build(folder)
    yield made
    made.engine.dispose()
