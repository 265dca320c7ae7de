"""Slots: due moments of jobs, each claimed once, with its result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.ops.daemon_model import Slot

SLOT = db.table(Slot)
S = SLOT.c
RETRIES = 3
# A round asks for the newest of each job: there are thousands a day.
REMEMBERED = timedelta(days=35)
_MAX_MESSAGE = 500


@dataclass(frozen=True)
class LastRun:
    """A job's newest slot, its state (running, done, failed, interrupted) and message,
    and when the job last succeeded."""

    slot_at: datetime
    state: str
    started_at: datetime
    last_ok_at: datetime | None
    message: str | None


def claim(
    session: Session,
    job: str,
    slot_at: datetime,
    token: int,
    now: datetime,
    covers: int = 1,
) -> bool:
    """Take a slot: it is new, or it was interrupted. False when it is somebody's."""
    row = {
        "job": job,
        "slot_at": slot_at,
        "state": "running",
        "token": token,
        "started_at": now,
        "covers": covers,
        "attempts": 1,
    }
    if db.insert_new(session, SLOT, [row]):
        return True
    again = db.changed(
        session,
        update(SLOT)
        .where(
            S.job == job,
            S.slot_at == slot_at,
            S.state == "interrupted",
            S.attempts < RETRIES,
        )
        .values(state="running", token=token, started_at=now, attempts=S.attempts + 1),
    )
    return again > 0


def finish(
    session: Session,
    job: str,
    slot_at: datetime,
    state: str,
    now: datetime,
    message: str | None = None,
) -> None:
    """Store the result of a slot: done or failed, with a message."""
    session.execute(
        update(SLOT)
        .where(S.job == job, S.slot_at == slot_at)
        .values(
            state=state,
            finished_at=now,
            said=message[:_MAX_MESSAGE] if message else message,
        )
    )


def record_done(session: Session, job: str, moments: Iterable[datetime]) -> None:
    """Store slots whose work was done by a rehearsal of the daemon, as it would."""
    rows = [
        {
            "job": job,
            "slot_at": moment,
            "state": "done",
            "token": 0,
            "started_at": moment,
            "finished_at": moment,
            "covers": 1,
            "attempts": 1,
        }
        for moment in moments
    ]
    if rows:
        db.insert_new(session, SLOT, rows)


def interrupt(session: Session, token: int) -> int:
    """Free the slots that a former holder of the lease left running; how many."""
    return db.changed(
        session,
        update(SLOT)
        .where(S.state == "running", S.token < token)
        .values(state="interrupted"),
    )


def interrupted(session: Session) -> list[tuple[str, datetime]]:
    """Slots that wait to be taken again, oldest first."""
    rows = session.execute(
        select(S.job, S.slot_at)
        .where(S.state == "interrupted", S.attempts < RETRIES)
        .order_by(S.slot_at, S.job)
    )
    return [(job, at) for job, at in rows]


def newest_slots(session: Session) -> dict[str, datetime]:
    """The newest slot of every job."""
    rows = session.execute(
        select(S.job, func.max(S.slot_at).label("newest")).group_by(S.job)
    )
    return {row.job: row.newest for row in rows}


def last_runs(session: Session) -> dict[str, LastRun]:
    """The newest slot of every job, and the end of its newest slot that was done."""
    newest = (
        select(
            S.job,
            func.max(S.slot_at).label("slot_at"),
            func.max(S.finished_at).filter(S.state == "done").label("last_ok_at"),
        )
        .group_by(S.job)
        .subquery()
    )
    rows = session.execute(
        select(
            S.job, S.slot_at, S.state, S.started_at, S.said, newest.c.last_ok_at
        ).join(newest, (newest.c.job == S.job) & (newest.c.slot_at == S.slot_at))
    )
    return {
        row.job: LastRun(
            row.slot_at, row.state, row.started_at, row.last_ok_at, row.said
        )
        for row in rows
    }


def done_between(
    session: Session, job: str, start: datetime, end: datetime
) -> list[datetime]:
    """When runs of a job that succeeded began, within a span, in their order."""
    rows = session.execute(
        select(S.started_at)
        .where(
            S.job == job, S.state == "done", S.started_at >= start, S.started_at < end
        )
        .order_by(S.started_at)
    )
    return [row.started_at for row in rows]


def forget_old(session: Session, now: datetime) -> int:
    """Forget slots that ended long ago, but never a job's newest. How many."""
    other = SLOT.alias().c
    newest = select(func.max(other.slot_at)).where(other.job == S.job).scalar_subquery()
    return db.changed(
        session,
        delete(SLOT).where(
            S.slot_at < now - REMEMBERED,
            S.state.in_(("done", "failed", "interrupted")),
            S.slot_at < newest,
        ),
    )


def failing_jobs(session: Session) -> list[tuple[str, str]]:
    """Jobs whose newest slot that ended has failed, and why."""
    newest = (
        select(S.job, func.max(S.slot_at).label("slot_at"))
        .where(S.state.in_(("done", "failed")))
        .group_by(S.job)
        .subquery()
    )
    rows = session.execute(
        select(S.job, S.said)
        .join(newest, (newest.c.job == S.job) & (newest.c.slot_at == S.slot_at))
        .where(S.state == "failed")
        .order_by(S.job)
    )
    return [(job, message or "") for job, message in rows]


def slots_of_job(session: Session, job: str) -> Sequence[Slot]:
    """All slots of a job, in their order."""
    query = select(Slot).where(col(Slot.job) == job).order_by(col(Slot.slot_at))
    return session.scalars(query).all()
