"""A power cut: the file opens whole, wherever the log on the disk ends."""

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.running import command, environment
from tests.trouble.work import mentions, posts, run, until_open

POSTS, PAGE, MOMENTS, CUTS = 4000, 500, 8, 5


@pytest.mark.faults
@pytest.mark.fault("F03")
def test_a_log_that_is_cut_anywhere_leaves_whole_pages(
    folder: Path, tmp_path: Path, tried: Callable[..., None]
) -> None:
    """The writer is stopped; what was not on the disk yet is missing from its log."""
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
        writer.send_signal(signal.SIGSTOP)
        stopped.append(tmp_path / f"stopped{len(stopped)}")
        shutil.copytree(folder, stopped[-1])
        writer.send_signal(signal.SIGCONT)
        until_written(writer, folder / "socialcell.db-wal")
    assert writer.wait() == 0

    kept: list[int] = []
    for place in stopped:
        for n in range(CUTS):
            cut = place.with_name(f"{place.name}-{n}")
            shutil.copytree(place, cut)
            (cut / "socialcell.db-shm").unlink(missing_ok=True)
            log = cut / "socialcell.db-wal"
            with log.open("r+b") as end:
                end.truncate(random.randrange(log.stat().st_size + 1))

            kept.append(mentions(cut))  # opens it, and asks for its integrity
    run(cut, "import", file)

    assert mentions(cut) == POSTS
    assert len(set(kept)) > 2
    assert all(n % PAGE == 0 for n in kept), kept
    tried(len(kept), f"Logs of {len(stopped)} moments, each cut at {CUTS} places")


def until_written(writer: subprocess.Popen[bytes], log: Path) -> None:
    """Until some more of the log is on the disk, or the writer has ended."""
    before = log.stat().st_mtime_ns
    with contextlib.suppress(FileNotFoundError):
        while writer.poll() is None and log.stat().st_mtime_ns == before:
            time.sleep(0.05)
