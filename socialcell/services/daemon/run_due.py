"""One round of the daemon: due slots are claimed, run, and recorded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import db, log
from socialcell.errors import AlreadyRunning, SocialcellError
from socialcell.listening.people import masking
from socialcell.ops import slots
from socialcell.services.context import Context
from socialcell.services.daemon.due import due_slots
from socialcell.services.daemon.job_registry import (
    DaemonJob,
    IdleSummary,
    JobSlot,
    list_jobs,
)

_LOG = log.logger(__name__)
# Older slots are from before the workspace was made.
_OLDEST = timedelta(days=8)


@dataclass(frozen=True)
class JobResult:
    """One slot that this round ran, and its result."""

    job: str
    slot: JobSlot
    state: str  # done | failed
    summary: str


def run_due_jobs(
    context: Context,
    token: int,
    stop: Callable[[], bool],
    registry: Callable[[Context], Iterable[DaemonJob]] = list_jobs,
) -> list[JobResult]:
    """Do everything of the table that is due now, one after another. AlreadyRunning
    when the lease was lost on the way.

    A job that fails is noted and does not touch the others; its next slot tries again.
    """
    results = []
    for job, slot in _due(context, registry(context)):
        if stop():
            break
        result = _run_slot(context, job, slot, token, stop)
        if result is not None:
            results.append(result)
    return results


def run_now(context: Context, job: DaemonJob, stop: Callable[[], bool]) -> bool:
    """Run a job at no slot of its own; False, and a line of the log, when it failed.
    AlreadyRunning when the lease was lost."""
    now = context.clock.now()
    with log.about(job=job.name, slot=now.isoformat()):
        state, summary = _run_job(context, job, JobSlot(now, 1, False), stop)
        _log_end(state, summary)
    return state == "done"


def recover_slots(context: Context, token: int) -> int:
    """Slots that a former holder left running become free again. How many."""
    with db.writing(context.engine) as session:
        return slots.interrupt(session, token)


def _due(
    context: Context, registry: Iterable[DaemonJob]
) -> Iterator[tuple[DaemonJob, JobSlot]]:
    now = context.clock.now()
    by_name = {job.name: job for job in registry}
    with db.reading(context.engine) as session:
        last, again = slots.newest_slots(session), slots.interrupted(session)
    for name, at in again:
        if name in by_name:
            yield by_name[name], _slot(by_name[name], at, 1, now)
    for job in by_name.values():
        for due_slot in due_slots(
            job.when,
            last.get(job.name),
            now,
            each=job.each,
            since=now - _OLDEST,
        ):
            yield job, _slot(job, due_slot.slot_at, due_slot.covers, now)


def _slot(job: DaemonJob, at: datetime, covers: int, now: datetime) -> JobSlot:
    return JobSlot(at, covers, now - at > job.late)


def _run_slot(
    context: Context,
    job: DaemonJob,
    slot: JobSlot,
    token: int,
    stop: Callable[[], bool],
) -> JobResult | None:
    """None when somebody else has the slot, or it is left for the next start."""
    clock = context.clock
    with db.writing(context.engine) as session:
        if not slots.claim(session, job.name, slot.at, token, clock.now(), slot.covers):
            return None
    with log.about(job=job.name, slot=slot.at.isoformat()):
        state, summary = _run_job(context, job, slot, stop)
        if stop() and state == "failed":
            # Not its fault: it is taken again at the next start.
            return None
        with db.writing(context.engine) as session:
            slots.finish(session, job.name, slot.at, state, clock.now(), summary)
        _log_end(state, summary, late=slot.late, covers=slot.covers)
    return JobResult(job.name, slot, state, summary)


def _log_end(state: str, summary: str, **about_slot: int) -> None:
    write = _LOG.info if state == "done" else _LOG.error
    is_idle = isinstance(summary, IdleSummary)
    write(log.JOB_ENDED, state=state, said=summary, **about_slot, idle=is_idle)


def _run_job(
    context: Context, job: DaemonJob, slot: JobSlot, stop: Callable[[], bool]
) -> tuple[str, str]:
    try:
        return "done", job.run(context, slot, stop)
    except AlreadyRunning:
        raise
    except SocialcellError as error:
        return "failed", masking.unnamed(str(error))
    except Exception as error:  # noqa: BLE001 - the daemon's edge
        # One job's mistake must not stop the others.
        _LOG.exception("a job failed in a way that nobody foresaw", job=job.name)
        return "failed", f"a fault of ours: {type(error).__name__}"
