"""What the daemon does: its process, its jobs, what waits, and its sources.

It is read from the database and the lock, so it is the same whether the daemon runs or
not, and the process is not disturbed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.clock import SystemClock
from socialcell.listening.store.mentions import tags
from socialcell.listening.store.mentions.tags import TaggingBacklog
from socialcell.ops import leases, outbox_store, slots, store
from socialcell.ops.daemon_model import Lease
from socialcell.ops.model import CALM_STATES
from socialcell.ops.outbox_store import Backlog
from socialcell.ops.slots import LastRun
from socialcell.services.context import Context
from socialcell.services.daemon import process_lock
from socialcell.services.daemon.due import due_slots
from socialcell.services.daemon.job_schedule import JobSchedule, list_schedules


@dataclass(frozen=True)
class ProcessStatus:
    """running, starting (it has the lock and no lease yet) or stopped; `host` and `pid`
    of the last one, and when it gave a sign of life."""

    state: str
    host: str | None
    pid: int | None
    renewed_at: datetime | None


@dataclass(frozen=True)
class JobStatus:
    """A job: its newest run (done, failed, running, interrupted; None: none yet), its
    last success, and when it is due next; None while no daemon runs."""

    name: str
    state: str | None
    last_run_at: datetime | None
    last_ok_at: datetime | None
    next_at: datetime | None
    message: str | None


@dataclass(frozen=True)
class SourceState:
    """A source as people see it; `state` is `off` for one that is disabled."""

    name: str
    connector: str
    state: str
    reason: str | None
    last_ok_at: datetime | None
    not_before: datetime | None

    @property
    def is_calm(self) -> bool:
        """Whether the source is read, or is not meant to be."""
        return self.state in CALM_STATES


@dataclass(frozen=True)
class PlannedSource(SourceState):
    """A source, with when it is pulled next; None: it is not planned."""

    next_pull_at: datetime | None


@dataclass(frozen=True)
class CollectionStatus:
    """The process of the daemon, and what its sources brought, by name."""

    process: ProcessStatus
    sources: tuple[SourceState, ...]


@dataclass(frozen=True)
class DaemonStatus:
    """All of it. `mode` is that of the outbox."""

    process: ProcessStatus
    mode: str
    jobs: tuple[JobStatus, ...]
    tagging: TaggingBacklog
    outbox: Backlog
    sources: tuple[PlannedSource, ...]


def read_status(context: Context) -> DaemonStatus:
    """The status of now. `next` times go by the workspace's clock, the process by the
    real one."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        process = _process(context, leases.find_lease(session, "daemon"))
        runs = slots.last_runs(session)
        waiting = tags.backlog(session)
        backlog = outbox_store.backlog(session, now)
        switch = outbox_store.mode(session)
        mode = switch.mode if switch else "normal"
    schedules = list(list_schedules(context))
    is_running = process.state != "stopped"
    jobs = {
        schedule.name: _job(schedule, runs.get(schedule.name), now, is_running)
        for schedule in schedules
    }
    with db.reading(context.engine) as session:
        sources = _sources(session, jobs)
    return DaemonStatus(process, mode, tuple(jobs.values()), waiting, backlog, sources)


def read_collection(context: Context) -> CollectionStatus:
    """Whether a daemon runs, and how its sources are now; without its jobs."""
    with db.reading(context.engine) as session:
        sources, lease = store.sources_and_lease(session, "daemon")
        return CollectionStatus(
            _process(context, lease),
            tuple(
                SourceState(
                    source.name,
                    source.connector,
                    source.state_in_use,
                    source.state_reason,
                    source.last_ok_at,
                    source.not_before,
                )
                for source in sources
            ),
        )


def _process(context: Context, lease: Lease | None) -> ProcessStatus:
    folder = context.workspace.folder
    locked = process_lock.is_locked(folder)
    if lease is None:
        return ProcessStatus("starting" if locked else "stopped", None, None, None)
    owner = lease.owner
    in_force = bool(owner) and lease.expires_at >= SystemClock().now()
    if in_force and process_lock.is_gone(folder, owner):
        in_force = False  # it was killed a moment ago
    state = "running" if in_force else "starting" if locked else "stopped"
    host = owner.partition(":")[0] or None
    return ProcessStatus(state, host, process_lock.process_id(owner), lease.renewed_at)


def _job(
    schedule: JobSchedule, run: LastRun | None, now: datetime, is_running: bool
) -> JobStatus:
    return JobStatus(
        name=schedule.name,
        state=run.state if run else None,
        last_run_at=run.started_at if run else None,
        last_ok_at=run.last_ok_at if run else None,
        next_at=_next(schedule, run, now) if is_running else None,
        message=run.message if run else None,
    )


def _next(schedule: JobSchedule, run: LastRun | None, now: datetime) -> datetime:
    """Now for what is due, else the next slot; for a source not before the time that
    its platform named."""
    is_due = due_slots(schedule.when, run.slot_at if run else None, now)
    slot = now if is_due else schedule.when.after(now)
    wait = schedule.source.not_before if schedule.source else None
    return max(slot, wait) if wait else slot


def _sources(
    session: Session, jobs: Mapping[str, JobStatus]
) -> tuple[PlannedSource, ...]:
    return tuple(
        PlannedSource(
            name=source.name,
            connector=source.connector,
            state=source.state_in_use,
            reason=source.state_reason,
            last_ok_at=source.last_ok_at,
            not_before=source.not_before,
            next_pull_at=job.next_at if job else None,
        )
        for source in store.sources(session)
        for job in [jobs.get(f"pull:{source.name}")]
    )
