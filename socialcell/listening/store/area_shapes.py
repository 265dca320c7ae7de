"""The outlines of areas, as the database holds them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import delete, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.listening.areas.area_shapes import ShapeRecord
from socialcell.listening.model import AreaShape


def all_shapes(session: Session) -> list[ShapeRecord]:
    """Every outline, past ones too, by area."""
    rows = session.scalars(
        select(AreaShape).order_by(
            col(AreaShape.key), col(AreaShape.valid_from), col(AreaShape.id)
        )
    )
    return [
        ShapeRecord(
            area=row.key,
            polygons=tuple(
                tuple(tuple((x, y) for x, y in ring) for ring in polygon)
                for polygon in row.polygons
            ),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source=row.source,
            sketch=row.sketch,
        )
        for row in rows
    ]


def shapes_on(session: Session, day: date) -> list[ShapeRecord]:
    """The outlines as they were on a day."""
    return [shape for shape in all_shapes(session) if shape.is_valid(day)]


def replace(session: Session, shapes: Sequence[ShapeRecord]) -> None:
    """Put these outlines in place of all that are there."""
    db.take_turn(session, "areas")
    session.execute(delete(AreaShape))
    for shape in shapes:
        values = asdict(shape)
        session.add(AreaShape(key=values.pop("area"), **values))
