"""Queries and updates of operation: sources, cursors, runs, coverage, usage.

The caller brings the session and owns the commit of a unit of work.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, false, func, or_, select, tuple_, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import JsonObject
from socialcell.ops.daemon_model import Lease
from socialcell.ops.model import (
    Coverage,
    Cursor,
    ImportedFile,
    Run,
    Source,
    SourceVersion,
    Usage,
)

RUN = db.table(Run)
COVERAGE = db.table(Coverage)
USAGE = db.table(Usage)
CURSOR = db.table(Cursor)

OUTCOMES = ("stored", "updated", "unchanged", "duplicate", "quarantined", "filtered")
COUNTS = ("received", *OUTCOMES, "snapshots")
# How a run ended that did not do all it was for.
INCOMPLETE = ("partial", "failed", "interrupted")
_PRESENT = select(Source).where(col(Source.state) != "removed")


def add_source(
    session: Session,
    name: str,
    connector: str,
    settings: JsonObject,
    now: datetime,
    *,
    reason: str = "added",
    enabled: bool = True,
) -> Source:
    """A new source. UsageError when the name is taken."""
    db.take_turn(session, "sources")
    if find_source(session, name) is not None:
        raise UsageError("workspace.source_name_taken", name=name)
    source = Source(
        name=name,
        connector=connector,
        settings=dict(settings),
        enabled=enabled,
        created_at=now,
        changed_at=now,
    )
    session.add(source)
    session.flush()
    _add_version(session, source, reason, now)
    return source


def change_source(
    session: Session,
    source: Source,
    settings: JsonObject,
    now: datetime,
    *,
    reason: str,
) -> None:
    """A new version of a source, with these settings and its name and interval of now;
    the old one stays on record. With other settings it is read from the beginning."""
    source.version += 1
    if source.settings != dict(settings):
        source.settings = dict(settings)
        source.changed_at, source.failures = now, 0
        source.state, source.state_reason, source.not_before = "new", None, None
        forget_cursor(session, source.id or 0)
    session.flush()
    _add_version(session, source, reason, now)


def versions(session: Session, source_id: int) -> Sequence[SourceVersion]:
    """The versions of a source, oldest first."""
    query = select(SourceVersion).where(col(SourceVersion.source_id) == source_id)
    return session.scalars(query.order_by(col(SourceVersion.version))).all()


def remove_source(session: Session, source: Source, now: datetime) -> None:
    """Remove a source from every list. Its row stays for its references, under a name
    that nobody enters; its cursor is deleted."""
    source.version += 1
    _add_version(session, source, "removed", now)
    source.name = f"{source.name} (removed, {source.id})"
    source.enabled, source.state, source.state_reason = False, "removed", None
    source.not_before, source.changed_at = None, now
    forget_cursor(session, source.id or 0)


def find_source(session: Session, name: str) -> Source | None:
    """The source of that name, if there is one that was not removed."""
    return session.scalars(_PRESENT.where(col(Source.name) == name)).first()


def source_named(session: Session, name: str) -> Source:
    """The source of that name. UsageError lists the names there are."""
    source = find_source(session, name)
    if source is None:
        names = [other.name for other in sources(session)]
        if not names:
            raise UsageError("workspace.no_source_yet", name=name)
        raise UsageError("workspace.no_such_source", name=name, names=names)
    return source


def resume_source(session: Session, name: str) -> None:
    """Resume a source after a person repaired its fault: it is read again at once."""
    source = source_named(session, name)
    if source.state == "needs_attention":
        source.state, source.state_reason, source.not_before = "new", None, None
        source.failures = 0


def sources(session: Session) -> Sequence[Source]:
    """Every source that was not removed, by name."""
    return session.scalars(_PRESENT.order_by(col(Source.name))).all()


def sources_and_lease(
    session: Session, lease: str
) -> tuple[Sequence[Source], Lease | None]:
    """Every source that was not removed, by name, and the current lease of that name,
    in one statement where there is a source."""
    rows = session.execute(
        select(Source, Lease)
        .outerjoin(Lease, col(Lease.name) == lease)
        .where(col(Source.state) != "removed")
        .order_by(col(Source.name))
    ).all()
    if not rows:
        return [], session.get(Lease, lease)
    return [source for source, _ in rows], rows[0][1]


def first_source_at(session: Session) -> datetime | None:
    """When the first source was added, removed or not; None: there never was one."""
    return session.scalars(select(func.min(col(Source.created_at)))).one()


def enabled(session: Session) -> Sequence[Source]:
    """The sources that are listened to, by name."""
    return [source for source in sources(session) if source.enabled]


def covered_sources(
    session: Session, start: datetime | None = None, end: datetime | None = None
) -> Sequence[tuple[Source, Coverage | None]]:
    """Every source that was not removed, by name, with each of its spans in their order
    (with `start` and `end` those that touch [start, end)); with None where it has
    none."""
    own_spans = col(Coverage.source_id) == col(Source.id)
    if start is not None:
        own_spans &= col(Coverage.to_at) > start
    if end is not None:
        own_spans &= col(Coverage.from_at) < end
    rows = session.execute(
        select(Source, Coverage)
        .outerjoin(Coverage, own_spans)
        .where(col(Source.state) != "removed")
        .order_by(col(Source.name), col(Coverage.from_at))
    )
    return [(source, span) for source, span in rows]


def cursor(session: Session, source_id: int) -> Cursor | None:
    return session.get(Cursor, source_id)


def save_cursor(
    session: Session,
    source_id: int,
    version: int,
    state: JsonObject,
    now: datetime,
) -> None:
    values = {"version": version, "state": dict(state), "changed_at": now}
    # Two imports into one source may both keep its first one.
    if not db.insert_new(session, CURSOR, [{"source_id": source_id, **values}]):
        session.get_one(Cursor, source_id).sqlmodel_update(values)


def forget_cursor(session: Session, source_id: int) -> None:
    cursor = session.get(Cursor, source_id)
    if cursor is not None:
        session.delete(cursor)


def start_run(
    session: Session, source: Source, kind: str, owner: str, now: datetime
) -> Run:
    """A run that is open; earlier open runs of the source were interrupted."""
    assert source.id is not None
    # A run whose row another process is writing has not ended, and is not waited for.
    ended = (
        select(RUN.c.id)
        .where(RUN.c.source_id == source.id, RUN.c.state == "running")
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(RUN)
        .where(RUN.c.id.in_(ended))
        .values(state="interrupted", finished_at=now, reason="the process ended")
    )
    run = Run(
        source_id=source.id,
        source_version=source.version,
        kind=kind,
        started_at=now,
        owner=owner,
        filtered_by={},
    )
    session.add(run)
    session.flush()
    return run


def count(session: Session, run_id: int, counts: Mapping[str, int]) -> Run:
    """Add one page's outcomes to its run; their sum is what was received."""
    run = session.get(Run, run_id)
    assert run is not None
    run.pages += 1
    for name in COUNTS:
        setattr(run, name, getattr(run, name) + counts.get(name, 0))
    if run.received != sum(getattr(run, name) for name in OUTCOMES):
        raise SocialcellError(
            "workspace.run_unaccounted",
            run=run_id,
            received=run.received,
            accounted=sum(getattr(run, name) for name in OUTCOMES),
        )
    return run


def count_filtered(run: Run, rules: Mapping[str, int]) -> None:
    merged = dict(run.filtered_by)
    for rule, n in rules.items():
        merged[rule] = merged.get(rule, 0) + n
    run.filtered_by = merged


def finish_run(
    session: Session,
    run_id: int,
    state: str,
    now: datetime,
    *,
    error_kind: str | None = None,
    reason: str | None = None,
) -> Run:
    run = session.get(Run, run_id)
    assert run is not None
    run.state, run.finished_at = state, now
    run.error_kind, run.reason = error_kind, reason
    return run


def run_totals(session: Session) -> dict[int, dict[str, int]]:
    """Outcome counts of each source over all its runs."""
    sums = [func.sum(getattr(Run, name)).label(name) for name in COUNTS]
    rows = session.execute(
        select(col(Run.source_id), *sums).group_by(col(Run.source_id))
    )
    return {
        row.source_id: {name: int(getattr(row, name)) for name in COUNTS}
        for row in rows
    }


def list_runs(
    session: Session, source_id: int, limit: int, before: int | None = None
) -> Sequence[Run]:
    """Runs of a source, the newest first; those older than the run `before`."""
    query = select(Run).where(col(Run.source_id) == source_id)
    if before is not None:
        query = query.where(col(Run.id) < before)
    return session.scalars(query.order_by(col(Run.id).desc()).limit(limit)).all()


def last_runs(session: Session, kind: str | None = None) -> dict[int, Run]:
    """The newest run of each source, or its newest of a kind."""
    newest = select(func.max(col(Run.id))).group_by(col(Run.source_id))
    if kind is not None:
        newest = newest.where(col(Run.kind) == kind)
    runs = session.scalars(select(Run).where(col(Run.id).in_(newest)))
    return {run.source_id: run for run in runs}


def unchecked(session: Session) -> dict[int, Run]:
    """The last recheck of each enabled source that could not ask for all posts."""
    last = last_runs(session, "recheck")
    return {
        source.id: last[source.id]
        for source in enabled(session)
        if source.id in last and last[source.id].state in INCOMPLETE
    }


def pulled_pages(session: Session, source_id: int, since: datetime) -> int:
    """Pages that pulls of a source brought since a moment."""
    query = select(func.coalesce(func.sum(col(Run.pages)), 0)).where(
        col(Run.source_id) == source_id,
        col(Run.kind) == "pull",
        col(Run.started_at) >= since,
    )
    return int(session.execute(query).scalar_one())


def covered_until(session: Session, source_id: int) -> datetime | None:
    """The end of the newest span that a source has read whole."""
    until: datetime | None = session.execute(
        select(func.max(COVERAGE.c.to_at)).where(
            COVERAGE.c.source_id == source_id, COVERAGE.c.state == "covered"
        )
    ).scalar_one()
    return until


def add_coverage(
    session: Session,
    source_id: int,
    span: tuple[datetime, datetime],
    *,
    state: str = "covered",
    cause: str | None = None,
) -> None:
    """Note a span; covered spans that touch grow together."""
    start, end = span
    if start >= end:
        return
    if state == "covered":
        touching = session.execute(
            select(COVERAGE.c.id, COVERAGE.c.from_at, COVERAGE.c.to_at).where(
                COVERAGE.c.source_id == source_id,
                COVERAGE.c.state == "covered",
                COVERAGE.c.from_at <= end,
                COVERAGE.c.to_at >= start,
            )
        ).all()
        for old in touching:
            start, end = min(start, old.from_at), max(end, old.to_at)
        ids = [old.id for old in touching]
        session.execute(delete(COVERAGE).where(COVERAGE.c.id.in_(ids)))
    row = {"source_id": source_id, "from_at": start, "to_at": end}
    db.insert(session, COVERAGE, [{**row, "state": state, "cause": cause}])


def coverage(session: Session, source_id: int | None = None) -> Sequence[Coverage]:
    query = select(Coverage).order_by(col(Coverage.source_id), col(Coverage.from_at))
    if source_id is not None:
        query = query.where(col(Coverage.source_id) == source_id)
    return session.scalars(query).all()


def usage(
    session: Session, platform: str, bucket: str, window_start: datetime
) -> Usage | None:
    return session.scalars(
        select(Usage).where(
            col(Usage.platform) == platform,
            col(Usage.bucket) == bucket,
            col(Usage.window_start) == window_start,
        )
    ).first()


def usages(
    session: Session, windows: Collection[tuple[str, str, datetime]]
) -> dict[tuple[str, str, datetime], Usage]:
    """What was used in these windows: (platform, bucket, start) → its row, where there
    is one."""
    key = tuple_(col(Usage.platform), col(Usage.bucket), col(Usage.window_start))
    rows = session.scalars(select(Usage).where(key.in_(windows)))
    return {(row.platform, row.bucket, row.window_start): row for row in rows}


def add_usage(
    session: Session,
    platform: str,
    bucket: str,
    window: tuple[datetime, datetime],
    used: int,
    cap: int | None,
    *,
    micros: int = 0,
    currency: str | None = None,
    remaining: int | None = None,
    reset_at: datetime | None = None,
) -> None:
    """Add to what a bucket has cost in one window; what the platform says of it stays
    as it said it last."""
    db.take_turn(session, f"usage of {platform}")
    start, end = window
    key = {"platform": platform, "bucket": bucket, "window_start": start}
    columns = {
        "window_end": end,
        "cap": cap,
        "remaining": remaining,
        "reset_at": reset_at,
        "currency": currency,
    }
    more = (
        update(USAGE)
        .where(*(USAGE.c[name] == column_value for name, column_value in key.items()))
        .values(used=USAGE.c.used + used, micros=USAGE.c.micros + micros, **columns)
    )
    if not db.changed(session, more):
        row = {**key, **columns, "used": used, "micros": micros}
        db.insert(session, USAGE, [row])


def spent_micros(
    session: Session, platform: str, start: datetime, end: datetime
) -> int:
    """What a platform's windows that began in [start, end) have cost, in micros."""
    query = select(func.coalesce(func.sum(col(Usage.micros)), 0)).where(
        col(Usage.platform) == platform,
        col(Usage.window_start) >= start,
        col(Usage.window_start) < end,
    )
    return int(session.execute(query).scalar_one())


def spent_in(
    session: Session, months: Mapping[str, tuple[datetime, datetime]]
) -> dict[str, int]:
    """What the windows of each platform that began in its [start, end) have cost, in
    micros; platforms without a window are not there."""
    began = col(Usage.window_start)
    query = (
        select(col(Usage.platform), func.sum(col(Usage.micros)))
        .where(
            or_(
                false(),
                *(
                    and_(col(Usage.platform) == platform, began >= start, began < end)
                    for platform, (start, end) in months.items()
                ),
            )
        )
        .group_by(col(Usage.platform))
    )
    return {platform: int(micros) for platform, micros in session.execute(query)}


def imported(session: Session, sha256: str) -> ImportedFile | None:
    """The import of a file with these bytes, if there was one."""
    return session.scalars(
        select(ImportedFile).where(col(ImportedFile.sha256) == sha256)
    ).first()


def _add_version(session: Session, source: Source, reason: str, now: datetime) -> None:
    assert source.id is not None
    session.add(
        SourceVersion(
            source_id=source.id,
            version=source.version,
            settings=source.settings,
            reason=reason,
            changed_at=now,
            name=source.name,
            pull_minutes=source.pull_minutes,
        )
    )
