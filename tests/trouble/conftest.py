"""Workspaces on SQLite, empty and filled."""

from pathlib import Path

import pytest

from tests.trouble.work import make_workspace, posts, run


@pytest.fixture
def folder(tmp_path: Path, empty_database: Path) -> Path:
    """A workspace on SQLite whose commands wait half a second for a writer."""
    made = tmp_path / "cell"
    make_workspace(made, empty_database)
    return made


@pytest.fixture(scope="module")
def filled_database(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Path:
    """A database that holds some posts."""
    made = tmp_path_factory.mktemp("filled") / "cell"
    make_workspace(made, empty_database)
    run(made, "import", posts(made / "posts.jsonl"))
    return made / "socialcell.db"
