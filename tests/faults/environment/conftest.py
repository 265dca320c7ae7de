"""Workspaces on SQLite, empty and filled."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.environment.workloads import make_workspace, posts, run


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


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Make a small disk of a given size; skips where disks cannot be mounted."""
    places: list[Path] = []

    def mount(size: str) -> Path:
        place = tmp_path / f"disk{len(places)}"
        place.mkdir()
        options = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        done = subprocess.run(options, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"a disk cannot be mounted here: {done.stderr.strip()}")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def slow_disk() -> None:
    """Skips the test where strace may not trace."""
    done = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"strace may not trace here: {done.stderr.strip()}")
