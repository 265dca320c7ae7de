"""Whether the daemon lives, and what does not succeed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import db
from socialcell.clock import IST, SystemClock
from socialcell.jobs.context import Context
from socialcell.jobs.daemon.due import Every, due
from socialcell.jobs.daemon.table import Job, jobs
from socialcell.ops import leases, slots, store

_INTERVALS = 3


@dataclass(frozen=True)
class Health:
    """well, degraded or dead; the reasons are sentences."""

    state: str
    reasons: tuple[str, ...]
    owner: str | None
    renewed_at: datetime | None


def look(context: Context) -> Health:
    """Dead without a lease that is in force; degraded when a job has failed, is far
    behind, or a source needs a person."""
    with db.reading(context.engine) as session:
        lease = leases.look(session, "daemon")
        failed = slots.failing(session)
        last = slots.last(session)
        stopped = [
            f"{one.name} needs a person: {one.state_reason}"
            for one in store.enabled(session)
            if one.state == "needs_attention"
        ]
    owner = lease.owner if lease else None
    renewed = lease.renewed_at if lease else None
    if lease is None or not lease.owner:
        return Health("dead", ("No daemon runs.",), None, renewed)
    # The lease goes by the real clock.
    if lease.expires_at + leases.TTL < SystemClock().now():
        at = f"{lease.renewed_at.astimezone(IST):%Y-%m-%d %H:%M:%S} IST"
        said = f"The daemon gave its last sign of life at {at}."
        return Health("dead", (said,), owner, renewed)
    reasons = [f"{job} failed: {said}" for job, said in failed]
    now = context.clock.now()
    reasons += [
        f"{job.name} is behind: last done for {_at(last.get(job.name))}"
        for job in jobs(context)
        if _is_behind(job, last.get(job.name), now)
    ]
    reasons += stopped
    state = "degraded" if reasons else "well"
    return Health(state, tuple(reasons), owner, renewed)


def _is_behind(job: Job, last: datetime | None, now: datetime) -> bool:
    """Three intervals without a slot taken, or a time of day two hours ago."""
    if last is None:
        return False
    slack = job.when.length * _INTERVALS if isinstance(job.when, Every) else job.late
    return bool(due(job.when, last, now - max(slack, timedelta(minutes=5))))


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(IST):%Y-%m-%d %H:%M}" if moment else "never"
