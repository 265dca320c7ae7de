"""A workspace at which commands are run that must fail, or must not."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from tests.running import said, socialcell

POSTS = 400


def make_workspace(folder: Path, database: Path) -> None:
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    (folder / "secrets" / "person_key").write_text("a key that only tests have\n")
    shutil.copy(database, folder / "socialcell.db")
    configure(folder)


def configure(folder: Path, busy_seconds: float = 0.5) -> None:
    """Its config.yaml. What is read in the posts is asked of other tests: the quickest
    reader is enough."""
    (folder / "config.yaml").write_text(
        f"database: {{busy_seconds: {busy_seconds}}}\n"
        "language: {semantic: false, english_names: false}\n"
    )


def posts(path: Path, n: int = POSTS, first: int = 0) -> Path:
    """A file of X's answers, one post a line, about a kilobyte each."""
    rows = (
        {
            "id": str(1_000_000 + first + k),
            "text": f"No water in Kothrud, day {k}. " + "पाणी नाही " * 25,
            "author_id": str(k % 50),
            "created_at": "2026-11-18T06:30:00.000Z",
        }
        for k in range(n)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(folder: Path, *arguments: str | Path, **options: str) -> str:
    """A command on a workspace that must succeed; its standard output."""
    done = socialcell("--config", folder / "config.yaml", *arguments, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(folder: Path, code: int, *arguments: str | Path, **options: str) -> str:
    """What a command that must fail so told its user."""
    done = socialcell("--config", folder / "config.yaml", *arguments, **options)
    words = said(done)
    assert done.returncode == code, (done.returncode, done.stdout, words)
    return words


def mentions(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found: int = connection.execute("SELECT count(*) FROM mention").fetchone()[0]
    return found


def until_open(process: subprocess.Popen[bytes], file: Path) -> None:
    """Until a process has a file open: it is at work and not still starting."""
    descriptors = Path(f"/proc/{process.pid}/fd")
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        for descriptor in descriptors.iterdir():
            if os.path.realpath(descriptor) == str(file.resolve()):
                return
        time.sleep(0.02)
    raise AssertionError(
        f"the command never opened the database; it ended with {process.poll()}"
    )
