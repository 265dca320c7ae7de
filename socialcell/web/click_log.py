"""Clicks on their way into the database: one bounded queue, one thread that writes.

Whoever is redirected waits for none of it. When the database does not take them, clicks
wait in the queue; when that is full, more are counted and not kept. What the database
has not taken when we stop goes into a file beside it and is stored at the next start.
"""

import json
import os
import threading
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from socialcell import db, log
from socialcell.campaigns.judging import Judge, Request
from socialcell.campaigns.store import clicks
from socialcell.clock import IST
from socialcell.errors import SocialcellError

ROOM = 50_000  # clicks that may wait
BATCH = 2000
_GATHER = 0.1  # seconds in which clicks come together for one transaction
_IDLE = 0.5
_LONGEST_PAUSE = 5.0
_LOG = log.logger(__name__)

Rows = list[dict[str, Any]]


class Batch(NamedTuple):
    """What one transaction stores: rows, and rows stored before that are of another
    kind."""

    rows: Rows
    moved: Rows


_NOTHING = Batch([], [])


class ClickLog:
    """Takes requests from one thread and stores them from another.

    `waiting` is the file for what could not be stored at the end.
    """

    def __init__(
        self, engine: Engine, judge: Judge, waiting: Path, *, room: int = ROOM
    ) -> None:
        self._engine, self._judge, self._file, self._room = engine, judge, waiting, room
        self._queue: SimpleQueue[Request | None] = SimpleQueue()  # None: look up
        self._lost: Counter[clicks.Lost] = Counter()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._taken = self._kept = 0
        self._thread = threading.Thread(target=self._run, name="clicks")

    def start(self) -> None:
        """Store what waited since the last time, then what comes. SocialcellError."""
        self._take_up()
        self._thread.start()

    def stop(self) -> None:
        """Store all that was taken, or put it into the file; then return."""
        self._ending.set()
        self._queue.put(None)
        self._thread.join()

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
        return self._taken != self._kept

    def _run(self) -> None:
        batch = _NOTHING
        while not (self._ending.is_set() and self._queue.empty() and not self._lost):
            batch = self._batch()
            if not self._stored(batch):
                break
            self._kept += len(batch.rows)
            batch = _NOTHING
        if batch.rows or self._lost:
            self._put_aside(batch)

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
        pause, told = 0.1, False
        while batch.rows or lost:
            last = self._ending.is_set()  # the last try begins after we were told to
            try:
                with db.writing(self._engine) as session:
                    clicks.record(session, batch.rows, lost, batch.moved)
                break
            except (SocialcellError, SQLAlchemyError) as error:
                if not told:
                    _LOG.error("clicks wait to be stored", reason=str(error))
                told = True
            if last:
                self._give_back(lost)
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
        n = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(self._file, flags, 0o660), "w") as file:
            while batch.rows or self._lost:
                lost = list(self._lost_so_far().items())
                line = {**batch._asdict(), "lost": lost}
                file.write(json.dumps(line, default=_iso) + "\n")
                n += len(batch.rows)
                batch = self._batch()
            file.flush()
            os.fsync(file.fileno())
        _LOG.error("clicks are put aside", n=n, file=str(self._file))

    def _take_up(self) -> None:
        """Store what was put aside. SocialcellError: the database does not take it."""
        if not self._file.exists():
            return
        for line in self._file.read_text().splitlines():
            batch, lost = self._read(line)
            with db.writing(self._engine) as session:
                clicks.record(session, batch.rows, lost, batch.moved)
        self._file.unlink()

    def _read(self, line: str) -> tuple[Batch, Counter[clicks.Lost]]:
        try:
            said = json.loads(line)
        except ValueError:
            raise SocialcellError(
                f"{self._file} holds clicks that wait, and a line of it is damaged. "
                "Move it away, or delete the line, and start again."
            ) from None
        rows, moved = (
            [{**row, "at": datetime.fromisoformat(row["at"])} for row in said[part]]
            for part in Batch._fields
        )
        lost: Counter[clicks.Lost] = Counter()
        for (day, link, trigger, device), n in said["lost"]:
            lost[date.fromisoformat(day), link, trigger, device] += n
        return Batch(rows, moved), lost


def _iso(value: Any) -> str:
    return str(value.isoformat())
