"""Servers and a daemon that write to one SQLite file at once, on a slow disk."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.writers import TABLE, Writers, kept, run_writers
from tests import strace
from tests.running import environment
from tests.shared import REPOSITORY

pytestmark = [strace.needed, pytest.mark.fault("F05")]

FSYNC_MS = 20.0
LONGEST = 2.0  # seconds that a write may take
CONSOLE = Writers("common", threads=12, rate=40)
DAEMON = Writers("turns", threads=1, rate=5, busy_seconds=30)
ACTS = """
import os, sys, threading
from sqlalchemy import text
from socialcell import db
engine = db.connect(f"sqlite:///{sys.argv[1]}", 30, threads=8)
def work(thread):
    for number in range(100000):
        act = {"thread": thread, "number": number}
        with db.writing(engine) as session:
            session.execute(text("INSERT INTO act VALUES ('', :thread, :number)"), act)
        os.write(1, f"{thread} {number}\\n".encode())
for thread in range(8):
    threading.Thread(target=work, args=[thread]).start()
"""


def write_at_once(folder: Path, writers: list[Writers], seconds: float) -> int:
    """How many writes there were: none was refused or lost, and none took long."""
    outcomes = run_writers(folder / "city.db", writers, seconds, FSYNC_MS)

    assert [(o.refused, o.errors) for o in outcomes] == [(0, [])] * len(writers)
    assert max(max(outcome.waits) for outcome in outcomes) < LONGEST
    done = sum(len(outcome.waits) for outcome in outcomes)
    assert kept(folder / "city.db") == done
    return done


@pytest.mark.faults
@pytest.mark.usefixtures("slow_disk")
def test_two_consoles_and_a_daemon_lose_and_refuse_nothing(tmp_path: Path) -> None:
    assert write_at_once(tmp_path, [CONSOLE, CONSOLE, DAEMON], 10) > 100


@pytest.mark.faults
@pytest.mark.usefixtures("slow_disk")
def test_processes_that_do_nothing_but_write_get_their_turns(tmp_path: Path) -> None:
    busy = Writers("turns", threads=3)

    outcomes = run_writers(tmp_path / "city.db", [busy, busy, busy], 6, FSYNC_MS)

    done = [len(outcome.waits) for outcome in outcomes]
    assert [(o.refused, o.errors) for o in outcomes] == [(0, [])] * 3
    assert max(max(outcome.waits) for outcome in outcomes) < LONGEST
    assert min(done) > max(done) / 2
    assert kept(tmp_path / "city.db") == sum(done)


@pytest.mark.long
@pytest.mark.usefixtures("slow_disk")
@pytest.mark.timeout(1200)
def test_two_consoles_and_a_daemon_go_on_so_for_ten_minutes(tmp_path: Path) -> None:
    assert write_at_once(tmp_path, [CONSOLE, CONSOLE, DAEMON], 600) > 6000


@pytest.mark.faults
@pytest.mark.parametrize("acts", [1, 40, 150, 400])
def test_of_a_killed_server_every_write_that_was_answered_is_there(
    tmp_path: Path, acts: int
) -> None:
    file = tmp_path / "city.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(TABLE)
    with subprocess.Popen(
        [sys.executable, "-c", ACTS, str(file)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(acts)]
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.readlines()
    answered = {tuple(map(int, line.split())) for line in lines if line.endswith("\n")}

    with closing(sqlite3.connect(file, timeout=0)) as connection:
        rows = set(connection.execute("SELECT thread, number FROM act"))
        connection.execute("INSERT INTO act VALUES ('next', 0, 0)")
    assert len(answered) >= acts
    assert answered - rows == set()
    assert len(rows - answered) <= 8  # of each thread at most one was unanswered
