"""One round of the daemon: what is due is claimed, done, and accounted for."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import db, log
from socialcell.errors import AlreadyRunning, SocialcellError
from socialcell.listening.people import masking
from socialcell.ops import slots
from socialcell.services.context import Context
from socialcell.services.daemon.due import due
from socialcell.services.daemon.job_registry import Job, Slot, jobs

_LOG = log.logger(__name__)
# Slots of before the workspace was made are nobody's.
_YOUNG = timedelta(days=8)


@dataclass(frozen=True)
class Done:
    """One slot that this round took, and what came of it."""

    job: str
    slot: Slot
    state: str  # done | failed
    said: str


def work(
    context: Context,
    token: int,
    stop: Callable[[], bool],
    table: Callable[[Context], Iterable[Job]] = jobs,
) -> list[Done]:
    """Do everything of the table that is due now, one after another. AlreadyRunning
    when the lease was lost on the way.

    A job that fails is noted and does not touch the others; its next slot tries again.
    """
    done = []
    for job, slot in _due(context, table(context)):
        if stop():
            break
        found = _one(context, job, slot, token, stop)
        if found is not None:
            done.append(found)
    return done


def recover(context: Context, token: int) -> int:
    """Slots that a former holder left running become free again. How many."""
    with db.writing(context.engine) as session:
        return slots.interrupt(session, token)


def _due(context: Context, table: Iterable[Job]) -> Iterator[tuple[Job, Slot]]:
    now = context.clock.now()
    known = {job.name: job for job in table}
    with db.reading(context.engine) as session:
        last, again = slots.newest_slots(session), slots.interrupted(session)
    for name, at in again:
        if name in known:
            yield known[name], _slot(known[name], at, 1, now)
    for job in known.values():
        for one in due(
            job.when,
            last.get(job.name),
            now,
            each=job.each,
            since=now - _YOUNG,
        ):
            yield job, _slot(job, one.slot_at, one.covers, now)


def _slot(job: Job, at: datetime, covers: int, now: datetime) -> Slot:
    return Slot(at, covers, now - at > job.late)


def _one(
    context: Context, job: Job, slot: Slot, token: int, stop: Callable[[], bool]
) -> Done | None:
    """None when somebody else has the slot, or it is left for the next start."""
    clock = context.clock
    with db.writing(context.engine) as session:
        if not slots.claim(session, job.name, slot.at, token, clock.now(), slot.covers):
            return None
    with log.about(job=job.name, slot=slot.at.isoformat()):
        state, said = _run(context, job, slot, stop)
        if stop() and state == "failed":
            # Not its fault: it is taken again at the next start.
            return None
        with db.writing(context.engine) as session:
            slots.finish(session, job.name, slot.at, state, clock.now(), said)
        tell = _LOG.info if state == "done" else _LOG.error
        tell("job ended", state=state, said=said, late=slot.late, covers=slot.covers)
    return Done(job.name, slot, state, said)


def _run(
    context: Context, job: Job, slot: Slot, stop: Callable[[], bool]
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
