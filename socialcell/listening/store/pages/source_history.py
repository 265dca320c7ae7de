"""What each enabled source has read, lost and tried around a span of time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell import connectors
from socialcell.connectors.base import Capability
from socialcell.listening.coverage import SPAN, Attempt, Watch
from socialcell.ops import store
from socialcell.ops.model import Coverage, Run, Source

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
    watched = list(_watched(session, store.coverage(session)))
    sources = [source for source, _watch in watched]
    late = store.unchecked(session, sources)
    attempts = _attempts(session, sources, start, end)
    return [
        replace(
            watch,
            attempts=attempts.get(source.id, ()),
            unchecked=source.id in late,
        )
        for source, watch in watched
    ]


def read_spans(session: Session, start: datetime, end: datetime) -> list[Watch]:
    """The same with what touches [start, end) alone, without what was tried: to count
    hours. Two statements."""
    spans = session.scalars(
        select(Coverage)
        .where(col(Coverage.to_at) > start, col(Coverage.from_at) < end)
        .order_by(col(Coverage.source_id), col(Coverage.from_at))
    ).all()
    return [watch for _source, watch in _watched(session, spans)]


def _watched(
    session: Session, spans: Sequence[Coverage]
) -> Iterator[tuple[Source, Watch]]:
    for source in store.enabled(session):
        if brings_mentions(source):
            own = [span for span in spans if span.source_id == source.id]
            yield source, _watch(source, own)


def watch_source(
    session: Session, source: Source, start: datetime, end: datetime
) -> Watch:
    """The watch of one source that brings mentions, whether it is enabled or not."""
    attempts = _attempts(session, [source], start, end)
    watch = _watch(source, store.coverage(session, source.id))
    return replace(watch, attempts=attempts.get(source.id, ()))


def brings_mentions(source: Source) -> bool:
    """Whether a connector reads the source, and mentions come from it."""
    return source.connector in connectors.CONNECTORS and bool(
        connectors.capabilities(source.connector) & _MENTIONS
    )


def _watch(source: Source, spans: Sequence[Coverage]) -> Watch:
    return Watch(
        name=source.name,
        platform=connectors.platform(source.connector),
        covered=_of_state(spans, "covered"),
        gaps=_of_state(spans, "gap"),
    )


def _of_state(spans: Sequence[Coverage], state: str) -> list[SPAN]:
    return [(span.from_at, span.to_at) for span in spans if span.state == state]


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
