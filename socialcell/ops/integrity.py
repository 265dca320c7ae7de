"""What must always hold of the work itself: runs, slots, the lease, the outbox.

A rule yields sentences; none means that it holds. Their numbers are those of
docs/RELIABILITY.md.
"""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.clock import in_pune
from socialcell.ops import keys, slots
from socialcell.ops.daemon_model import Lease, Slot
from socialcell.ops.model import Run
from socialcell.ops.outbox_model import Outgoing

ENDS = ("ok", "partial", "failed", "interrupted")
RUN, S, LEASE, OUT = (db.table(model).c for model in (Run, Slot, Lease, Outgoing))
_SLOT_STATES = ("running", "done", "failed", "interrupted")
_TURN = timedelta(hours=1)


def runs(session: Session) -> Iterator[str]:
    """I4: every run ends in a known way; none stays open whose process is dead.

    Processes of other machines cannot be looked at.
    """
    odd = ~RUN.state.in_(("running", *ENDS)) | (
        RUN.state.in_(ENDS) & RUN.finished_at.is_(None)
    )
    for run_id, state in session.execute(select(RUN.id, RUN.state).where(odd)):
        yield f"Run {run_id} is {state!r}, which is no end of a run"
    running = select(RUN.id, RUN.owner).where(RUN.state == "running")
    for run_id, owner in session.execute(running.order_by(RUN.id)):
        if _is_dead(owner):
            yield f"Run {run_id} is open, and its process ({owner}) is dead"


def slot_faults(session: Session) -> Iterator[str]:
    """I5, the half that needs no table of jobs: a slot is one row, in a known state,
    and was tried no more often than is allowed."""
    yield from keys.key_faults(session, db.table(Slot))
    if n := _count(session, ~S.state.in_(_SLOT_STATES)):
        yield f"{n} slots are in no known state"
    over = (S.attempts < 1) | (S.attempts > slots.RETRIES) | (S.covers < 1)
    for job, at in session.execute(select(S.job, S.slot_at).where(over)):
        yield f"The slot {in_pune(at)} of {job} was not tried once to three times"
    open_end = S.state.in_(("done", "failed")) & S.finished_at.is_(None)
    if n := _count(session, open_end):
        yield f"{n} slots ended without saying when"


def fence(session: Session) -> Iterator[str]:
    """I6: whoever works holds the lease, and nobody has a later fence than it."""
    lease = session.execute(select(LEASE.token).where(LEASE.name == "daemon")).first()
    token = lease.token if lease else 0
    newest = session.execute(select(func.max(S.token))).scalar_one()
    if newest is not None and newest > token:
        yield f"Slots were taken under fence {newest}, and the lease stands at {token}"
    old = select(func.count()).where(S.state == "running", S.token < token)
    if n := session.execute(old).scalar_one():
        yield f"{n} slots are worked on under a fence older than {token}"


def outbox(session: Session) -> Iterator[str]:
    """I7: a letter goes from held or pending to sending, and ends as sent or dead;
    there is one of each key."""
    yield from keys.key_faults(session, db.table(Outgoing))
    states = ("held", "pending", "sending", "sent", "dead")
    wrong = {
        "are in no known state": ~OUT.state.in_(states),
        "wait without anything to send": OUT.state.in_(states[:3]) & OUT.body.is_(None),
        "wait, and are said to have ended": OUT.state.in_(states[:3])
        & OUT.ended_at.is_not(None),
        "ended without having been tried": OUT.state.in_(states[3:])
        & or_(OUT.ended_at.is_(None), OUT.attempts < 1),
        "were sent, and their words are kept": and_(
            OUT.state == "sent", OUT.body.is_not(None)
        ),
    }
    for fault, rule in wrong.items():
        if n := _count(session, rule):
            yield f"{n} letters {fault}"


def starved_letters(session: Session) -> Iterator[str]:
    """I10 of the outbox: no letter waits untried while later ones were sent."""
    sent = select(func.max(OUT.ended_at)).where(OUT.state == "sent")
    newest = session.execute(sent).scalar_one()
    if newest is None:
        return
    waits = (OUT.state == "pending", OUT.attempts == 0, OUT.not_before < newest - _TURN)
    if n := _count(session, *waits):
        yield f"{n} letters were never tried, though later ones were sent"


def _count(session: Session, *where: Any) -> int:
    return int(session.execute(select(func.count()).where(*where)).scalar_one())


def _is_dead(owner: str) -> bool:
    """Whether this is a process (host:pid) of this machine that is gone."""
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
