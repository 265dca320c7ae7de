"""Ask again about what is held: its engagement, and whether it is still there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from socialcell import connectors, db, log
from socialcell.connectors.abilities import Rechecking, Refreshing
from socialcell.connectors.base import (
    Batch,
    Capability,
    Connector,
    ConnectorError,
    Kind,
    Undecided,
)
from socialcell.errors import ConfigError, UsageError
from socialcell.listening.store.pages import recheck_queue
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.services.collection import allowance_ledger, collector
from socialcell.services.collection.allowance_ledger import Enough
from socialcell.services.collection.collector import Result, never
from socialcell.services.collection.ingest_run import Intake, ended
from socialcell.services.collection.metrics_refresh import ask
from socialcell.services.collection.source_lock import TAKEN, alone
from socialcell.services.context import Context

_LOG = log.logger(__name__)

AT_ONCE = 100  # ids that one question to a connector holds
MOST = 2000  # ids of one source in one run
MORE = f"{MOST} were asked for, and more are due: the rest comes with the next run"
_STOPPED = "told to stop: the rest is asked for next time"
# A day is what X's agreement grants; asked a little before it is over.
RECHECK_AFTER = timedelta(hours=20)


@dataclass(frozen=True)
class _Kind:
    """One way of asking again: what it needs, what is due, and how it is asked."""

    name: str  # of the run
    needs: Capability
    due: Callable[[Any, int, datetime, int], list[str]]
    refreshes: bool


_SNAPSHOT = _Kind("snapshot", Capability.POST_METRICS, recheck_queue.to_refresh, True)
_RECHECK = _Kind(
    "recheck",
    Capability.RECHECK,
    lambda session, source_id, now, limit: recheck_queue.to_recheck(
        session, source_id, now - RECHECK_AFTER, limit
    ),
    False,
)


def pin(context: Context, mentions: Sequence[int], days: int | None) -> int:
    """Look at the engagement of these mentions every hour for so many days; None lets
    them cool. UsageError for one that is not held, and then nothing is changed."""
    until = None if days is None else context.clock.now() + timedelta(days=days)
    with db.writing(context.engine) as session:
        done = recheck_queue.pin(session, list(dict.fromkeys(mentions)), until)
        if done < len(set(mentions)):
            raise UsageError(
                f"{len(set(mentions)) - done} of these mentions are not held, or are "
                "gone at their source; nothing was pinned."
            )
    return done


def snapshot(
    context: Context, names: Sequence[str] = (), *, stop: Callable[[], bool] = never
) -> list[Result]:
    """Engagement of what is young, densely at first and thinly later."""
    return _each(context, _SNAPSHOT, names, stop)


def recheck(
    context: Context, names: Sequence[str] = (), *, stop: Callable[[], bool] = never
) -> list[Result]:
    """Which mentions are gone at their source: what is gone there goes here.

    Everything whose platform can tell is asked about once a day. Reports that quoted
    something that is gone are written again.
    """
    return _each(context, _RECHECK, names, stop)


def owed(context: Context) -> list[str]:
    """The enabled sources whose last recheck could not ask about everything."""
    with db.reading(context.engine) as session:
        late = store.unchecked(session)
        return [source.name for source in store.enabled(session) if source.id in late]


def _each(
    context: Context, kind: _Kind, names: Sequence[str], stop: Callable[[], bool]
) -> list[Result]:
    with db.reading(context.engine) as session:
        sources = collector.wanted(session, names)
    results = []
    for source in sources:
        if stop():
            break
        if kind.needs not in connectors.capabilities(source.connector):
            continue
        assert source.id is not None
        with alone(context, source.id) as free:
            done = _one(context, kind, source, stop, free=free)
        if done is not None:
            results.append(done)
    return results


def _one(
    context: Context,
    kind: _Kind,
    source: Source,
    stop: Callable[[], bool],
    *,
    free: bool,
) -> Result | None:
    """One source; None when nothing is due. A recheck that cannot be done now is a run
    that failed, so that it is known and made up for."""
    assert source.id is not None
    now = context.clock.now()
    with db.reading(context.engine) as session:
        current = store.source_named(session, source.name)
        ids = kind.due(session, source.id, now, MOST + 1)
    if not ids:
        return None
    waits = current.not_before is not None and current.not_before > now
    if waits or not free:
        reason = collector.waiting(current).reason if waits else TAKEN
        return _put_off(context, kind, source, reason or "")
    try:
        connector = connectors.build(
            source.connector, source.settings, context.surroundings
        )
    except ConfigError as error:
        return collector.failed_before_start(context, source, error, kind.name)
    ledger = allowance_ledger.of(context, source.connector, connector.platform)
    spare = ledger.spare(_asked_first(context, source) if kind.refreshes else 0)
    asking = _Asking(context, kind, connector, spare, ids, stop)
    return ask(
        context,
        source,
        connector.platform,
        ledger,
        asking.batches(),
        kind=kind.name,
    )


def _put_off(context: Context, kind: _Kind, source: Source, reason: str) -> Result:
    """What is not asked now: of engagement the next hour asks."""
    if kind.refreshes:
        return Result(source.name, "waiting", reason=reason)
    intake = Intake(context, source, connectors.platform(source.connector), kind.name)
    with db.writing(context.engine) as session:
        intake.open(session)
        intake.opened()
        failure = intake.close(session, ConnectorError(Kind.TRANSIENT, reason))
    return ended(context, failure)


def _asked_first(context: Context, source: Source) -> int:
    """How many mentions of the source's platform are asked about each day whether they
    are gone: these come before anybody's engagement."""
    if Capability.RECHECK not in connectors.capabilities(source.connector):
        return 0
    with db.reading(context.engine) as session:
        return recheck_queue.count_present(
            session, connectors.platform(source.connector)
        )


@dataclass
class _Asking:
    """The questions of one run, some ids at a time."""

    context: Context
    kind: _Kind
    connector: Connector
    spare: allowance_ledger.Spare
    ids: Sequence[str]
    stop: Callable[[], bool]

    def batches(self) -> Iterator[Batch]:
        """What the connector answers. ConnectorError as in a pull; Enough when not all
        that is due is asked for now."""
        ask = (
            cast(Refreshing, self.connector).refresh
            if self.kind.refreshes
            else cast(Rechecking, self.connector).recheck
        )
        ids = self.ids[:MOST]
        for start in range(0, len(ids), AT_ONCE):
            if self.stop():
                raise Enough(_STOPPED, Kind.TRANSIENT)
            some = ids[start : start + AT_ONCE]
            undecided: set[str] = set()
            for batch in ask(some, self.spare, self.stop):
                undecided.update(_undecided(batch))
                yield batch
            if self.stop():
                raise Enough(_STOPPED, Kind.TRANSIENT)  # not all were asked for
            # All pages of this question are stored: what is left was there.
            self._note([id_ for id_ in some if id_ not in undecided])
        if len(self.ids) > MOST and not self.kind.refreshes:
            raise Enough(MORE, Kind.TRANSIENT)

    def _note(self, ids: Sequence[str]) -> None:
        now, platform = self.context.clock.now(), self.connector.platform
        with db.writing(self.context.engine) as session:
            held = recheck_queue.present_ids(session, platform, ids)
            recheck_queue.note(
                session, platform, list(held), now, refreshed=self.kind.refreshes
            )


def _undecided(batch: Batch) -> list[str]:
    """Native ids of which the platform said nothing that we know: they stay due."""
    ids = [i.external_id for i in batch.items if isinstance(i, Undecided)]
    if ids:
        _LOG.warning("a platform neither shows these nor calls them gone", n=len(ids))
    return ids
