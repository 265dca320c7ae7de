"""Integrity checks of runs, slots, the lease and the outbox.

A check yields a sentence for each violation; none means that the invariant holds. The
numbers (I4, I5 …) are those of docs/RELIABILITY.md.
"""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.clock import in_pune
from socialcell.ops import keys, slots
from socialcell.ops.daemon_model import Lease, Slot
from socialcell.ops.model import Run
from socialcell.ops.outbox_model import Outgoing

ENDS = ("ok", "partial", "failed", "interrupted")
RUN, SLOT, LEASE, OUTGOING = (
    db.table(model).c for model in (Run, Slot, Lease, Outgoing)
)
_SLOT_STATES = ("running", "done", "failed", "interrupted")
_MAX_DELAY = timedelta(hours=1)


def runs(session: Session) -> Iterator[str]:
    """I4: every run has a final state, or is running and its process is alive.

    Processes of other machines cannot be checked.
    """
    invalid = ~RUN.state.in_(("running", *ENDS)) | (
        RUN.state.in_(ENDS) & RUN.finished_at.is_(None)
    )
    for run_id, state in session.execute(select(RUN.id, RUN.state).where(invalid)):
        yield f"Run {run_id} has the state {state!r} without a valid end"
    running = select(RUN.id, RUN.owner).where(RUN.state == "running")
    for run_id, owner in session.execute(running.order_by(RUN.id)):
        if _is_dead(owner):
            yield f"Run {run_id} is still running, but its process ({owner}) has ended"


def slot_faults(session: Session) -> Iterator[str]:
    """I5, without the part that needs the registry of jobs: each slot is one row, has a
    valid state, and was tried at most as often as retries allow."""
    yield from keys.key_faults(session, db.table(Slot))
    if n := _count(session, ~SLOT.state.in_(_SLOT_STATES)):
        yield f"{n} slots have an invalid state"
    wrong_attempts = (
        (SLOT.attempts < 1) | (SLOT.attempts > slots.RETRIES) | (SLOT.covers < 1)
    )
    for job, at in session.execute(
        select(SLOT.job, SLOT.slot_at).where(wrong_attempts)
    ):
        yield f"The slot {in_pune(at)} of {job} was not tried once to three times"
    unfinished = SLOT.state.in_(("done", "failed")) & SLOT.finished_at.is_(None)
    if n := _count(session, unfinished):
        yield f"{n} slots ended without an end time"


def fence(session: Session) -> Iterator[str]:
    """I6: no slot has a fencing token above that of the lease, and no running slot has
    one below it."""
    lease = session.execute(select(LEASE.token).where(LEASE.name == "daemon")).first()
    token = lease.token if lease else 0
    newest = session.execute(select(func.max(SLOT.token))).scalar_one()
    if newest is not None and newest > token:
        yield f"A slot has the fencing token {newest}, and the lease only {token}"
    outdated = select(func.count()).where(SLOT.state == "running", SLOT.token < token)
    if n := session.execute(outdated).scalar_one():
        yield f"{n} running slots have a fencing token below {token}"


def outbox(session: Session) -> Iterator[str]:
    """I7: the fields of each message agree with its state, which is held, pending,
    sending, sent or dead; there is one message of each key."""
    yield from keys.key_faults(session, db.table(Outgoing))
    states = ("held", "pending", "sending", "sent", "dead")
    wrong = {
        "have an invalid state": ~OUTGOING.state.in_(states),
        "wait without a body": OUTGOING.state.in_(states[:3]) & OUTGOING.body.is_(None),
        "wait, but have an end time": OUTGOING.state.in_(states[:3])
        & OUTGOING.ended_at.is_not(None),
        "ended without an end time or an attempt": OUTGOING.state.in_(states[3:])
        & or_(OUTGOING.ended_at.is_(None), OUTGOING.attempts < 1),
        "were sent, but still have a body": and_(
            OUTGOING.state == "sent", OUTGOING.body.is_not(None)
        ),
    }
    for fault, rule in wrong.items():
        if n := _count(session, rule):
            yield f"{n} outgoing messages {fault}"


def starved_messages(session: Session) -> Iterator[str]:
    """I10 of the outbox: no message that was due an hour before the newest sent one has
    never been tried."""
    sent = select(func.max(OUTGOING.ended_at)).where(OUTGOING.state == "sent")
    newest = session.execute(sent).scalar_one()
    if newest is None:
        return
    conditions = (
        OUTGOING.state == "pending",
        OUTGOING.attempts == 0,
        OUTGOING.not_before < newest - _MAX_DELAY,
    )
    if n := _count(session, *conditions):
        yield f"{n} outgoing messages were never tried, though later ones were sent"


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return int(session.execute(select(func.count()).where(*conditions)).scalar_one())


def _is_dead(owner: str) -> bool:
    """Whether `owner` (host:pid) is a process of this machine that no longer exists."""
    host, _, pid = owner.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return False
