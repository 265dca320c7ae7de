"""The cell's own rows of routing.csv."""

from collections.abc import Iterable
from dataclasses import asdict, fields

from sqlalchemy import delete, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.routing_model import DeskRoute
from socialcell.desk.routing_table import RouteRecord

ROUTE = db.table(DeskRoute)


def own_routes(session: Session) -> list[RouteRecord]:
    """The cell's own rows, by topic and area."""
    rows = session.scalars(
        select(DeskRoute).order_by(col(DeskRoute.topic), col(DeskRoute.area))
    )
    names = [field.name for field in fields(RouteRecord)]
    return [RouteRecord(**{name: getattr(row, name) for name in names}) for row in rows]


def replace_routes(session: Session, routes: Iterable[RouteRecord]) -> None:
    """Put these rows in place of all of the cell's own."""
    session.execute(delete(ROUTE))
    if rows := [asdict(route) for route in routes]:
        db.insert(session, ROUTE, rows)
