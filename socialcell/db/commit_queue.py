"""Common commits: the threads of a web process that write to SQLite share a commit.

A commit waits until the disk has it, 20 ms on a slow one, and SQLite takes one writer
at a time: that is fewer than 50 writes a second for all processes. So the threads of
one process share a transaction. Nothing changes in a service: it writes in its own
thread, in its own block of `db.writing`.

* The first statement of a block joins the group: it waits for those before it, in their
  order. The first of a group waits for the process's turn (`turns`) and begins.
* Each block runs alone, in a savepoint of the one connection of the group, and reads
  what those before it wrote. One that raises is rolled back to its savepoint, the
  others are not.
* At the end of a block the next that waits goes on in the same transaction. When nobody
  waits, or the group is 0.1 s old, the last one commits for all. While it does, the
  next group gathers: nobody waits for company.
* `db.writing` ends when the commit is done: what a block returns, or raises, may follow
  from what those before it wrote. If the commit fails, it fails for all of the group,
  and nothing of them is kept.
* A block that could not join within the engine's `socialcell_busy` seconds is refused
  as by a locked database, and none of its statements runs, then or later.

No thread of its own is behind it: where nobody writes, there is nothing to stop.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from socialcell.db.fair_lock import Deadline, FairLock

GROUP_SECONDS = 0.1  # for which a group takes in others, who wait outside, wait for it


class CommitGroup:
    """Blocks that share one transaction, and what became of it."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        """Begin within so many seconds, or raise OperationalError."""
        self._is_over = threading.Event()
        self._error: Exception | None = None
        connection = engine.connect()
        try:
            self.connection = connection.execution_options(
                socialcell_busy=max(0.0, seconds)
            )
            self._transaction = self.connection.begin()
        except BaseException:
            connection.close()
            raise
        self._age = Deadline(GROUP_SECONDS)

    @property
    def takes_more(self) -> bool:
        return self._age.left > 0 and self._is_alive()

    def end(self, cause: BaseException | None) -> None:
        """Commit for all. `cause` is what the last block raised."""
        self._error = _refusal("the common commit was broken off")
        try:
            # A commit that fails is rolled back by the second, and raises.
            with self.connection, self._transaction:
                self._require_alive(cause)
            self._error = None
        except Exception as reason:  # noqa: BLE001 - `wait` raises it, for each block
            self._error = reason
        finally:
            self._is_over.set()

    def _require_alive(self, cause: BaseException | None) -> None:
        if not self._is_alive():
            # SQLite rolls all back by itself where the disk fails.
            lost = _refusal("the common transaction was rolled back")
            raise cause if isinstance(cause, Exception) else lost

    def wait(self) -> None:
        """Until the commit is done; the error of one that failed."""
        self._is_over.wait()
        if self._error is not None:
            raise self._error

    def _is_alive(self) -> bool:
        own = self.connection.connection.dbapi_connection
        assert isinstance(own, sqlite3.Connection)
        return own.in_transaction


class GroupSession(Session):
    """A session that joins a group with its first statement."""

    def __init__(self, queue: "CommitQueue", engine: Engine) -> None:
        super().__init__(join_transaction_mode="create_savepoint")
        self._queue = queue
        self._engine = engine
        self.group: CommitGroup | None = None

    def get_bind(self, *_mapper: object, **_options: object) -> Connection:
        if self.group is None:
            self.group = self._queue.join(self._engine)
        return self.group.connection


class CommitQueue:
    """The blocks of one process that write to one SQLite file."""

    def __init__(self) -> None:
        self._order = FairLock()  # whoever has it is in the group's transaction
        self._group: CommitGroup | None = None
        self._writer: int | None = None

    @contextmanager
    def session(self, engine: Engine) -> Iterator[Session]:
        """A session for one block, which commits it; ends when that is on the disk."""
        session, cause = GroupSession(self, engine), None
        try:
            with session:
                try:
                    yield session
                except BaseException as error:
                    cause = error
                    raise
        except BaseException as error:
            self._leave(session.group, cause or error)
            if session.group is not None and isinstance(error, Exception):
                session.group.wait()
            raise
        self._leave(session.group, None)
        if session.group is not None:
            session.group.wait()

    def join(self, engine: Engine) -> CommitGroup:
        """The group, once all before us have done theirs. OperationalError: not in
        time."""
        busy = engine.get_execution_options()["socialcell_busy"]
        deadline = Deadline(busy)
        # A thread that writes would wait for itself.
        is_inner = self._writer == threading.get_ident()
        if is_inner or not self._order.acquire(busy):
            raise _refusal("database is locked")
        try:
            if self._group is None:
                self._group = CommitGroup(engine, deadline.left)
        except BaseException:
            self._order.release()
            raise
        self._writer = threading.get_ident()
        return self._group

    def _leave(self, group: CommitGroup | None, cause: BaseException | None) -> None:
        if group is None:
            return
        self._writer = None
        if group.takes_more and self._order.pass_on():
            return
        self._group = None
        try:
            group.end(cause)
        finally:
            self._order.release()


def _refusal(words: str) -> OperationalError:
    return OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError(words))
