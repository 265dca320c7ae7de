"""An empty world for every test of the reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.world import World, build


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build(tmp_path / "workspace")
    yield made
    made.engine.dispose()
