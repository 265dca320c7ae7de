"""Processes that write to one SQLite file at once, and how long each write took.

    python -m benchmarks.writers DATABASE WAY --threads N --rate R --seconds S

is one of them: threads that each add a row, read it again and commit. WAY is `plain`
(BEGIN IMMEDIATE, and SQLite waits by itself), `turns` or `common` (`db.connect` without
and with `threads`). It says "ready", waits for a line, and prints its `Outcome`.
"""

import argparse
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from socialcell import db
from socialcell.errors import SocialcellError

ROOT = Path(__file__).resolve().parents[1]
WAYS = ("plain", "turns", "common")
TABLE = "CREATE TABLE act (writer TEXT, thread INTEGER, number INTEGER)"

Writing = Callable[[Engine], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Writers:
    """A process: how it writes, in how many threads, how often a second in all of them
    (0: as fast as it can), and for how long it waits for a locked database."""

    way: str
    threads: int = 6
    rate: float = 0.0
    busy_seconds: float = 5.0


@dataclass
class Outcome:
    """What came of the writes of one process: seconds from call to return of each that
    was done, how many were refused, and the errors of others."""

    waits: list[float] = field(default_factory=list)
    refused: int = 0
    errors: list[str] = field(default_factory=list)


def run_writers(
    database: Path, processes: Sequence[Writers], seconds: float, fsync_ms: float = 0.0
) -> list[Outcome]:
    """Let them write at once, each fsync held for so long (by strace, from outside)."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("DROP TABLE IF EXISTS act")
        connection.execute(TABLE)
    running = [_started(database, each, seconds, fsync_ms) for each in processes]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate()[0] for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    return [Outcome(**json.loads(answer)) for answer in answers]


def kept(database: Path) -> int:
    """How many writes are in the file, which is whole."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        count: int = connection.execute("SELECT count(*) FROM act").fetchone()[0]
    return count


def can_hold_fsync() -> bool:
    return shutil.which("strace") is not None


def _started(
    database: Path, writers: Writers, seconds: float, fsync_ms: float
) -> "subprocess.Popen[str]":
    held = [
        *("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null"),
        *("-e", "trace=fsync,fdatasync"),
        *("-e", f"inject=fsync,fdatasync:delay_exit={round(fsync_ms * 1000)}"),
    ]
    return subprocess.Popen(
        [
            *(held if fsync_ms else []),
            *(sys.executable, "-m", "benchmarks.writers", str(database), writers.way),
            *("--threads", str(writers.threads), "--rate", str(writers.rate)),
            *("--seconds", str(seconds), "--busy", str(writers.busy_seconds)),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--busy", type=float, required=True)
    given = parser.parse_args()
    writers = Writers(given.way, given.threads, given.rate, given.busy)
    engine, writing = _engine(given.database, writers)
    with writing(engine) as session:  # what is imported by a first write, is
        session.execute(text("SELECT 1"))
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asdict(_write(engine, writing, writers, given.seconds))))
    engine.dispose()


def _write(
    engine: Engine, writing: Writing, writers: Writers, seconds: float
) -> Outcome:
    outcomes = [Outcome() for _ in range(writers.threads)]
    ends = time.monotonic() + seconds
    name = f"{writers.way}-{time.time_ns()}"

    def work(thread: int) -> None:
        outcome, number = outcomes[thread], 0
        draw = random.Random(thread)
        while time.monotonic() < ends:
            if writers.rate:
                pause = draw.expovariate(writers.rate / writers.threads)
                if time.monotonic() + pause > ends:
                    break
                time.sleep(pause)
            number += 1
            act = {"writer": name, "thread": thread, "number": number}
            begun = time.monotonic()
            try:
                _act(engine, writing, act)
            except (SocialcellError, OperationalError):
                outcome.refused += 1
            except Exception as error:  # noqa: BLE001 - whoever started it sees them
                outcome.errors.append(repr(error))
            else:
                outcome.waits.append(round(time.monotonic() - begun, 4))

    threads = [threading.Thread(target=work, args=[n]) for n in range(writers.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Outcome(
        [wait for outcome in outcomes for wait in outcome.waits],
        sum(outcome.refused for outcome in outcomes),
        [error for outcome in outcomes for error in outcome.errors],
    )


def _act(engine: Engine, writing: Writing, act: dict[str, object]) -> None:
    with writing(engine) as session:
        session.execute(text("INSERT INTO act VALUES (:writer, :thread, :number)"), act)
        again = "SELECT count(*) FROM act WHERE rowid = last_insert_rowid()"
        if session.execute(text(again)).scalar_one() != 1:
            raise AssertionError("a session does not read what it wrote")


def _engine(database: Path, writers: Writers) -> tuple[Engine, Writing]:
    url, busy = f"sqlite:///{database}", writers.busy_seconds
    if writers.way == "plain":
        return _plain_engine(url, busy, writers.threads), _plain_writing
    threads = writers.threads if writers.way == "common" else None
    return db.connect(url, busy, threads=threads), db.writing


def _plain_engine(url: str, busy_seconds: float, threads: int) -> Engine:
    """SQLite as it waits by itself, with our settings of durability."""
    engine = create_engine(
        url, connect_args={"timeout": busy_seconds}, pool_size=threads
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def _plain_writing(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session
        session.commit()


if __name__ == "__main__":
    main()
