"""Leases of cases: one holder at a time, for five minutes, renewed by work."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, case, delete, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import CaseLease

LEASE = db.table(CaseLease)
L = LEASE.c
LEASED = timedelta(minutes=5)


def take_leases(
    session: Session, case_ids: Collection[int], holder: int, now: datetime
) -> list[int]:
    """Take cases that nobody else holds, or renew one's own; the ids of those that are
    held now, in the order given."""
    until = now + LEASED
    free = or_(L.until <= now, L.holder == holder)
    held = []
    for case_id in case_ids:
        renewal = update(LEASE).where(L.case_id == case_id, free)
        goes_on = and_(L.holder == holder, L.until > now)
        since = case((goes_on, L.since), else_=now)
        row = {"case_id": case_id, "holder": holder, "since": now, "until": until}
        if db.changed(
            session, renewal.values(holder=holder, since=since, until=until)
        ) or db.insert_new(session, LEASE, [row]):
            held.append(case_id)
    return held


def holder_of(session: Session, case_id: int, now: datetime) -> CaseLease | None:
    """The lease of a case that is not over; None: nobody holds it."""
    lease = session.get(CaseLease, case_id, populate_existing=True)
    return lease if lease is not None and lease.until > now else None


def held_by(session: Session, holder: int, now: datetime) -> list[int]:
    """The ids of the cases that somebody holds now."""
    query = select(L.case_id).where(L.holder == holder, L.until > now)
    return list(session.scalars(query.order_by(L.case_id)))


def give_back(session: Session, holder: int, case_ids: Collection[int]) -> None:
    """End somebody's leases of these cases."""
    session.execute(delete(LEASE).where(L.holder == holder, L.case_id.in_(case_ids)))


def renew(session: Session, case_id: int, holder: int, now: datetime) -> None:
    """Renew somebody's lease of a case, if they hold it now."""
    own = (L.case_id == case_id, L.holder == holder, L.until > now)
    session.execute(update(LEASE).where(*own).values(until=now + LEASED))


def end_lease(session: Session, case_id: int) -> None:
    """End the lease of a case, whoever holds it."""
    session.execute(delete(LEASE).where(L.case_id == case_id))
