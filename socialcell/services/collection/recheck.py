"""Query platforms again about stored mentions: engagement, and deletion."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlmodel import Session

from socialcell import connectors, db, log
from socialcell.connectors.abilities import Rechecker, Refresher
from socialcell.connectors.base import (
    Batch,
    Budget,
    Capability,
    Connector,
    ConnectorError,
    Kind,
    Undecided,
)
from socialcell.errors import ConfigError, UsageError
from socialcell.listening.store.pages import recheck_queue
from socialcell.message_catalog import Message
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.services.collection import allowance_ledger, collector
from socialcell.services.collection.allowance_ledger import ShareUsedUp
from socialcell.services.collection.collector import RunResult, never_stop
from socialcell.services.collection.ingest_run import IngestRun, log_end
from socialcell.services.collection.metrics_refresh import run_refresh
from socialcell.services.collection.source_lock import LOCKED, lock_source
from socialcell.services.context import Context

_LOG = log.logger(__name__)

CHUNK = 100  # ids in one call of a connector


MAX_IDS = 2000  # ids of one source in one run


MORE_DUE = Message("sources.more_due", {"limit": MAX_IDS})
_INTERRUPTED = Message("sources.interrupted")
# A day is what X's agreement grants; asked a little before it is over.
RECHECK_AFTER = timedelta(hours=20)


_Query: TypeAlias = Callable[
    [Sequence[str], Budget, Callable[[], bool]], Iterator[Batch]
]
"""The call of a connector about items: their ids, a budget, and when to stop."""


@dataclass(frozen=True)
class _RecheckKind:
    """A kind of recheck: the capability it needs, what is due, and the call."""

    name: str  # of the run

    needs: Capability
    due: Callable[[Session, int, datetime, int], list[str]]
    refreshes: bool


_SNAPSHOT = _RecheckKind(
    "snapshot", Capability.POST_METRICS, recheck_queue.to_refresh, True
)
_RECHECK = _RecheckKind(
    "recheck",
    Capability.RECHECK,
    lambda session, source_id, now, limit: recheck_queue.to_recheck(
        session, source_id, now - RECHECK_AFTER, limit
    ),
    False,
)


def pin(context: Context, mentions: Sequence[int], days: int | None) -> int:
    """Refresh the engagement of these mentions every hour for so many days; None ends
    that. UsageError for one that is not held, and then nothing is changed."""
    until = None if days is None else context.clock.now() + timedelta(days=days)
    with db.writing(context.engine) as session:
        count = recheck_queue.pin(session, list(dict.fromkeys(mentions)), until)
        if count < len(set(mentions)):
            raise UsageError("sources.not_pinned", count=len(set(mentions)) - count)
    return count


def snapshot(
    context: Context,
    names: Sequence[str] = (),
    *,
    stop: Callable[[], bool] = never_stop,
) -> list[RunResult]:
    """Refresh the engagement of recent mentions, often at first and rarely later."""
    return _recheck_sources(context, _SNAPSHOT, names, stop)


def recheck(
    context: Context,
    names: Sequence[str] = (),
    *,
    stop: Callable[[], bool] = never_stop,
) -> list[RunResult]:
    """Remove mentions that are deleted at their source.

    Everything whose platform can tell is asked about once a day. Reports that quoted
    something that is gone are written again.
    """
    return _recheck_sources(context, _RECHECK, names, stop)


def overdue_sources(context: Context) -> list[str]:
    """The enabled sources whose last recheck could not ask about everything."""
    with db.reading(context.engine) as session:
        late = store.unchecked(session)
        return [source.name for source in store.enabled(session) if source.id in late]


def _recheck_sources(
    context: Context, kind: _RecheckKind, names: Sequence[str], stop: Callable[[], bool]
) -> list[RunResult]:
    with db.reading(context.engine) as session:
        sources = collector.select_sources(session, names)
    results = []
    for source in sources:
        if stop():
            break
        if kind.needs not in connectors.capabilities(source.connector):
            continue
        assert source.id is not None
        with lock_source(context, source.id) as free:
            result = _recheck_source(context, kind, source, stop, free=free)
        if result is not None:
            results.append(result)
    return results


def _recheck_source(
    context: Context,
    kind: _RecheckKind,
    source: Source,
    stop: Callable[[], bool],
    *,
    free: bool,
) -> RunResult | None:
    """One source; None when nothing is due. A recheck that cannot be done now is a run
    that failed, so that it is known and made up for."""
    assert source.id is not None
    now = context.clock.now()
    with db.reading(context.engine) as session:
        current = store.source_named(session, source.name)
        ids = kind.due(session, source.id, now, MAX_IDS + 1)
    if not ids:
        return None
    waits = current.not_before is not None and current.not_before > now
    if waits or not free:
        reason = collector.waiting_reason(current) if waits else LOCKED
        return _postpone(context, kind, source, reason)
    try:
        connector = connectors.build(
            source.connector, source.settings, context.connector_context
        )
    except ConfigError as error:
        return collector.record_failed_start(context, source, error, kind.name)
    ledger = allowance_ledger.ledger_of(context, source.connector, connector.platform)
    spare = ledger.spare(_asked_first(context, source) if kind.refreshes else 0)
    asking = _RecheckRun(context, kind, connector, spare, ids, stop)
    return run_refresh(
        context, source, connector.platform, ledger, asking.batches(), kind=kind.name
    )


def _postpone(
    context: Context, kind: _RecheckKind, source: Source, reason: Message
) -> RunResult:
    """What is not asked now: of engagement the next hour asks."""
    if kind.refreshes:
        return RunResult(source.name, "waiting", reason=str(reason))
    ingest_run = IngestRun(
        context, source, connectors.platform(source.connector), kind.name
    )
    with db.writing(context.engine) as session:
        ingest_run.open(session)
        ingest_run.opened()
        error = ConnectorError.from_message(Kind.TRANSIENT, reason)
        failure = ingest_run.close(session, error)
    return log_end(context, failure)


def _asked_first(context: Context, source: Source) -> int:
    """How many mentions of the source's platform are asked about each day."""
    if not connectors.is_rechecked(source.connector):
        return 0
    with db.reading(context.engine) as session:
        return recheck_queue.count_present(
            session, connectors.platform(source.connector)
        )


@dataclass
class _RecheckRun:
    """The calls of one run, some ids at a time."""

    context: Context
    kind: _RecheckKind
    connector: Connector
    spare: allowance_ledger.SpareLedger
    ids: Sequence[str]
    stop: Callable[[], bool]

    def batches(self) -> Iterator[Batch]:
        """The connector's answers. ConnectorError as in a pull; ShareUsedUp when some
        of what is due is left for later."""
        query = self._query()
        ids = self.ids[:MAX_IDS]
        for start in range(0, len(ids), CHUNK):
            if self.stop():
                raise ShareUsedUp(_INTERRUPTED, Kind.TRANSIENT)
            chunk = ids[start : start + CHUNK]
            undecided: set[str] = set()
            for batch in query(chunk, self.spare, self.stop):
                undecided.update(_undecided(batch))
                yield batch
            if self.stop():
                # Not all were asked for.
                raise ShareUsedUp(_INTERRUPTED, Kind.TRANSIENT)
            # All pages of this question are stored: what is left was there.
            self._note([id_ for id_ in chunk if id_ not in undecided])
        if len(self.ids) > MAX_IDS and not self.kind.refreshes:
            raise ShareUsedUp(MORE_DUE, Kind.TRANSIENT)

    def _note(self, ids: Sequence[str]) -> None:
        now, platform = self.context.clock.now(), self.connector.platform
        with db.writing(self.context.engine) as session:
            stored_ids = recheck_queue.present_ids(session, platform, ids)
            recheck_queue.mark_seen(
                session, platform, list(stored_ids), now, refreshed=self.kind.refreshes
            )

    def _query(self) -> _Query:
        """The connector's call. TypeError: it lacks what its capability promises."""
        if self.kind.refreshes and isinstance(self.connector, Refresher):
            return self.connector.refresh
        if not self.kind.refreshes and isinstance(self.connector, Rechecker):
            return self.connector.recheck
        raise TypeError(
            f"{type(self.connector).__name__} lacks {self.kind.needs.value}"
        )


def _undecided(batch: Batch) -> list[str]:
    """Native ids of which the platform said nothing that we know: they stay due."""
    ids = [i.external_id for i in batch.items if isinstance(i, Undecided)]
    if ids:
        _LOG.warning("a platform neither shows these nor calls them gone", n=len(ids))
    return ids
