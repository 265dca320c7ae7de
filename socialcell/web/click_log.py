"""Clicks on their way into the database: one bounded queue, one thread that writes.

Whoever is redirected waits for none of it. When the database does not take them, clicks
wait in the queue; when that is full, more are counted and not kept. What the database
has not taken when we stop goes into a file beside it and is stored at the next start.
"""

import threading
from collections import Counter
from pathlib import Path
from queue import Empty, SimpleQueue

from sqlalchemy import Engine
from sqlalchemy.exc import CompileError, SQLAlchemyError, StatementError

from socialcell import db, log
from socialcell.campaigns.links.click_classifier import Judge, Request
from socialcell.campaigns.links.store import clicks
from socialcell.clock import IST
from socialcell.errors import SocialcellError
from socialcell.web.waiting_clicks import Batch, WaitingClicks, parse_line

ROOM = 50_000  # clicks that may wait
BATCH = 2000
_GATHER = 0.1  # seconds in which clicks come together for one transaction
_IDLE = 0.5
_LONGEST_PAUSE = 5.0
_LOG = log.logger(__name__)
_NOTHING = Batch([], [])


class UnfitRows(Exception):  # noqa: N818 - named for what they are
    """The database can be written, and does not take these rows at any time."""


class ClickLog:
    """Takes requests from one thread and stores them from another.

    `waiting` is the file for what could not be stored at the end.
    """

    def __init__(
        self, engine: Engine, judge: Judge, waiting: Path, *, room: int = ROOM
    ) -> None:
        self._engine, self._judge, self._room = engine, judge, room
        self._waiting = WaitingClicks(waiting)
        self._queue: SimpleQueue[Request | None] = SimpleQueue()  # None: look up
        self._lost: Counter[clicks.Lost] = Counter()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._taken = self._kept = 0
        self._is_caught_up = False
        self._refusal = "see the log"  # why the file did not take what was left
        self._thread = threading.Thread(target=self._run, name="clicks")

    def start(self) -> None:
        """Begin to store: first what waited since the last time, then what comes."""
        self._thread.start()

    def stop(self) -> None:
        """Store all that was taken, or put it into the file; then return.

        SocialcellError: clicks were dropped, because neither the database nor the file
        took them.
        """
        self._ending.set()
        self._queue.put(None)
        self._thread.join()
        dropped = self._taken - self._kept + self._lost.total()
        if dropped:
            raise SocialcellError(
                f"Clicks that were answered and dropped: {dropped}. Neither the "
                f"database nor {self._waiting.path} took them ({self._refusal}), so "
                "they are in no count. See to the disk, then start again."
            )

    def take(self, request: Request) -> None:
        """Keep a click, or count it as dropped; never waits. From one thread only."""
        if self._queue.qsize() < self._room:
            self._taken += 1
            self._queue.put(request)
            return
        day = request.at.astimezone(IST).date()
        with self._lock:
            self._lost[day, request.link_id, request.trigger, request.device] += 1

    def behind(self) -> bool:
        """Whether there are clicks that are not stored yet."""
        return self._taken != self._kept or not self._is_caught_up

    def _run(self) -> None:
        self._is_caught_up = self._take_up()
        batch = _NOTHING if self._is_caught_up else self._batch()
        while self._is_caught_up and not self._is_finished():
            batch = self._batch()
            if not self._stored(batch):
                break
            self._kept += len(batch.rows)
            batch = _NOTHING
        self._put_aside(batch)

    def _is_finished(self) -> bool:
        return self._ending.is_set() and self._queue.empty() and not self._lost

    def _batch(self) -> Batch:
        try:
            first = self._queue.get(timeout=0 if self._ending.is_set() else _IDLE)
        except Empty:
            return _NOTHING
        requests = [first]
        self._ending.wait(_GATHER)
        while len(requests) < BATCH:
            try:
                requests.append(self._queue.get_nowait())
            except Empty:
                break
        return Batch(*self._judge.rows(filter(None, requests)))

    def _stored(self, batch: Batch) -> bool:
        """Store them, however long it takes; False when we stop before it works."""
        lost = self._lost_so_far()
        stored = self._record(batch, lost)
        if not stored:
            self._give_back(lost)
        return stored

    def _record(
        self, batch: Batch, lost: Counter[clicks.Lost], *, from_file: bool = False
    ) -> bool:
        """Write until the database takes it; False when we stop before it does.

        UnfitRows: it is from the file, and will never be taken.
        """
        pause, told = 0.1, False
        while batch.rows or lost:
            last = self._ending.is_set()  # the last try begins after we were told to
            try:
                with db.writing(self._engine) as session:
                    clicks.record(session, batch.rows, lost, batch.moved)
                break
            except (SocialcellError, SQLAlchemyError) as error:
                if from_file and _is_unfit(error):
                    raise UnfitRows from error
                if not told:
                    _LOG.error("clicks wait to be stored", reason=str(error))
                told = True
            if last:
                return False
            self._ending.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        if told:
            _LOG.info("clicks are stored again")
        return True

    def _lost_so_far(self) -> Counter[clicks.Lost]:
        with self._lock:
            lost, self._lost = self._lost, Counter()
        if lost:
            _LOG.warning("clicks were dropped: the log is full", n=lost.total())
        return lost

    def _give_back(self, lost: Counter[clicks.Lost]) -> None:
        with self._lock:
            self._lost.update(lost)

    def _put_aside(self, batch: Batch) -> None:
        """All that is left, a batch a line, so that each is stored once."""
        n, file = 0, str(self._waiting.path)
        while batch.rows or self._lost:
            lost = self._lost_so_far()
            try:
                self._waiting.append(batch, lost)
            except OSError as error:
                self._refusal = error.strerror or str(error)
                self._give_back(lost)
                break
            n += len(batch.rows)
            self._kept += len(batch.rows)
            batch = self._batch()
        if n:
            _LOG.error("clicks are put aside", n=n, file=file)

    def _take_up(self) -> bool:
        """Store what was put aside; False when we stop before the database takes it.

        Lines that are damaged are set aside. Where even that fails, the file stays as
        it is: what is stored of it is not stored again.
        """
        damaged = []
        try:
            for line in self._waiting.read_lines():
                try:
                    if not self._record(*parse_line(line), from_file=True):
                        return False
                except (ValueError, UnfitRows):
                    damaged.append(line)
            self._waiting.set_aside(damaged)
            self._waiting.delete()
        except OSError as error:
            path, reason = str(self._waiting.path), error.strerror or str(error)
            _LOG.error("clicks that wait stay in their file", file=path, reason=reason)
            return True
        if damaged:
            _LOG.error(
                "lines of clicks that waited are damaged and are set aside",
                lines=len(damaged),
                file=str(self._waiting.damaged),
            )
        return True


def _is_unfit(error: Exception) -> bool:
    """Whether the rows are refused. For a database that is locked, full or gone
    `db.writing` raises SocialcellError, or the connection is lost."""
    return isinstance(error, (StatementError, CompileError)) and not getattr(
        error, "connection_invalidated", False
    )
