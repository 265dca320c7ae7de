"""Run connectors: a page, its cursor, its cost and its gaps commit together."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import connectors, db, log
from socialcell.clock import in_pune
from socialcell.connectors.base import (
    Batch,
    Capability,
    Connector,
    ConnectorError,
    Kind,
)
from socialcell.errors import ConfigError, MissingSecret
from socialcell.json_types import JsonObject
from socialcell.listening.people import masking
from socialcell.message_catalog import Message
from socialcell.ops import store
from socialcell.ops.model import Run, Source
from socialcell.services.collection import allowance_ledger, credential_backoff
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.ingest_run import IngestRun, RunResult, log_end
from socialcell.services.collection.source_lock import LOCKED, lock_source
from socialcell.services.context import Context

__all__ = [
    "Progress",
    "RunResult",
    "close_failed_run",
    "collect",
    "never_stop",
    "pull",
    "run",
    "select_sources",
]

Progress = Callable[[str], None]
_LONGEST_WAIT = timedelta(days=1)
_STATES = {
    Kind.RATE: "rate_limited",
    Kind.QUOTA: "quota_spent",
    Kind.AUTH: "needs_attention",
    Kind.ACCESS: "needs_attention",
    Kind.CONFIG: "needs_attention",
    Kind.GONE: "gone",
}


def never_stop() -> bool:
    """A `stop` that lets a run go to its end."""
    return False


def collect(
    context: Context,
    names: Sequence[str] = (),
    *,
    stop: Callable[[], bool] = never_stop,
    progress: Progress | None = None,
) -> list[RunResult]:
    """Pull the named sources (all enabled ones without names) one after another.

    A source that fails does not touch the others. A source's `not_before` is kept,
    also when it is named.
    """
    with db.reading(context.engine) as session:
        named = select_sources(session, names)
    results = []
    for source in named:
        if stop():
            break
        if progress:
            progress(source.name)
        results.append(pull(context, source, stop=stop))
    return results


def pull(
    context: Context, source: Source, *, stop: Callable[[], bool] = never_stop
) -> RunResult:
    """One source now, unless the platform asked us to wait longer, or another process
    reads it."""
    assert source.id is not None
    with lock_source(context, source.id) as free:
        if not free:
            return RunResult(source.name, "waiting", reason=str(LOCKED))
        return _pull_locked(context, source, stop)


def _pull_locked(
    context: Context, source: Source, stop: Callable[[], bool]
) -> RunResult:
    """Read the source again: another source's failure may have set its `not_before`."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        source = store.source_named(session, source.name)
    if source.not_before is not None and source.not_before > now:
        return waiting_result(source)
    try:
        connector = connectors.build(
            source.connector, source.settings, context.connector_context
        )
    except ConfigError as error:
        return record_failed_start(context, source, error, "pull")
    ledger = allowance_ledger.ledger_of(context, source.connector, connector.platform)
    return run(context, source, connector, ledger, kind="pull", stop=stop)


def run(
    context: Context,
    source: Source,
    connector: Connector,
    ledger: Ledger,
    *,
    kind: str,
    stop: Callable[[], bool] = never_stop,
    on_page: Callable[[Session, Run, Batch], None] | None = None,
) -> RunResult:
    """Run one connector to its end and account for every item.

    `on_page` adds to a page's transaction (an import notes its file there).
    """
    return _SourceRun(context, source, connector, ledger, kind, on_page).run(stop)


class _SourceRun:
    def __init__(
        self,
        context: Context,
        source: Source,
        connector: Connector,
        ledger: Ledger,
        kind: str,
        on_page: Callable[[Session, Run, Batch], None] | None = None,
    ) -> None:
        self._context, self._source, self._connector = context, source, connector
        self._ledger, self._kind, self._on_page = ledger, kind, on_page
        self._ingest_run = IngestRun(context, source, connector.platform, kind)
        self._source_id = self._ingest_run.source_id

    def run(self, stop: Callable[[], bool]) -> RunResult:
        with db.writing(self._context.engine) as session:
            run_id = self._ingest_run.open(session)
            cursor = self._cursor(session)
        self._ingest_run.opened()
        with log.about(run=run_id, source=self._source.name, kind=self._kind):
            try:
                self._read(cursor, stop)
            except ConnectorError as error:
                failure = close_failed_run(
                    self._context, self._source, self._ingest_run, error
                )
                return log_end(self._context, failure, self._kind)
            return log_end(self._context, self._done(), self._kind)

    def _read(self, cursor: JsonObject | None, stop: Callable[[], bool]) -> None:
        try:
            self._pages(cursor, stop)
        except ConnectorError as error:
            if error.kind is not Kind.CURSOR:
                raise
            # The checkpoint is of no use any more: read what can still be had.
            # The span that is lost shows as a gap when the new window closes.
            with db.writing(self._context.engine) as session:
                store.forget_cursor(session, self._source_id)
            self._pages(None, stop)

    def _cursor(self, session: Session) -> JsonObject | None:
        checkpoint = store.cursor(session, self._source_id)
        if checkpoint is None or checkpoint.version != self._connector.cursor_version:
            return None
        return checkpoint.state

    def _pages(self, cursor: JsonObject | None, stop: Callable[[], bool]) -> None:
        for batch in self._connector.pull(cursor, self._ledger, stop):
            with db.writing(self._context.engine) as session:
                self._store(session, batch)

    def _store(self, session: Session, batch: Batch) -> None:
        run = self._ingest_run.store(session, batch)
        now, version = self._context.clock.now(), self._connector.cursor_version
        store.save_cursor(session, self._source_id, version, batch.cursor, now)
        self._note_coverage(session, batch)
        self._ledger.book(session, batch)
        if self._on_page:
            self._on_page(session, run, batch)

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

    def _done(self) -> RunResult:
        with db.writing(self._context.engine) as session:
            source = session.get_one(Source, self._source_id)
            source.state, source.state_reason, source.not_before = "ok", None, None
            source.failures = 0
            # An empty pull does not show that a webhook receiver works.
            if Capability.RECEIVE not in self._connector.capabilities:
                source.last_ok_at = self._context.clock.now()
            return self._ingest_run.close(session)


def close_failed_run(
    context: Context, source: Source, ingest_run: IngestRun, error: ConnectorError
) -> RunResult:
    """Close a run that failed, and let the source, and others that share its
    credential, wait as long as that makes sense."""
    others = credential_backoff.sharing_sources(context, source, error)
    with db.writing(context.engine) as session:
        current = session.get_one(Source, ingest_run.source_id)
        note_failure(current, error, context.clock.now())
        credential_backoff.postpone_others(session, current, others)
        return ingest_run.close(session, error, current.not_before)


def note_failure(source: Source, error: ConnectorError, now: datetime) -> None:
    """Set the source's state after a failure, and when it may be pulled again."""
    source.failures += 1
    source.state = _STATES.get(error.kind, source.state)
    source.state_reason = masking.unnamed(str(error))
    source.not_before = _platform_wait(error, now) or _backoff(source, error.kind, now)


def _platform_wait(error: ConnectorError, now: datetime) -> datetime | None:
    """The wait that the platform named, if it lies ahead, and of a day at most
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


def select_sources(session: Session, names: Sequence[str]) -> Sequence[Source]:
    """The named sources, or all that are enabled. UsageError for an unknown name."""
    if names:
        return [store.source_named(session, name) for name in dict.fromkeys(names)]
    return store.enabled(session)


def count_selected(context: Context, names: Sequence[str]) -> int:
    """How many sources `collect` would pull. UsageError for an unknown name."""
    with db.reading(context.engine) as session:
        return len(select_sources(session, names))


def waiting_result(source: Source) -> RunResult:
    """The result of a source that has a `not_before` which is still to come."""
    assert source.not_before is not None
    return RunResult(
        source.name,
        "waiting",
        reason=str(waiting_reason(source)),
        not_before=source.not_before,
    )


def waiting_reason(source: Source) -> Message:
    """Why a source that has a `not_before` is not read before it."""
    assert source.not_before is not None
    at = in_pune(source.not_before)
    return Message("sources.not_before", {"at": at, "reason": source.state_reason})


def record_failed_start(
    context: Context, source: Source, trouble: ConfigError, kind: str
) -> RunResult:
    """A run of that kind that no connector could be made for."""
    error = ConnectorError.from_message(
        Kind.AUTH if isinstance(trouble, MissingSecret) else Kind.CONFIG,
        trouble.message,
    )
    ingest_run = IngestRun(context, source, source.connector, kind)
    with db.writing(context.engine) as session:
        ingest_run.open(session)
        ingest_run.opened()
        current = session.get_one(Source, ingest_run.source_id)
        note_failure(current, error, context.clock.now())
        current.not_before = None  # the platform was not called: nothing has to wait
        result = ingest_run.close(session, error)
    with log.about(run=ingest_run.run_id, source=source.name, kind=kind):
        return log_end(context, result)
