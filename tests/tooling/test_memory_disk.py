"""Where temporary files of the tests lie: in memory, unless there is a reason."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests import memory_disk


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for memory; before, nobody has chosen a place."""
    monkeypatch.setattr(memory_disk, "_MEMORY", tmp_path)
    monkeypatch.setattr(memory_disk, "_ROOM", 1)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", "/to-be-taken-back")  # and not what the test sets
    monkeypatch.delenv("TMPDIR")
    return tmp_path


def test_temporary_files_lie_in_memory(elsewhere: Path) -> None:
    memory_disk.use()

    assert tempfile.gettempdir() == str(elsewhere)


def test_whoever_names_a_place_keeps_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = elsewhere / "named"
    named.mkdir()
    monkeypatch.setenv("TMPDIR", str(named))

    memory_disk.use()

    assert tempfile.gettempdir() == str(named)


def test_where_memory_is_short_or_there_is_none_files_lie_on_the_disk(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(elsewhere).free
    monkeypatch.setattr(memory_disk, "_ROOM", 2 * free)
    memory_disk.use()
    assert tempfile.gettempdir() != str(elsewhere)

    monkeypatch.setattr(memory_disk, "_MEMORY", elsewhere / "none")
    memory_disk.use()
    assert tempfile.gettempdir() != str(elsewhere / "none")
