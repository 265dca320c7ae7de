"""The lease of the daemon: one holder at a time, and a fence against late writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.errors import AlreadyRunning
from socialcell.ops.daemon_model import Lease

LEASE = db.table(Lease)
L = LEASE.c
TTL = timedelta(seconds=30)


@dataclass(frozen=True)
class LeaseHandle:
    """A lease that was acquired; its token is the fence of every write."""

    name: str
    owner: str
    token: int


def acquire(
    engine: Engine,
    name: str,
    owner: str,
    now: datetime,
    ttl: timedelta = TTL,
    dead: str | None = None,
) -> LeaseHandle | None:
    """Take the lease, or renew one's own; None when another live owner has it.

    `now` is of the real clock. Owners whose names begin with `dead` are known to be
    dead, and their lease is taken before it runs out.
    """
    until = {"expires_at": now + ttl, "renewed_at": now}
    # What was released is free, also to a clock that was set back since.
    over = [L.expires_at < now, L.owner == ""]
    if dead is not None:
        over.append(L.owner.startswith(dead, autoescape=True))
    with db.writing(engine) as session:
        lease = update(LEASE).where(L.name == name)
        renewed = lease.where(L.owner == owner).values(**until)
        taken_over = lease.where(or_(*over)).values(
            owner=owner, token=L.token + 1, **until
        )
        if not (db.changed(session, renewed) or db.changed(session, taken_over)):
            row = {"name": name, "owner": owner, "token": 1, **until}
            db.insert_new(session, LEASE, [row])
        holder = session.execute(select(L.owner, L.token).where(L.name == name)).one()
    return LeaseHandle(name, owner, holder.token) if holder.owner == owner else None


def release(engine: Engine, lease: LeaseHandle, now: datetime) -> None:
    """Release the lease at once; the next holder's token will be greater."""
    with db.writing(engine) as session:
        session.execute(
            update(LEASE)
            .where(L.name == lease.name, L.owner == lease.owner, L.token == lease.token)
            .values(expires_at=now - timedelta(seconds=1), owner="")
        )


def fenced(engine: Engine, lease: LeaseHandle) -> Engine:
    """The engine as the holder uses it: a write commits only under its fence.

    A process that slept past its lease raises AlreadyRunning in place of its commit,
    and nothing of that transaction is kept.
    """

    def fence(session: Session) -> None:
        query = select(L.owner, L.token).where(L.name == lease.name)
        # A process that wants to take over the lease waits until this commit.
        row = session.execute(query.with_for_update(read=True)).one_or_none()
        if row is None or tuple(row) != (lease.owner, lease.token):
            raise AlreadyRunning("workspace.lease_lost", name=lease.name)

    return engine.execution_options(socialcell_fence=fence)


def find_lease(session: Session, name: str) -> Lease | None:
    """The current lease."""
    return session.get(Lease, name)
