"""Breaches and what must be told of them: numbered, locked, listed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.registers.model import BreachDuty, DataBreach

BREACH, DUTY = db.table(DataBreach), db.table(BreachDuty)


@dataclass(frozen=True)
class BreachClocks:
    """What is still to be told of breaches: late, and in time so far."""

    overdue: int = 0
    waiting: int = 0


def next_number(session: Session, now: datetime) -> str:
    """The number of a new breach: the year in Pune and a serial in it, from 1 on."""
    db.take_turn(session, "breach_number")
    prefix = f"B{now.astimezone(IST):%y}-"
    newest = session.scalars(
        select(func.max(BREACH.c.number)).where(BREACH.c.number.startswith(prefix))
    ).one()
    return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:02d}"


def find_breach(session: Session, number: str) -> DataBreach:
    """The breach of a number. UsageError: there is none."""
    return _required(session, number, select(DataBreach))


def lock_breach(session: Session, number: str) -> DataBreach:
    """The same, which nobody else changes until the transaction ends."""
    return _required(session, number, select(DataBreach).with_for_update())


def _required(session: Session, number: str, query: Select[DataBreach]) -> DataBreach:
    wanted = col(DataBreach.number) == number.strip().upper()
    row = session.scalars(
        query.where(wanted).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise UsageError("registers.no_such_breach", number=number)
    return row


def list_breaches(session: Session) -> list[DataBreach]:
    """All breaches: the open ones first, the newest first."""
    c = BREACH.c
    order = (c.closed_at.is_not(None), c.noticed_at.desc(), c.id.desc())
    return list(session.scalars(select(DataBreach).order_by(*order)))


def duties_of(session: Session, breach_id: int) -> list[BreachDuty]:
    """What is to be told of a breach, by when it is due."""
    query = select(BreachDuty).where(DUTY.c.breach_id == breach_id)
    return list(session.scalars(query.order_by(DUTY.c.due_at, DUTY.c.id)))


def clocks_query(now: datetime) -> Select[int, int]:
    """The fields of `BreachClocks` at a moment, for a statement of several."""
    c = DUTY.c
    untold = c.told_at.is_(None) | (c.told_at > now)
    late = func.count().filter(c.due_at <= now)
    return (
        select(
            late.label("late"),
            func.count().filter(c.due_at > now).label("waiting"),
        )
        .select_from(DUTY.join(BREACH, BREACH.c.id == c.breach_id))
        .where(untold, BREACH.c.made_at <= now)
    )


def read_clocks(session: Session, now: datetime) -> BreachClocks:
    """What was still to be told at a moment."""
    return BreachClocks(*session.execute(clocks_query(now)).one())
