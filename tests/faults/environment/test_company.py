"""Others that work on the same database: waited for, and told of when they stay."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.environment.workloads import (
    POSTS,
    configure,
    mentions,
    posts,
    refused,
    run,
    until_open,
)
from tests.running import command, environment

pytestmark = pytest.mark.faults

HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def held(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of writing, until a line is sent to it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / "socialcell.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.fault("F05")
def test_a_database_that_stays_locked_is_told_after_the_time_that_was_set(
    folder: Path, held: subprocess.Popen[str], tmp_path: Path
) -> None:
    words = refused(folder, 1, "import", posts(tmp_path / "posts.jsonl", 3))

    assert "locked by another process for over 0.5 s" in words
    assert run(folder, "sources", "list")  # who only reads is not held up


@pytest.mark.fault("F05")
def test_a_short_lock_is_waited_for(
    folder: Path, held: subprocess.Popen[str], tmp_path: Path
) -> None:
    configure(folder, busy_seconds=60)
    file = posts(tmp_path / "posts.jsonl", 3)
    waiting = subprocess.Popen(
        command("--config", folder / "config.yaml", "import", file),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    until_open(waiting, folder / "socialcell.db")
    assert waiting.poll() is None
    assert mentions(folder) == 0

    held.communicate("go\n")

    assert waiting.communicate()[1] is not None
    assert waiting.returncode == 0
    assert mentions(folder) == 3


@pytest.mark.fault("F05")
def test_two_commands_that_write_at_once_both_finish(
    folder: Path, tmp_path: Path
) -> None:
    configure(folder, busy_seconds=60)
    files = [posts(tmp_path / f"{n}.jsonl", first=n * POSTS) for n in range(2)]

    both = [
        subprocess.Popen(
            command("--config", folder / "config.yaml", "import", file),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        for file in files
    ]
    errors = [process.communicate()[1].decode() for process in both]

    assert [process.returncode for process in both] == [0, 0], errors
    assert mentions(folder) == 2 * POSTS
