"""What killed backups leave is cleared wherever it lies; a living one is left alone."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from socialcell import config
from socialcell.config import Workspace
from socialcell.errors import AlreadyRunning, UsageError
from socialcell.services.workspace import backup
from tests.running import environment

# Just before an event on a file (Python's audit hooks), the process says so and waits.
_BACKS_UP = """
import sys
from pathlib import Path
from socialcell import config
from socialcell.services.workspace import backup

place, out, event, ending = sys.argv[1:]

def watch(name, given):
    if name == event and any(str(one).endswith(ending) for one in given):
        print("here", flush=True)
        sys.stdin.readline()

workspace = config.load(Path(place))
sys.addaudithook(watch)
backup.make_backup(workspace, Path(out))
print("done", flush=True)
"""
# Where it stands: the copy is begun; its record has no name yet; the copy has none yet.
STEPS = [
    ("sqlite3.connect", "monday.db.part"),
    ("os.rename", "monday.db.json"),
    ("os.rename", "monday.db"),
]


@pytest.fixture
def workspace(tmp_path: Path, empty_database: Path) -> Workspace:
    folder = tmp_path / "workspace"
    folder.mkdir()
    shutil.copy(empty_database, folder / "socialcell.db")
    (folder / "config.yaml").touch()
    return config.load(folder / "config.yaml")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere" / "monday.db"


@contextmanager
def backing_up(
    workspace: Workspace, out: Path, event: str, ending: str
) -> Iterator[subprocess.Popen[str]]:
    """A backup by another process, which stands still just before an event."""
    place = workspace.folder / "config.yaml"
    with subprocess.Popen(
        [sys.executable, "-c", _BACKS_UP, str(place), str(out), event, ending],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        yield process


def killed(workspace: Workspace, out: Path, event: str, ending: str) -> None:
    with backing_up(workspace, out, event, ending) as process:
        process.kill()
        assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(("event", "ending"), STEPS)
def test_the_next_backup_clears_what_a_killed_one_left_in_another_folder(
    workspace: Workspace, out: Path, event: str, ending: str
) -> None:
    killed(workspace, out, event, ending)
    assert "monday.db.part" in {path.name for path in out.parent.iterdir()}
    (out.parent / "film.part").touch()

    backup.make_backup(workspace)

    assert {path.name for path in out.parent.iterdir()} == {"film.part"}
    assert backup.make_backup(workspace, out).path == out


def test_a_nightly_copy_clears_one_in_its_own_folder_at_once(
    workspace: Workspace,
) -> None:
    copies = workspace.folder / "backups"
    killed(workspace, copies / "monday.db", "os.rename", "monday.db")

    made = backup.make_nightly_backup(workspace)

    names = {path.name for path in copies.iterdir()}
    assert names == {made.path.name, f"{made.path.name}.json"}


def test_a_backup_that_is_being_made_is_left_alone(
    workspace: Workspace, out: Path
) -> None:
    with backing_up(workspace, out, "os.rename", "monday.db") as process:
        backup.make_backup(workspace)
        with pytest.raises(AlreadyRunning, match="Another process makes the backup"):
            backup.make_backup(workspace, out)
        assert out.with_name("monday.db.part").exists()
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"

    assert out.exists()
    assert not list((workspace.folder / "locks").glob("backup-*"))


def test_a_backup_that_is_refused_clears_nothing(
    workspace: Workspace, out: Path
) -> None:
    out.write_text("somebody's")
    out.with_name("monday.db.part").write_text("somebody's download")

    with pytest.raises(UsageError, match="is there already"):
        backup.make_backup(workspace, out)
    backup.make_backup(workspace)

    assert {path.name for path in out.parent.iterdir()} == {
        "monday.db",
        "monday.db.part",
    }


def test_a_workspace_that_takes_no_file_is_copied_all_the_same(
    workspace: Workspace, out: Path
) -> None:
    (workspace.folder / "locks").write_text("a file where the folder should be")

    assert backup.make_backup(workspace, out).path == out
