"""Run connectors: a page, its cursor, its cost and its gaps commit together."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import connectors, db, log
from socialcell.connectors.base import (
    Batch,
    Capability,
    Connector,
    ConnectorError,
    Kind,
    Reject,
)
from socialcell.errors import ConfigError, MissingSecret
from socialcell.jobs import arrivals, budget, together
from socialcell.jobs.budget import Ledger
from socialcell.jobs.context import Context
from socialcell.listening import masking
from socialcell.listening.store.arrival import Arrival
from socialcell.ops import store
from socialcell.ops.model import Run, Source

_LOG = log.logger(__name__)
_REJECTS_SHOWN = 1000
_LONGEST_WAIT = timedelta(days=1)
_STATES = {
    Kind.RATE: "rate_limited",
    Kind.QUOTA: "quota_spent",
    Kind.AUTH: "needs_attention",
    Kind.ACCESS: "needs_attention",
    Kind.CONFIG: "needs_attention",
    Kind.GONE: "gone",
}
# What stands in the way of every question to a platform, not of one kind of them.
_HOLDS_ALL = (Kind.RATE, Kind.QUOTA, Kind.AUTH)


@dataclass
class Result:
    """What one run of a source came to; counts are the run's, by outcome."""

    source: str
    state: str  # ok | partial | failed
    counts: dict[str, int]
    filtered_by: dict[str, int]
    error_kind: str | None = None
    reason: str | None = None
    not_before: datetime | None = None
    rejects: list[Reject] = field(default_factory=list)
    # Starts of periods whose report quotes what this run learnt to be gone.
    quoting: tuple[datetime, ...] = ()


def never() -> bool:
    """A `stop` that lets a run go to its end."""
    return False


def collect(
    context: Context,
    names: Sequence[str] = (),
    *,
    stop: Callable[[], bool] = never,
    progress: Callable[[str], None] | None = None,
) -> list[Result]:
    """Pull the named sources (all enabled ones without names) one after another.

    A source that fails does not touch the others. A source's `not_before` is kept,
    also when it is named.
    """
    with db.reading(context.engine) as session:
        named = wanted(session, names)
    results = []
    for source in named:
        if stop():
            break
        if progress:
            progress(source.name)
        results.append(pull(context, source, stop=stop))
    return results


def pull(
    context: Context, source: Source, *, stop: Callable[[], bool] = never
) -> Result:
    """One source now, unless the platform asked us to wait longer.

    It is looked up anew: another source may have learnt that this one has to wait.
    """
    now = context.clock.now()
    with db.reading(context.engine) as session:
        source = store.source_named(session, source.name)
    if source.not_before is not None and source.not_before > now:
        return _waiting(source)
    try:
        connector = connectors.build(
            source.connector, source.settings, context.surroundings
        )
    except ConfigError as error:
        kind = Kind.AUTH if isinstance(error, MissingSecret) else Kind.CONFIG
        failure = ConnectorError(kind, str(error))
        return _failed_before_start(context, source, failure)
    ledger = budget.of(context, source.connector, connector.platform)
    return run(context, source, connector, ledger, kind="pull", stop=stop)


def run(
    context: Context,
    source: Source,
    connector: Connector,
    ledger: Ledger,
    *,
    kind: str,
    stop: Callable[[], bool] = never,
    on_page: Callable[[Session, Run, Batch], None] | None = None,
) -> Result:
    """Run one connector to its end and account for every item.

    `on_page` adds to a page's transaction (an import notes its file there).
    """
    runner = _Runner(context, source, connector, ledger, on_page)
    return runner.run(kind, stop)


def ask(
    context: Context,
    source: Source,
    connector: Connector,
    ledger: Ledger,
    batches: Iterable[Batch],
    *,
    kind: str,
) -> Result:
    """Account for what a connector says about items that are held already.

    The source's place, coverage and state stay as they are, unless the platform asks
    us to wait or does not take the credential: that holds its pulls up too.
    """
    return _Runner(context, source, connector, ledger, None).run(
        kind, never, asked=batches
    )


class _Runner:
    def __init__(
        self,
        context: Context,
        source: Source,
        connector: Connector,
        ledger: Ledger,
        on_page: Callable[[Session, Run, Batch], None] | None,
    ) -> None:
        assert source.id is not None
        self._context = context
        self._engine = context.engine
        self._clock = context.clock
        self._source = source
        self._source_id = source.id
        self._connector = connector
        self._ledger = ledger
        self._on_page = on_page
        self._seen: set[int] = set()
        self._rejects: list[Reject] = []
        self._quoting: set[datetime] = set()
        self._keeps_place = True

    def run(
        self,
        kind: str,
        stop: Callable[[], bool],
        asked: Iterable[Batch] | None = None,
    ) -> Result:
        self._keeps_place = asked is None
        now, owner = self._clock.now(), self._context.owner
        with db.writing(self._engine) as session:
            opened = store.start_run(session, self._source, kind, owner, now)
            self._run_id = opened.id
            cursor = self._cursor(session)
        with log.about(run=self._run_id, source=self._source.name, kind=kind):
            try:
                if asked is None:
                    self._read(cursor, stop)
                else:
                    self._take(asked)
            except ConnectorError as error:
                return logged(self._failed(error))
            return logged(self._done())

    def _read(
        self, cursor: Mapping[str, object] | None, stop: Callable[[], bool]
    ) -> None:
        try:
            self._pages(cursor, stop)
        except ConnectorError as error:
            if error.kind is not Kind.CURSOR:
                raise
            # The checkpoint is of no use any more: read what can still be had.
            # The span that is lost shows as a gap when the new window closes.
            with db.writing(self._engine) as session:
                store.forget_cursor(session, self._source_id)
            self._pages(None, stop)

    def _cursor(self, session: Session) -> Mapping[str, object] | None:
        found = store.cursor(session, self._source_id)
        if found is None or found.version != self._connector.cursor_version:
            return None
        return found.state

    def _pages(
        self, cursor: Mapping[str, object] | None, stop: Callable[[], bool]
    ) -> None:
        state = dict(cursor) if cursor is not None else None
        self._take(self._connector.pull(state, self._ledger, stop))

    def _take(self, batches: Iterable[Batch]) -> None:
        for batch in batches:
            with db.writing(self._engine) as session:
                self._store(session, batch)

    def _store(self, session: Session, batch: Batch) -> None:
        now = self._clock.now()
        assert self._run_id is not None
        arrival = Arrival(self._source_id, self._run_id, now, batch.observed_at)
        platform = self._connector.platform
        done = arrivals.store(
            self._context, session, platform, batch, arrival, self._seen
        )
        run = store.count(session, self._run_id, done.counts)
        store.count_filtered(run, done.rules)
        if self._keeps_place:
            version = self._connector.cursor_version
            store.save_cursor(session, self._source_id, version, batch.cursor, now)
            self._note_coverage(session, batch)
        self._ledger.book(session, batch)
        if self._on_page:
            self._on_page(session, run, batch)
        room = _REJECTS_SHOWN - len(self._rejects)
        self._rejects.extend(done.rejects[:room])
        self._quoting.update(done.reports)

    def _note_coverage(self, session: Session, batch: Batch) -> None:
        if batch.gap:
            store.add_coverage(
                session,
                self._source_id,
                batch.gap,
                state="gap",
                cause=batch.gap_cause,
            )
        if not batch.covered:
            return
        until = store.covered_until(session, self._source_id)
        if until is not None and batch.covered[0] > until and not batch.gap:
            store.add_coverage(
                session,
                self._source_id,
                (until, batch.covered[0]),
                state="gap",
                cause="not collected in time: the platform no longer answers for it",
            )
        store.add_coverage(session, self._source_id, batch.covered)

    def _done(self) -> Result:
        now = self._clock.now()
        assert self._run_id is not None
        with db.writing(self._engine) as session:
            run = store.finish_run(session, self._run_id, "ok", now)
            if self._keeps_place:
                source = session.get(Source, self._source_id)
                assert source is not None
                source.state, source.state_reason, source.not_before = "ok", None, None
                source.failures = 0
                # That nothing was to be pulled says nothing of a door for pushes.
                if Capability.RECEIVE not in self._connector.capabilities:
                    source.last_ok_at = now
            return self._result(run)

    def _failed(self, error: ConnectorError) -> Result:
        now = self._clock.now()
        others = together.concerned(self._context, self._source, error)
        assert self._run_id is not None
        with db.writing(self._engine) as session:
            run = store.finish_run(
                session,
                self._run_id,
                "partial" if self._has_pages(session) else "failed",
                now,
                error_kind=error.kind.value,
                reason=masking.unnamed(str(error)),
            )
            if not self._keeps_place and error.kind not in _HOLDS_ALL:
                return self._result(run)
            source = session.get(Source, self._source_id)
            assert source is not None
            note_failure(source, error, now)
            together.hold(session, source, others)
            return self._result(run, not_before=source.not_before)

    def _has_pages(self, session: Session) -> bool:
        run = session.get(Run, self._run_id)
        return run is not None and run.pages > 0

    def _result(self, run: Run, not_before: datetime | None = None) -> Result:
        return Result(
            source=self._source.name,
            state=run.state,
            counts={name: getattr(run, name) for name in store.COUNTS},
            filtered_by=dict(run.filtered_by),
            error_kind=run.error_kind,
            reason=run.reason,
            not_before=not_before,
            rejects=self._rejects,
            quoting=tuple(sorted(self._quoting)),
        )


def logged(result: Result) -> Result:
    """One line in the log for a run that has ended."""
    tell = _LOG.info if result.state == "ok" else _LOG.warning
    tell(
        "source run ended",
        state=result.state,
        error=result.error_kind,
        reason=result.reason,
        **result.counts,
    )
    return result


def note_failure(source: Source, error: ConnectorError, now: datetime) -> None:
    """The source's state after a failure, and when asking again makes sense."""
    source.failures += 1
    source.state = _STATES.get(error.kind, source.state)
    source.state_reason = masking.unnamed(str(error))
    source.not_before = _told(error, now) or _backoff(source, error.kind, now)


def _told(error: ConnectorError, now: datetime) -> datetime | None:
    """The wait that the platform named, if it is one: not over, and of a day at most
    unless an allowance is spent."""
    if error.until is None or error.until <= now:
        return None
    if error.kind in (Kind.RATE, Kind.TRANSIENT):
        return min(error.until, now + _LONGEST_WAIT)
    return error.until


def _backoff(source: Source, kind: Kind, now: datetime) -> datetime:
    if kind is Kind.TRANSIENT:
        minutes = min(60.0, 2.0 ** min(source.failures - 1, 6))
        # Seeded by what it is for, so that many sources do not return together.
        jitter = random.Random(f"{source.name}:{source.failures}").uniform(0.75, 1.25)
        return now + timedelta(minutes=minutes * jitter)
    if kind is Kind.RATE:
        return now + timedelta(minutes=15)
    if kind is Kind.DRIFT:
        return now + timedelta(hours=1)
    return now + timedelta(days=1)


def wanted(session: Session, names: Sequence[str]) -> list[Source]:
    """The named sources, or all that are enabled. UsageError for an unknown name."""
    if names:
        return [store.source_named(session, name) for name in dict.fromkeys(names)]
    return [source for source in store.sources(session) if source.enabled]


def _waiting(source: Source) -> Result:
    assert source.not_before is not None
    return Result(
        source=source.name,
        state="waiting",
        counts=dict.fromkeys(store.COUNTS, 0),
        filtered_by={},
        reason=f"not before {source.not_before.isoformat()}: {source.state_reason}",
        not_before=source.not_before,
    )


def _failed_before_start(
    context: Context, source: Source, error: ConnectorError
) -> Result:
    now = context.clock.now()
    with db.writing(context.engine) as session:
        run = store.start_run(session, source, "pull", context.owner, now)
        assert run.id is not None
        assert source.id is not None
        store.finish_run(
            session,
            run.id,
            "failed",
            now,
            error_kind=error.kind.value,
            reason=masking.unnamed(str(error)),
        )
        found = session.get(Source, source.id)
        assert found is not None
        note_failure(found, error, now)
        found.not_before = None  # nothing was asked: nobody has to wait for a platform
        run_id = run.id
    with log.about(run=run_id, source=source.name, kind="pull"):
        return logged(
            Result(
                source=source.name,
                state="failed",
                counts=dict.fromkeys(store.COUNTS, 0),
                filtered_by={},
                error_kind=error.kind.value,
                reason=masking.unnamed(str(error)),
            )
        )
