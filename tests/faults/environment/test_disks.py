"""Disks that are full, small or read-only: nothing half done, and it goes on later."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.environment.workloads import (
    POSTS,
    make_workspace,
    mentions,
    posts,
    refused,
    run,
)
from tests.running import command, environment, said

pytestmark = pytest.mark.faults


@pytest.mark.fault("F07")
def test_a_database_on_a_read_only_disk_is_told(
    mounted: Callable[[str], Path], empty_database: Path
) -> None:
    folder = mounted("8m") / "cell"
    make_workspace(folder, empty_database)
    remount = ["mount", "-o", "remount,ro", str(folder.parent)]
    subprocess.run(remount, check=True)

    words = refused(folder, 78, "sources", "list")

    assert "cannot be" in words
    assert str(folder / "socialcell.db") in words


def fill(disk: Path) -> Path:
    """Take all the space that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return ballast


@pytest.mark.fault("F04")
def test_an_import_on_a_full_disk_keeps_whole_pages_and_goes_on_later(
    mounted: Callable[[str], Path], empty_database: Path, tmp_path: Path
) -> None:
    disk = mounted("2m")
    folder = disk / "cell"
    make_workspace(folder, empty_database)
    file = posts(tmp_path / "posts.jsonl", 2000)

    words = refused(folder, 1, "import", file, TMPDIR=str(tmp_path))
    kept = mentions(folder)
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    run(folder, "import", file)

    assert "full" in words
    assert 0 <= kept < 2000
    assert mentions(folder) == 2000


@pytest.mark.fault("F04")
def test_a_file_that_may_not_grow_stops_an_import_cleanly(
    folder: Path, tmp_path: Path
) -> None:
    """RLIMIT_FSIZE: needs no rights, unlike a small disk."""
    file = posts(tmp_path / "posts.jsonl")
    size = (folder / "socialcell.db").stat().st_size

    done = subprocess.run(
        [
            *("prlimit", f"--fsize={size + 65536}"),
            *command("--config", folder / "config.yaml", "import", file),
        ],
        capture_output=True,
        text=True,
        env=environment(),
    )

    words = said(done)
    assert done.returncode == 1
    assert "Free some space" in words
    assert mentions(folder) < POSTS
    run(folder, "import", file)
    assert mentions(folder) == POSTS


@pytest.mark.fault("F04")
def test_report_backup_pull_and_output_on_a_full_disk_say_so_and_lose_nothing(
    mounted: Callable[[str], Path], filled_database: Path, tmp_path: Path
) -> None:
    disk = mounted("16m")
    folder = disk / "cell"
    make_workspace(folder, filled_database)
    run(
        folder, "sources", "add", "paper", "rss", "--set", "url=https://paper.example/f"
    )
    texts = tmp_path / "texts.jsonl"
    texts.write_text('{"id": "1", "text": "पाणी नाही"}\n' * 300)
    ballast = fill(disk)

    report = refused(folder, 1, "report", "weekly", "--as-of", "2026-11-23")
    backup = refused(folder, 1, "db", "backup")
    pull = refused(folder, 1, "pull")
    with (disk / "tagged").open("wb") as out:
        tag = subprocess.run(
            command("tag", texts, "--jsonl"),
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    for words in (report, backup, pull):
        assert "full" in words or "No space left" in words
    assert tag.returncode == 1
    assert "No space left on device" in tag.stderr
    assert "Traceback" not in tag.stderr
    assert not list((folder / "reports").glob("*"))
    assert not list((folder / "backups").glob("*.db"))
    ballast.unlink()
    assert mentions(folder) == POSTS
    run(folder, "db", "backup")
    run(folder, "report", "weekly", "--as-of", "2026-11-23")
