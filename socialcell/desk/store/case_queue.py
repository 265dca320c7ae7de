"""The next cases of the queue, which nobody works on."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlmodel import Session, col

from socialcell.desk.case_states import WORKING_STATES
from socialcell.desk.model import CaseClock, CaseLease, DeskCase
from socialcell.roles import ALL

_WORKING = [state.value for state in WORKING_STATES]


def next_cases(
    session: Session,
    operator: int,
    scopes: Collection[str],
    now: datetime,
    limit: int,
    but: Collection[int] = (),
) -> dict[int, str]:
    """Numbers by id of the cases that are to be worked on next in these scopes: nobody
    holds them, they are nobody else's, and no citizen is waited for. P0 first, then
    those with the least time left, then the oldest.

    On PostgreSQL what another transaction takes at this moment is passed over.
    """
    leased = exists().where(
        col(CaseLease.case_id) == col(DeskCase.id), col(CaseLease.until) > now
    )
    query = (
        select(col(DeskCase.id), col(DeskCase.number))
        .where(
            col(DeskCase.state).in_(_WORKING),
            or_(col(DeskCase.assignee).is_(None), col(DeskCase.assignee) == operator),
            col(DeskCase.waits_for).is_(None),
            col(DeskCase.id).not_in(but),
            ~leased,
            in_scopes(scopes),
        )
        .order_by(
            col(DeskCase.priority), time_left().asc().nulls_last(), col(DeskCase.id)
        )
        .limit(limit)
        .with_for_update(skip_locked=True, of=DeskCase)
    )
    return {row.id: row.number for row in session.execute(query)}


def numbers_of(session: Session, ids: Collection[int]) -> list[str]:
    """The numbers of cases, in their order."""
    query = select(col(DeskCase.number)).where(col(DeskCase.id).in_(ids))
    return list(session.scalars(query.order_by(col(DeskCase.number))))


def in_scopes(scopes: Collection[str]) -> ColumnElement[bool]:
    """Whether a case is the business of one of these ward offices and departments, or
    of the whole city."""
    if ALL in scopes:
        return col(DeskCase.id).is_not(None)
    columns = (col(DeskCase.area), col(DeskCase.owner), col(DeskCase.team))
    return or_(*(column.in_(scopes) for column in columns))


def time_left() -> ColumnElement[datetime]:
    """When the first of a case's clocks that run is due; NULL: none runs."""
    return (
        select(func.min(col(CaseClock.due_at)))
        .where(
            col(CaseClock.case_id) == col(DeskCase.id),
            col(CaseClock.stopped_at).is_(None),
        )
        .correlate(DeskCase)
        .scalar_subquery()
    )
