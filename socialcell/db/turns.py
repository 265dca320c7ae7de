"""Turns: whoever writes to a SQLite file waits in a line, not in a scramble.

SQLite lets one transaction write at a time and has no line: who waits looks again after
a pause that grows to 100 ms, and the lock goes to whoever looks first when it is free.
With slow disks some wait for seconds while others pass them. So before BEGIN IMMEDIATE
there are two locks of ours:

* within the process a `FairLock`, which is kept until the transaction ends: a process
  sends one thread at a time into the line of processes, and goes to its end each time;
* among processes `flock` on the empty file NAME-turn beside the database, which is kept
  until BEGIN IMMEDIATE has succeeded: whoever has it is the next one, and alone looks
  every millisecond whether SQLite's lock is free. The kernel releases it when its
  process ends, however that ends, and nobody deletes the file.

They are a courtesy. What keeps two writers apart is SQLite's own lock, as before. Where
the file cannot be made or locked (a full or read-only disk, a folder of somebody else,
a network), and when half of the patience is over, because whoever is next was stopped,
there is BEGIN IMMEDIATE alone. `seconds` is the whole patience in every case, and the
refusal after it is SQLite's own, "database is locked".
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from socialcell.db.fair_lock import Deadline, FairLock

ENDING = "-turn"  # of the file's name, behind the database's
_PAUSE = 0.001  # seconds between two looks at a lock
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW

_queues: dict[str, "WriterQueue"] = {}
_queues_mutex = threading.Lock()


class TurnConnection(sqlite3.Connection):
    """A connection to SQLite that keeps its turn until its transaction ends."""

    end_turn: Callable[[], None] | None = None
    busy_seconds: float = 0.0
    is_exclusive: bool = False  # no other connection can open the file meanwhile
    leave_line: Callable[[], None] | None = None  # of those who open it alone

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self._end_if_done()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._end_if_done()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._end()
            leave_line, self.leave_line = self.leave_line, None
            if leave_line is not None:
                leave_line()

    @contextmanager
    def refusing_at_once(self) -> Iterator[None]:
        """Statements do not wait for locks while the block runs."""
        self.execute("PRAGMA busy_timeout=0")
        try:
            yield
        finally:
            self.execute(f"PRAGMA busy_timeout={round(self.busy_seconds * 1000)}")

    def _end_if_done(self) -> None:
        # A commit that failed may have left the transaction open.
        if not self.in_transaction:
            self._end()

    def _end(self) -> None:
        end_turn, self.end_turn = self.end_turn, None
        if end_turn is not None:
            end_turn()


class WriterQueue:
    """The line of those who want to write to one file; one object a file and process.

    `queue_of` has it.
    """

    def __init__(self, file: Path) -> None:
        self._database = file
        self._turn_file = file.with_name(file.name + ENDING)
        self._threads = FairLock()
        self._handles: set[int] = set()

    def begin(self, connection: TurnConnection, seconds: float) -> bool:
        """BEGIN IMMEDIATE when it is our turn; False when it did not succeed in time,
        or fails for another reason than a lock. The connection keeps the turn."""
        patience, deadline = Deadline(seconds / 2), Deadline(seconds)
        is_ours, has_begun = self._threads.acquire(patience.left), False
        try:
            with self._next_in_line(patience):
                has_begun = _begin(connection, deadline)
        finally:
            if has_begun and is_ours:
                connection.end_turn = self._threads.release
            elif is_ours:
                self._threads.release()
        return has_begun

    @contextmanager
    def held_up(self, seconds: float) -> Iterator[None]:
        """Nobody begins to write while the block runs, but who has waited too long.

        For what cannot be done in a transaction. Who writes already is not waited for.
        """
        patience = Deadline(seconds / 2)
        is_ours = self._threads.acquire(patience.left)
        try:
            with self._next_in_line(patience):
                yield
        finally:
            if is_ours:
                self._threads.release()

    def forget(self) -> None:
        """What the process that we were forked from held and waited for is not ours."""
        for handle in self._handles:
            with suppress(OSError):
                os.close(handle)  # of two processes that share a lock one unlocks it
        self._handles = set()
        self._threads = FairLock()

    @contextmanager
    def _next_in_line(self, patience: Deadline) -> Iterator[None]:
        handle = self._open()
        if handle is None:
            yield
            return
        self._handles.add(handle)
        try:
            while not _is_locked(handle) and patience.left > 0:
                time.sleep(_PAUSE)
            yield
        finally:
            if handle in self._handles:  # else we are in a child, which has closed it
                self._handles.remove(handle)
                with suppress(OSError):
                    # A child that has it too, and runs another program, keeps it.
                    fcntl.flock(handle, fcntl.LOCK_UN)
                os.close(handle)

    def _open(self) -> int | None:
        """The file of turns, made where there is none; None where it cannot be."""
        try:
            return os.open(self._turn_file, _FLAGS)
        except FileNotFoundError:
            return self._make()
        except OSError:
            return None

    def _make(self) -> int | None:
        try:
            handle = os.open(self._turn_file, _FLAGS | os.O_CREAT, 0o600)
        except OSError:
            return None
        # Whoever may open the database may wait in its line.
        with suppress(OSError):
            like = self._database.stat()
            os.fchmod(handle, like.st_mode & 0o777)
            if os.geteuid() == 0:
                os.fchown(handle, like.st_uid, like.st_gid)
        return handle


def queue_of(file: Path) -> WriterQueue:
    """The line of a database's file, by whatever name it is called."""
    real = os.path.realpath(file)
    with _queues_mutex:
        return _queues.setdefault(real, WriterQueue(Path(real)))


def _begin(connection: TurnConnection, deadline: Deadline) -> bool:
    with connection.refusing_at_once():
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.DatabaseError as error:
                code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
                # Extended codes, such as that of a recovery, end with the plain one.
                if code & 0xFF != sqlite3.SQLITE_BUSY or deadline.left <= 0:
                    return False
                time.sleep(_PAUSE)
            else:
                return True


def _is_locked(handle: int) -> bool:
    """Whether the lock is ours now, or cannot be had in this place at all."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _forget_all() -> None:
    global _queues_mutex
    _queues_mutex = threading.Lock()
    for queue in _queues.values():
        queue.forget()


os.register_at_fork(after_in_child=_forget_all)
