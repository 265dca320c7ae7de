"""A run over what was pushed: its pages stored as those of a pull are."""

from collections import Counter
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Batch, Reject
from socialcell.jobs import arrivals, collect
from socialcell.jobs.collect import Result
from socialcell.jobs.context import Context
from socialcell.listening.store.arrival import Arrival
from socialcell.ops import store
from socialcell.ops.model import Run, Source

_REJECTS_SHOWN = 1000


class Intake:
    """One run of a source, opened by its first page, in that page's transaction.

    Every item has an outcome; `run_id` is None before the first page.
    """

    def __init__(
        self, context: Context, source: Source, platform: str, kind: str
    ) -> None:
        assert source.id is not None
        self._context, self._source, self._platform = context, source, platform
        self._kind = kind
        self._seen: set[int] = set()
        self._rejects: list[Reject] = []
        self._quoting: set[datetime] = set()
        self.source_id = source.id
        self.run_id: int | None = None

    def store(self, session: Session, batch: Batch) -> int:
        """Store a page in the caller's transaction; the run's id."""
        now = self._context.clock.now()
        run_id = self.run_id or self._opened(session, now)
        arrival = Arrival(self.source_id, run_id, now, batch.observed_at)
        done = arrivals.store(
            self._context, session, self._platform, batch, arrival, self._seen
        )
        run = store.count(session, run_id, done.counts)
        store.count_filtered(run, done.rules)
        self._rejects.extend(done.rejects[: _REJECTS_SHOWN - len(self._rejects)])
        self._quoting.update(done.reports)
        return run_id

    def stored(self, run_id: int) -> None:
        """The page's transaction is committed, and with it its run."""
        self.run_id = run_id

    def finish(self) -> Result:
        """Close the run; what it came to. Without a page nothing is written."""
        if self.run_id is None:
            return self._result(None)
        with db.writing(self._context.engine) as session:
            run = store.finish_run(
                session, self.run_id, "ok", self._context.clock.now()
            )
            result = self._result(run)
        return collect.logged(result)

    def _opened(self, session: Session, now: datetime) -> int:
        run = store.start_run(
            session, self._source, self._kind, self._context.owner, now
        )
        assert run.id is not None
        return run.id

    def _result(self, run: Run | None) -> Result:
        counts: Counter[str] = Counter()
        if run is not None:
            counts.update({name: getattr(run, name) for name in store.COUNTS})
        return Result(
            source=self._source.name,
            state="ok",
            counts={name: counts[name] for name in store.COUNTS},
            filtered_by=dict(run.filtered_by) if run is not None else {},
            rejects=self._rejects,
            quoting=tuple(sorted(self._quoting)),
        )
