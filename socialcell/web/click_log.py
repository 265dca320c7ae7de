"""Clicks on their way into the database: one bounded queue, one thread that writes.

No redirect waits for it. When the database does not accept clicks, they wait in the
queue; when the queue is full, further clicks are counted and not stored. What the
database has not accepted at the stop goes into a file beside it and is stored at the
next start.
"""

import threading
from collections import Counter
from pathlib import Path
from queue import Empty, SimpleQueue

from sqlalchemy import Engine
from sqlalchemy.exc import CompileError, SQLAlchemyError, StatementError

from socialcell import db, log
from socialcell.campaigns.links.click_classifier import ClickClassifier, LinkRequest
from socialcell.campaigns.links.store import clicks
from socialcell.clock import IST
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message, Parameter
from socialcell.services.links.unsaved_clicks import add_dropped, reserve_dropped
from socialcell.web.waiting_clicks import ClickBatch, WaitingClicks, parse_line

CAPACITY = 50_000  # clicks that may wait
BATCH_SIZE = 2000
_BATCH_SECONDS = 0.1  # in which clicks are collected for one transaction
_IDLE_SECONDS = 0.5
_MAX_PAUSE = 5.0  # seconds
_LOG = log.logger(__name__)
_EMPTY = ClickBatch([], [])


class UnstorableRows(Exception):  # noqa: N818 - named for what they are
    """The database can be written, and never accepts these rows."""


class ClickLog:
    """Accepts requests from one thread and stores them from another.

    `path` is the file for what could not be stored at the stop.
    """

    def __init__(
        self,
        engine: Engine,
        judge: ClickClassifier,
        path: Path,
        *,
        capacity: int = CAPACITY,
    ) -> None:
        self._engine, self._judge, self._capacity = engine, judge, capacity
        self._file = WaitingClicks(path)
        self._queue: SimpleQueue[LinkRequest | None] = SimpleQueue()  # None: wake up
        self._dropped: Counter[clicks.LostClicks] = Counter()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._n_accepted = self._n_saved = 0
        self._is_file_stored = False
        # Why the file could not be written.
        self._file_error: Parameter = Message("web.see_the_log")
        self._thread = threading.Thread(target=self._run, name="clicks")

    def start(self) -> None:
        """Begin to store: first the file of the last stop, then what is added."""
        try:
            reserve_dropped(self._file.path.parent)
        except OSError as error:
            reason = error.strerror or str(error)
            _LOG.error("a full disk could not count lost clicks", reason=reason)
        self._thread.start()

    def stop(self) -> None:
        """Store every accepted click, or write it to the file; then return.

        SocialcellError: clicks were dropped, because neither the database nor the file
        accepted them.
        """
        self._stopping.set()
        self._queue.put(None)
        self._thread.join()
        dropped = self._n_accepted - self._n_saved + self._dropped.total()
        if dropped:
            self._note_dropped(dropped)
            raise SocialcellError(
                "web.clicks_dropped",
                clicks=dropped,
                path=self._file.path,
                reason=self._file_error,
            )

    def _note_dropped(self, n: int) -> None:
        """Where `health` finds it; whoever stops the redirect is told besides."""
        _LOG.error("clicks were answered and are lost", n=n)
        try:
            add_dropped(self._file.path.parent, n)
        except OSError as error:
            reason = error.strerror or str(error)
            _LOG.error("health does not know of lost clicks", n=n, reason=reason)

    def add(self, request: LinkRequest) -> None:
        """Accept a click, or count it as dropped; never waits. From one thread only."""
        if self._queue.qsize() < self._capacity:
            self._n_accepted += 1
            self._queue.put(request)
            return
        day = request.at.astimezone(IST).date()
        with self._lock:
            self._dropped[day, request.link_id, request.trigger, request.device] += 1

    def has_unstored(self) -> bool:
        """Whether there are clicks that are not stored yet."""
        return self._n_accepted != self._n_saved or not self._is_file_stored

    def _run(self) -> None:
        self._is_file_stored = self._store_file()
        batch = _EMPTY if self._is_file_stored else self._next_batch()
        while self._is_file_stored and not self._is_finished():
            batch = self._next_batch()
            if not self._store(batch):
                break
            self._n_saved += len(batch.rows)
            batch = _EMPTY
        self._write_file(batch)

    def _is_finished(self) -> bool:
        return self._stopping.is_set() and self._queue.empty() and not self._dropped

    def _next_batch(self) -> ClickBatch:
        try:
            timeout = 0 if self._stopping.is_set() else _IDLE_SECONDS
            requests = [self._queue.get(timeout=timeout)]
        except Empty:
            return _EMPTY
        self._stopping.wait(_BATCH_SECONDS)
        while len(requests) < BATCH_SIZE:
            try:
                requests.append(self._queue.get_nowait())
            except Empty:
                break
        return ClickBatch(*self._judge.rows(filter(None, requests)))

    def _store(self, batch: ClickBatch) -> bool:
        """Store a batch, however long it takes; False: the stop came before."""
        dropped = self._pop_dropped()
        is_stored = self._record(batch, dropped)
        if not is_stored:
            self._restore_dropped(dropped)
        return is_stored

    def _record(
        self,
        batch: ClickBatch,
        dropped: Counter[clicks.LostClicks],
        *,
        from_file: bool = False,
    ) -> bool:
        """Write until the database accepts it; False: the stop came before.

        UnstorableRows: it is from the file, and will never be accepted.
        """
        pause, is_failing = 0.1, False
        while batch.rows or dropped:
            is_last = self._stopping.is_set()  # the last try begins after the stop
            try:
                with db.writing(self._engine) as session:
                    clicks.record_clicks(session, batch.rows, dropped, batch.moved)
                break
            except (SocialcellError, SQLAlchemyError) as error:
                if from_file and _is_unstorable(error):
                    raise UnstorableRows from error
                if not is_failing:
                    _LOG.error("clicks wait to be stored", reason=str(error))
                is_failing = True
            if is_last:
                return False
            self._stopping.wait(pause)
            pause = min(2 * pause, _MAX_PAUSE)
        if is_failing:
            _LOG.info("clicks are stored again")
        return True

    def _pop_dropped(self) -> Counter[clicks.LostClicks]:
        with self._lock:
            dropped, self._dropped = self._dropped, Counter()
        if dropped:
            _LOG.warning("clicks were dropped: the log is full", n=dropped.total())
        return dropped

    def _restore_dropped(self, dropped: Counter[clicks.LostClicks]) -> None:
        with self._lock:
            self._dropped.update(dropped)

    def _write_file(self, batch: ClickBatch) -> None:
        """Write all that is left, a batch a line, so that each is stored once."""
        n, path = 0, str(self._file.path)
        while batch.rows or self._dropped:
            dropped = self._pop_dropped()
            try:
                self._file.append(batch, dropped)
            except OSError as error:
                self._file_error = error.strerror or str(error)
                self._restore_dropped(dropped)
                break
            n += len(batch.rows)
            self._n_saved += len(batch.rows)
            batch = self._next_batch()
        if n:
            _LOG.error("clicks are put aside", n=n, file=path)

    def _store_file(self) -> bool:
        """Store the lines of the file; False: the stop came before the database
        accepted them.

        Damaged lines are set aside. Where even that fails, the file stays as it is:
        what is stored of it is not stored again.
        """
        damaged = []
        try:
            for line in self._file.read_lines():
                try:
                    if not self._record(*parse_line(line), from_file=True):
                        return False
                except (ValueError, UnstorableRows):
                    damaged.append(line)
            self._file.set_aside(damaged)
            self._file.delete()
        except OSError as error:
            path, reason = str(self._file.path), error.strerror or str(error)
            _LOG.error("clicks that wait stay in their file", file=path, reason=reason)
            return True
        if damaged:
            _LOG.error(
                "lines of clicks that waited are damaged and are set aside",
                lines=len(damaged),
                file=str(self._file.damaged_path),
            )
        return True


def _is_unstorable(error: Exception) -> bool:
    """Whether the rows are refused. For a database that is locked, full or gone
    `db.writing` raises SocialcellError, or the connection is lost."""
    return isinstance(error, (StatementError, CompileError)) and not getattr(
        error, "connection_invalidated", False
    )
