"""An empty world for every test of the reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from socialcell.config import Workspace
from tests.reports.world import World, build, new_workspace

__all__ = ["new_workspace"]


@pytest.fixture
def world(tmp_path: Path, new_workspace: Workspace) -> Iterator[World]:
    made = build(tmp_path / "workspace", new_workspace)
    yield made
    made.engine.dispose()
