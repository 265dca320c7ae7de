"""What each enabled source has read, lost and tried around a span of time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell import connectors
from socialcell.connectors.base import Capability
from socialcell.listening.coverage import Attempt, Watch
from socialcell.ops import store
from socialcell.ops.model import Run, Source

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
    sources = [
        source
        for source in store.enabled(session)
        if source.connector in connectors.CONNECTORS
        and connectors.capabilities(source.connector) & _MENTIONS
    ]
    late = store.unchecked(session, sources)
    attempts = _attempts(session, sources, start, end)
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
            attempts=attempts.get(source.id, ()),
            unchecked=source.id in late,
        )
        for source in sources
    ]


def _attempts(
    session: Session, sources: Sequence[Source], start: datetime, end: datetime
) -> dict[int | None, list[Attempt]]:
    """The runs of these sources, in their order, by the source's id."""
    runs = session.scalars(
        select(Run)
        .where(
            col(Run.source_id).in_([source.id for source in sources]),
            col(Run.kind).in_(_KINDS),
            col(Run.started_at) >= start,
            col(Run.started_at) < end + timedelta(hours=1),
        )
        .order_by(col(Run.started_at), col(Run.id))
    )
    attempts: dict[int | None, list[Attempt]] = defaultdict(list)
    for run in runs:
        attempts[run.source_id].append(
            Attempt(run.started_at, run.state, run.error_kind)
        )
    return attempts
