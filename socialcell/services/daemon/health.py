"""The daemon's health: whether it runs, and what fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import db
from socialcell.clock import SystemClock, in_pune
from socialcell.listening.store.alerts import critical_calls
from socialcell.ops import leases, slots, store
from socialcell.ops.model import Source
from socialcell.services.alerts import escalations
from socialcell.services.context import Context
from socialcell.services.daemon.due import IntervalSlots, due_slots
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.links.unsaved_clicks import DAMAGED, damaged_lines

_MISSED_INTERVALS = 3
_NEW_SOURCE = timedelta(days=1)  # a source that was added since may still be quiet


@dataclass(frozen=True)
class DaemonHealth:
    """well, degraded or dead; the reasons are sentences."""

    state: str
    reasons: tuple[str, ...]
    owner: str | None
    renewed_at: datetime | None


def check_health(context: Context) -> DaemonHealth:
    """Dead without a lease that is in force; degraded when a job has failed, is far
    behind, nobody is named for alerts or answers one, a source needs a person or was
    never read, deletions are not known, or clicks that waited are damaged."""
    with db.reading(context.engine) as session:
        lease = leases.find_lease(session, "daemon")
        failed = slots.failing_jobs(session)
        last = slots.newest_slots(session)
        sources = store.enabled(session)
        late = store.unchecked(session)
    owner = lease.owner if lease else None
    renewed = lease.renewed_at if lease else None
    if lease is None or not lease.owner:
        return DaemonHealth("dead", ("No daemon runs.",), None, renewed)
    # The lease goes by the real clock.
    if lease.expires_at + leases.TTL < SystemClock().now():
        renewed_at = in_pune(lease.renewed_at)
        reason = f"The daemon gave its last sign of life at {renewed_at}."
        return DaemonHealth("dead", (reason,), owner, renewed)
    reasons = [f"{job} failed: {reason}" for job, reason in failed]
    now = context.clock.now()
    reasons += [
        f"{job.name} is behind: last done for {_at(last.get(job.name))}"
        for job in list_jobs(context)
        if _is_behind(job, last.get(job.name), now)
    ]
    reasons += list(_unanswered(context, now))
    for source in sources:
        reasons += _source_problems(source, now)
    reasons += [
        f"{source.name}: whether its posts were deleted could not be asked for all of "
        f"them ({in_pune(late[source.id].started_at)}): {late[source.id].reason}"
        for source in sources
        if source.id in late
    ]
    lines = damaged_lines(context.workspace.folder)
    if lines:
        reasons.append(
            f"Lines of clicks that are damaged and in no count: {lines}. Look at "
            f"{context.workspace.folder / DAMAGED}, then move it away."
        )
    state = "degraded" if reasons else "well"
    return DaemonHealth(state, tuple(reasons), owner, renewed)


def _unanswered(context: Context, now: datetime) -> Iterator[str]:
    """Whether nobody would be alerted, and what nobody answers."""
    settings = context.workspace.config.alerts
    if settings.names_nobody:
        yield "Nobody is named to be alerted: see alerts in config.yaml."
    with db.reading(context.engine) as session:
        waiting = critical_calls.unanswered(
            session, now - escalations.total_wait(settings)
        )
    for row in waiting:
        yield (
            f"Nobody has acknowledged incident {row.incident_id} since "
            f"{in_pune(row.started_at)}: socialcell alerts show {row.incident_id}"
        )


def _source_problems(source: Source, now: datetime) -> Iterator[str]:
    """What a person has to do about a source."""
    if source.state == "needs_attention":
        yield f"{source.name} needs a person: {source.state_reason}"
    elif source.shown_state == "failing":
        yield f"{source.name} has never been read: {source.state_reason}"
    elif source.shown_state == "new" and now - source.created_at > _NEW_SOURCE:
        reason = "nobody has asked it, or nothing was pushed"
        yield f"{source.name} has never been read: {reason}"


def _is_behind(job: DaemonJob, last: datetime | None, now: datetime) -> bool:
    """Three intervals without a slot taken, or a time of day two hours ago."""
    if last is None:
        return False
    slack = (
        job.when.length * _MISSED_INTERVALS
        if isinstance(job.when, IntervalSlots)
        else job.late
    )
    return bool(due_slots(job.when, last, now - max(slack, timedelta(minutes=5))))


def _at(moment: datetime | None) -> str:
    return in_pune(moment) if moment else "never"
