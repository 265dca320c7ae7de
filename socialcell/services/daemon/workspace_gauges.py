"""Figures of a workspace for a monitor: what waits, is open, was read last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.store.alerts import incidents
from socialcell.ops import outbox_store, store
from socialcell.ops.model import Source
from socialcell.ops.web import refused_connections
from socialcell.services.context import Context


@dataclass(frozen=True)
class WorkspaceGauges:
    """Messages of the outbox by state (`due`, `later`, `held`, `dead`: in the last
    week); seconds since the last successful pull, by kind of source; open incidents by
    severity; refused connections of today, by server and reason. No figure is about a
    person."""

    outbox: Mapping[str, int]
    pull_ages: Mapping[str, float]
    open_incidents: Mapping[str, int]
    refused: Mapping[str, Mapping[str, int]]


def measure_workspace(context: Context) -> WorkspaceGauges:
    """As it is now. Kinds of sources are those that are enabled and were ever read.

    ConfigError when the database's file is gone: asking would make an empty one.
    """
    db.must_exist(context.engine)
    now = context.clock.now()
    with db.reading(context.engine) as session:
        backlog = outbox_store.backlog(session, now)
        ages = _pull_ages(store.enabled(session), now)
        by_severity = incidents.count_open(session)
        today = now.astimezone(IST).date()
        refused = refused_connections.since(session, today)
    outbox = {
        "due": backlog.due,
        "later": backlog.later,
        "held": backlog.held,
        "dead": backlog.dead,
    }
    return WorkspaceGauges(outbox, ages, by_severity, refused)


def _pull_ages(sources: Sequence[Source], now: datetime) -> dict[str, float]:
    newest: dict[str, datetime] = {}
    for source in sources:
        last = source.last_ok_at
        if last is not None:
            newest[source.connector] = max(last, newest.get(source.connector, last))
    return {
        kind: max(0.0, (now - last).total_seconds())
        for kind, last in sorted(newest.items())
    }
