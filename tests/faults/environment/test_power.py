"""A power cut: what was committed stays, whatever the disk made of the rest."""

import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.faults.environment.workloads import mentions, posts, run, until_open
from tests.running import command, environment, pause

POSTS, PAGE, MOMENTS, CUTS = 3000, 500, 6, 5


@pytest.mark.faults
@pytest.mark.fault("F03")
def test_what_was_committed_stays_whatever_becomes_of_what_was_not_synced(
    folder: Path, tmp_path: Path, tried: Callable[..., None]
) -> None:
    """The writer is stopped; what it had not synced is cut off its log, or torn."""
    (folder / "config.yaml").write_text("language: {semantic: false}\n")
    random = Random(7)
    file = posts(tmp_path / "posts.jsonl", POSTS)
    writer = subprocess.Popen(
        command("--config", folder / "config.yaml", "import", file),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    until_open(writer, folder / "socialcell.db-wal")
    stopped: list[Path] = []
    while writer.poll() is None and len(stopped) < MOMENTS:
        pause(writer)
        stopped.append(tmp_path / f"stopped{len(stopped)}")
        shutil.copytree(folder, stopped[-1])
        writer.send_signal(signal.SIGCONT)
        until_stored(writer, folder / "socialcell.db", len(stopped) * PAGE)
    assert writer.wait() == 0

    tries = 0
    for place in stopped:
        whole = place.with_name(f"{place.name}-whole")
        shutil.copytree(place, whole)
        committed = mentions(whole)
        for n in range(CUTS):
            cut = place.with_name(f"{place.name}-{n}")
            shutil.copytree(place, cut)
            (cut / "socialcell.db-shm").unlink(missing_ok=True)
            log = cut / "socialcell.db-wal"
            content = log.read_bytes()
            synced = end_of_commits(content)
            at = random.randrange(synced, len(content) + 1)
            torn = random.randbytes(len(content) - at) if n % 2 else b""
            log.write_bytes(content[:at] + torn)

            assert mentions(cut) == committed  # and the file is whole
            tries += 1
        assert committed % PAGE == 0
    run(cut, "import", file)

    assert mentions(cut) == POSTS
    said = f"{len(stopped)} moments, what was not synced cut off or torn {CUTS} times"
    tried(tries, said)


def end_of_commits(log: bytes) -> int:
    """Where the last commit of a write-ahead log ends: so far it was synced.

    A header of 32 bytes, then frames: number of the page, size of the database if the
    frame ends a commit, the header's two salts, two checksums, and the page
    (sqlite.org/fileformat2.html, section 4).
    """
    size = int.from_bytes(log[8:12], "big")
    salts, end = log[16:24], min(32, len(log))
    for at in range(32, len(log) - 23 - size, 24 + size):
        if log[at + 8 : at + 16] != salts:
            break
        if log[at + 4 : at + 8] != bytes(4):
            end = at + 24 + size
    return end


def until_stored(writer: subprocess.Popen[bytes], database: Path, n: int) -> None:
    """Until more than n mentions are there, or the writer has ended."""
    with closing(sqlite3.connect(database)) as connection:
        asked = "SELECT count(*) FROM mention"
        while writer.poll() is None and connection.execute(asked).fetchone()[0] <= n:
            time.sleep(0.02)
