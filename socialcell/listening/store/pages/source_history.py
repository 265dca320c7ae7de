"""What each enabled source has read, lost and tried around a span of time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from socialcell import connectors
from socialcell.connectors.base import Capability
from socialcell.listening.coverage import SPAN, Attempt, Watch
from socialcell.ops import store
from socialcell.ops.model import Coverage, Run, Source

# Runs that bring what is new; others ask again about what is held.
_KINDS = ("pull", "receive", "push")
_RECHECK = "recheck"
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
    watched = _watched(store.covered_sources(session))
    late, attempts = _runs(session, watched, start, end)
    return [
        replace(watch, attempts=attempts.get(id_, ()), unchecked=id_ in late)
        for id_, watch in watched.items()
    ]


def read_spans(session: Session, start: datetime, end: datetime) -> list[Watch]:
    """The same with what touches [start, end) alone, without what was tried: to count
    hours. One statement."""
    return list(_watched(store.covered_sources(session, start, end)).values())


def watch_source(
    session: Session, source: Source, start: datetime, end: datetime
) -> Watch:
    """The watch of one source that brings mentions, whether it is enabled or not."""
    _late, attempts = _runs(session, [source.id], start, end)
    watch = _watch(source, store.coverage(session, source.id))
    return replace(watch, attempts=attempts.get(source.id, ()))


def brings_mentions(source: Source) -> bool:
    """Whether a connector reads the source, and mentions come from it."""
    return source.connector in connectors.CONNECTORS and bool(
        connectors.capabilities(source.connector) & _MENTIONS
    )


def _watched(
    rows: Iterable[tuple[Source, Coverage | None]],
) -> dict[int | None, Watch]:
    """Watches of enabled sources by id."""
    spans: dict[int | None, list[Coverage]] = {}
    sources: dict[int | None, Source] = {}
    for source, span in rows:
        if source.enabled and brings_mentions(source):
            sources[source.id] = source
            spans.setdefault(source.id, []).extend([span] if span else [])
    return {id_: _watch(source, spans[id_]) for id_, source in sources.items()}


def _watch(source: Source, spans: Sequence[Coverage]) -> Watch:
    return Watch(
        name=source.name,
        platform=connectors.platform(source.connector),
        covered=_of_state(spans, "covered"),
        gaps=_of_state(spans, "gap"),
    )


def _of_state(spans: Sequence[Coverage], state: str) -> list[SPAN]:
    return [(span.from_at, span.to_at) for span in spans if span.state == state]


def _runs(
    session: Session, sources: Collection[int | None], start: datetime, end: datetime
) -> tuple[set[int | None], dict[int | None, list[Attempt]]]:
    """The sources whose last recheck could not ask for all of their posts, and the runs
    of a span in their order by source: in one statement."""
    last_rechecks = (
        select(func.max(col(Run.id)))
        .where(col(Run.kind) == _RECHECK)
        .group_by(col(Run.source_id))
    )
    brought = and_(
        col(Run.kind).in_(_KINDS),
        col(Run.started_at) >= start,
        col(Run.started_at) < end + timedelta(hours=1),
    )
    runs = session.scalars(
        select(Run)
        .where(
            col(Run.source_id).in_(sources),
            or_(brought, col(Run.id).in_(last_rechecks)),
        )
        .order_by(col(Run.started_at), col(Run.id))
    )
    late: set[int | None] = set()
    attempts: dict[int | None, list[Attempt]] = defaultdict(list)
    for run in runs:
        if run.kind != _RECHECK:
            attempts[run.source_id].append(
                Attempt(run.started_at, run.state, run.error_kind)
            )
        elif run.state in store.INCOMPLETE:
            late.add(run.source_id)
    return late, attempts
