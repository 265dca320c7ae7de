"""Files are whole or not there; what killed writers leave is cleared, nothing else."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from socialcell.files import unfinished_files
from socialcell.files.unfinished_files import UnfinishedFile
from tests.running import environment

# Writes half a file and waits, to be killed or to be let go on.
_WRITES = """
import sys
from pathlib import Path
from socialcell.files import unfinished_files

with unfinished_files.writing(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("here", flush=True)
    sys.stdin.readline()
    file.write(b" and half")
"""


def writer(path: Path) -> "subprocess.Popen[str]":
    """Another process that has written half of a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITES, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_a_killed_writer_left_goes_when_a_file_is_next_written_there(
    tmp_path: Path,
) -> None:
    with writer(tmp_path / "monday.csv") as process:
        process.kill()
        assert process.wait() == -signal.SIGKILL
    (left,) = names(tmp_path)

    later = subprocess.run(
        [sys.executable, "-c", _WRITES, tmp_path / "tuesday.csv"],
        input="\n",
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )

    assert later.stdout == "here\n"
    assert left.startswith("monday.csv.socialcell-")
    assert names(tmp_path) == {"tuesday.csv"}
    assert (tmp_path / "tuesday.csv").read_text() == "half and half"


def test_what_a_living_process_writes_is_left_alone(tmp_path: Path) -> None:
    with writer(tmp_path / "monday.csv") as process:
        assert unfinished_files.clear_folder(tmp_path) == 0
        with unfinished_files.writing(tmp_path / "monday.csv") as file:
            file.write(b"mine")
        process.communicate("\n")

    assert names(tmp_path) == {"monday.csv"}
    assert (tmp_path / "monday.csv").read_text() == "half and half"


def test_files_of_other_programs_stay(tmp_path: Path) -> None:
    others = {"film.part", "a.123.part", "socialcell-7-abcdef01.part", "x.part-wal"}
    for name in others:
        (tmp_path / name).touch()

    assert unfinished_files.clear_folder(tmp_path) == 0
    assert names(tmp_path) == others


def test_a_database_in_the_making_goes_with_its_logs(tmp_path: Path) -> None:
    left = tmp_path / "cell.db.socialcell-123-0123abcd.part"
    for ending in ("", "-journal", "-wal", "-shm"):
        left.with_name(left.name + ending).touch()

    assert unfinished_files.clear_folder(tmp_path) == 1
    assert names(tmp_path) == set()


def test_a_link_in_place_of_such_a_file_is_not_followed(tmp_path: Path) -> None:
    aim = tmp_path / "aim"
    aim.touch()
    link = tmp_path / "a.socialcell-123-0123abcd.part"
    link.symlink_to(aim)

    assert unfinished_files.clear_folder(tmp_path) == 0
    assert names(tmp_path) == {"aim", link.name}


def test_a_file_that_was_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old")

    with pytest.raises(TypeError), unfinished_files.writing(path) as file:
        file.writelines([b"new", "no bytes"])

    assert names(tmp_path) == {"list.csv"}
    assert path.read_text() == "old"


def test_of_files_written_together_none_gets_its_name_before_all_are_whole(
    tmp_path: Path,
) -> None:
    nowhere = tmp_path / "none" / "b"

    with pytest.raises(FileNotFoundError):
        unfinished_files.write_together([(tmp_path / "a", b"1"), (nowhere, b"2")])

    assert names(tmp_path) == set()


def test_a_private_file_is_its_owners_before_it_has_a_byte(tmp_path: Path) -> None:
    with UnfinishedFile(tmp_path / "key", mode=0o600) as unfinished:
        assert unfinished.place.stat().st_mode & 0o777 == 0o600
        unfinished.finish()

    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_name_as_long_as_the_disk_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("ज" * 85)

    with unfinished_files.writing(path) as file:
        file.write(b"1")

    assert names(tmp_path) == {path.name}


def test_a_page_that_is_put_aside_comes_back_or_goes(tmp_path: Path) -> None:
    page, other = tmp_path / "page", tmp_path / "other"
    page.write_text("words")
    other.write_text("more")

    with unfinished_files.put_aside(page) as aside, unfinished_files.put_aside(other):
        assert not page.exists()
        assert unfinished_files.clear_folder(tmp_path) == 0
        aside.finish()

    assert names(tmp_path) == {"page"}
    assert page.read_text() == "words"
