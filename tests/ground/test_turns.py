"""Who writes to a SQLite file waits in a line, and the line never keeps anybody out."""

import fcntl
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from socialcell import db
from socialcell.db.turns import ENDING, queue_of
from socialcell.errors import SocialcellError
from tests import strace
from tests.running import environment, pause
from tests.shared import REPOSITORY
from tests.waiting import until

PATIENCE = 60.0
WRITE = """
import sys
from sqlalchemy import text
from socialcell import db
engine = db.connect(f"sqlite:///{sys.argv[1]}", float(sys.argv[2]))
with db.writing(engine) as session:
    session.execute(text("INSERT INTO act VALUES ('theirs')"))
    print("writes", flush=True)
    sys.stdin.readline()
"""
Connect = Callable[..., Engine]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a table, in which nobody has taken a turn."""
    path = tmp_path / "city.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE act (name TEXT)")
    return path


@pytest.fixture
def connect(file: Path) -> Iterator[Connect]:
    engines: list[Engine] = []

    def to_it(busy_seconds: float = PATIENCE) -> Engine:
        engines.append(db.connect(f"sqlite:///{file}", busy_seconds))
        return engines[-1]

    yield to_it
    for engine in engines:
        engine.dispose()


@contextmanager
def other_process(
    file: Path, busy_seconds: float = PATIENCE, *before: str
) -> Iterator["subprocess.Popen[str]"]:
    """A process that writes, and keeps its transaction until it is sent a line."""
    process = subprocess.Popen(
        [*before, sys.executable, "-c", WRITE, str(file), str(busy_seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def writes(process: "subprocess.Popen[str]") -> None:
    """Wait until the process is in its transaction."""
    assert process.stdout is not None
    assert process.stdout.readline() == "writes\n"


def somebody_is_next(file: Path) -> bool:
    """Whether a process stands at the head of the line."""
    try:
        handle = os.open(file.with_name(file.name + ENDING), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


@contextmanager
def foreign_writer(file: Path) -> Iterator[None]:
    """A program that knows nothing of turns writes while the block runs."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def write(engine: Engine, name: str = "ours") -> None:
    with db.writing(engine) as session:
        session.execute(text("INSERT INTO act VALUES (:name)"), {"name": name})


def written(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT name FROM act ORDER BY rowid"
        return [name for (name,) in connection.execute(query)]


def test_another_process_that_came_first_writes_first(
    file: Path, connect: Connect
) -> None:
    with other_process(file) as process:
        with foreign_writer(file):
            until(lambda: somebody_is_next(file), "the process is next in line")
            ours = threading.Thread(target=write, args=[connect()])
            ours.start()
            until(lambda: queue_of(file)._threads._is_taken, "we stand in line")
        writes(process)
        process.communicate("go on\n")
        ours.join()

    assert written(file) == ["theirs", "ours"]


def test_threads_of_a_process_write_in_the_order_in_which_they_came(
    file: Path, connect: Connect
) -> None:
    engine, threads = connect(), []
    waiting = queue_of(file)._threads._waiting
    with db.writing(engine) as session:
        session.connection()
        for number in range(5):
            threads.append(threading.Thread(target=write, args=[engine, str(number)]))
            threads[-1].start()
            until(lambda n=number: len(waiting) == n + 1, "a thread waits")  # type: ignore[misc]
    for thread in threads:
        thread.join()

    assert written(file) == ["0", "1", "2", "3", "4"]


@pytest.mark.fault("F05")
def test_the_turn_of_a_process_that_was_killed_is_free_at_once(
    file: Path, connect: Connect
) -> None:
    with other_process(file) as process:
        writes(process)
        process.kill()
        process.wait()

        begun = time.monotonic()
        write(connect())

    assert time.monotonic() - begun < PATIENCE / 4
    assert written(file) == ["ours"]


@pytest.mark.fault("F05")
def test_a_process_that_was_killed_as_the_next_in_line_keeps_nobody_waiting(
    file: Path, connect: Connect
) -> None:
    with other_process(file) as process:
        with foreign_writer(file):
            until(lambda: somebody_is_next(file), "the process is next in line")
            process.kill()
            process.wait()

        begun = time.monotonic()
        write(connect())

    assert time.monotonic() - begun < PATIENCE / 4
    assert written(file) == ["ours"]


@pytest.mark.fault("F05")
def test_a_process_that_stands_still_as_the_next_in_line_keeps_nobody_out(
    file: Path, connect: Connect
) -> None:
    with other_process(file) as process:
        with foreign_writer(file):
            until(lambda: somebody_is_next(file), "the process is next in line")
            pause(process)

        write(connect(1.0))  # the second half of its patience is for SQLite alone

        assert somebody_is_next(file)
        process.send_signal(signal.SIGCONT)
        writes(process)
        process.communicate("go on\n")

    assert written(file) == ["ours", "theirs"]


@pytest.mark.fault("F05")
def test_a_file_that_stays_locked_is_refused_after_the_time_that_was_set(
    file: Path, connect: Connect
) -> None:
    with other_process(file) as process:
        writes(process)
        begun = time.monotonic()

        with pytest.raises(SocialcellError, match=r"locked .* for over 2 s"):
            write(connect(2))

    assert 2 <= time.monotonic() - begun < 4  # and not once more for SQLite
    assert written(file) == []


def test_a_thread_that_writes_already_is_refused_and_its_first_block_goes_on(
    file: Path, connect: Connect
) -> None:
    engine = connect(0.2)
    with db.writing(engine) as session:
        session.execute(text("INSERT INTO act VALUES ('outer')"))
        with pytest.raises(SocialcellError, match="locked"):
            write(engine, "inner")
    write(engine, "next")

    assert written(file) == ["outer", "next"]


def test_a_block_that_fails_ends_its_turn(file: Path, connect: Connect) -> None:
    engine = connect(0.2)
    with pytest.raises(SocialcellError), db.writing(engine) as session:
        session.execute(text("INSERT INTO nowhere VALUES ('none')"))

    assert not queue_of(file)._threads._is_taken
    write(engine)
    assert written(file) == ["ours"]


def test_a_refused_thread_does_not_stay_in_the_line(
    file: Path, connect: Connect
) -> None:
    with foreign_writer(file), pytest.raises(SocialcellError, match="locked"):
        write(connect(0))

    write(connect(0))

    assert written(file) == ["ours"]
    assert not somebody_is_next(file)


def test_nobody_begins_to_write_while_the_file_is_rewritten(
    file: Path, connect: Connect
) -> None:
    engine, waiting = connect(), queue_of(file)._threads._waiting
    with db.writers_held_up(engine):
        ours = threading.Thread(target=write, args=[engine])
        ours.start()
        until(lambda: len(waiting) == 1, "our thread waits")
        assert somebody_is_next(file)  # it is we

        raw = engine.raw_connection()
        raw.cursor().execute("VACUUM")
        raw.close()
        assert written(file) == []
    ours.join()

    assert written(file) == ["ours"]


def test_who_only_reads_is_not_in_the_line(file: Path, connect: Connect) -> None:
    with other_process(file) as process:
        writes(process)
        with db.reading(connect(0)) as session:
            assert session.scalar(text("SELECT count(*) FROM act")) == 0


def test_the_line_is_the_same_by_whatever_name_the_file_is_called(file: Path) -> None:
    link = file.with_name("link.db")
    link.symlink_to(file)

    assert queue_of(link) is queue_of(file)


@pytest.mark.parametrize("mode", [0o600, 0o660])
def test_whoever_may_open_the_database_may_wait_in_its_line(
    file: Path, connect: Connect, mode: int
) -> None:
    file.chmod(mode)

    write(connect())

    turns = file.with_name(file.name + ENDING)
    assert stat.S_IMODE(turns.stat().st_mode) == mode
    assert turns.stat().st_size == 0


def test_where_there_is_no_place_for_the_line_it_is_written_all_the_same(
    file: Path, connect: Connect
) -> None:
    turns = file.with_name(file.name + ENDING)
    turns.symlink_to(file.with_name("elsewhere"))

    write(connect())

    assert written(file) == ["ours"]
    assert not file.with_name("elsewhere").exists()


@strace.needed
@pytest.mark.fault("F05")
@pytest.mark.parametrize(
    "refuses", ["flock:error=ENOLCK", "flock:error=ENOSYS", "openat:error=EROFS"]
)
def test_a_file_system_without_locks_is_written_all_the_same(
    file: Path, refuses: str
) -> None:
    turns = file.with_name(file.name + ENDING)
    call = refuses.partition(":")[0]
    only = ["-P", str(turns)] if call == "openat" else []
    under = ["strace", "-f", "-o", "/dev/null", *only, "-e", f"trace={call}"]
    with other_process(file, PATIENCE, *under, "-e", f"inject={refuses}") as process:
        writes(process)
        process.communicate("go on\n")
        assert process.returncode == 0

    assert written(file) == ["theirs"]


FORK = """
import os, sys
from pathlib import Path
from sqlalchemy import text
from socialcell import db
from socialcell.db.turns import queue_of
ready, go = os.pipe()
with queue_of(Path(sys.argv[1])).held_up(60):
    child = os.fork()
    if child:
        os.close(ready)
        print(child, flush=True)
        sys.stdin.readline()
        os.kill(os.getpid(), 9)
os.close(go)
os.read(ready, 1)  # until the parent is dead
engine = db.connect(f"sqlite:///{sys.argv[1]}", 60)
with db.writing(engine) as session:
    session.execute(text("INSERT INTO act VALUES ('child')"))
print("written", flush=True)
sys.stdin.readline()
os._exit(0)
"""


@pytest.mark.fault("F05")
def test_a_child_keeps_nothing_of_the_turn_that_its_killed_parent_had(
    file: Path, connect: Connect
) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", FORK, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    parent.stdout.readline()
    assert somebody_is_next(file)
    begun = time.monotonic()

    parent.stdin.write("die\n")
    parent.stdin.flush()
    assert parent.stdout.readline() == "written\n"
    write(connect())  # while the child lives

    assert time.monotonic() - begun < PATIENCE / 4
    assert written(file) == ["child", "ours"]
    parent.communicate("end\n")
