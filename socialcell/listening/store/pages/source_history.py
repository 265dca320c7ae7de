"""What each enabled source has read, lost and tried around a span of time."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell import connectors
from socialcell.connectors.base import Capability
from socialcell.listening.coverage import Attempt, Watch
from socialcell.ops import store
from socialcell.ops.model import Run

# Runs that bring what is new; others ask again about what is held.
_KINDS = ("pull", "receive", "push")
# Only these bring mentions; figures of ads, search and stores are no listening.
_MENTIONS = {
    Capability.MENTIONS,
    Capability.OWN_POSTS,
    Capability.COMMENTS,
    Capability.REVIEWS,
    Capability.MESSAGES,
}


def watches(session: Session, start: datetime, end: datetime) -> list[Watch]:
    """Every enabled source that a connector reads, by name; files are not watched."""
    spans = store.coverage(session)
    late = store.unchecked(session)
    attempts = _attempts(session, start, end)
    return [
        Watch(
            name=source.name,
            platform=connectors.platform(source.connector),
            covered=[
                (span.from_at, span.to_at)
                for span in spans
                if span.source_id == source.id and span.state == "covered"
            ],
            gaps=[
                (span.from_at, span.to_at)
                for span in spans
                if span.source_id == source.id and span.state == "gap"
            ],
            attempts=attempts[source.id or 0],
            unchecked=source.id in late,
        )
        for source in store.enabled(session)
        if source.connector in connectors.CONNECTORS
        and connectors.capabilities(source.connector) & _MENTIONS
    ]


def _attempts(
    session: Session, start: datetime, end: datetime
) -> dict[int, list[Attempt]]:
    """The runs of each source, by its id, that began in a span."""
    columns = (Run.source_id, Run.started_at, Run.state, Run.error_kind)
    rows = session.execute(
        select(*map(col, columns))
        .where(
            col(Run.kind).in_(_KINDS),
            col(Run.started_at) >= start,
            col(Run.started_at) < end + timedelta(hours=1),
        )
        .order_by(col(Run.started_at), col(Run.id))
    )
    by_source: dict[int, list[Attempt]] = defaultdict(list)
    for source_id, *attempt in rows:
        by_source[source_id].append(Attempt(*attempt))
    return by_source
