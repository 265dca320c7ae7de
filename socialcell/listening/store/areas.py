"""The city's areas, as the database holds them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.listening.areas import area_table
from socialcell.listening.model import Area


def all_areas(session: Session) -> list[area_table.AreaRecord]:
    """Every area of both trees, past ones too."""
    rows = session.scalars(
        select(Area).order_by(col(Area.tree), col(Area.kind), col(Area.key))
    )
    return [
        area_table.AreaRecord(
            id=row.key,
            tree=row.tree,
            kind=row.kind,
            parent=row.parent,
            name_en=row.name_en,
            name_mr=row.name_mr,
            name_hi=row.name_hi,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source=row.source,
        )
        for row in rows
    ]


def ward_offices(session: Session) -> dict[str, str]:
    """The English names of ward offices by id, past ones too."""
    return {
        area.id: area.name_en
        for area in all_areas(session)
        if area.kind == "ward_office"
    }


def areas_on(session: Session, day: date) -> list[area_table.AreaRecord]:
    """The areas of both trees as they were on a day."""
    return [area for area in all_areas(session) if area.is_valid(day)]


def replace(session: Session, read: Sequence[area_table.AreaRecord]) -> None:
    """Put these areas in place of what is there."""
    db.take_turn(session, "areas")
    session.execute(delete(Area))
    rows = [_row(area) for area in read]
    if rows:
        session.execute(insert(db.table(Area)), rows)


def _row(area: area_table.AreaRecord) -> dict[str, object]:
    row: dict[str, object] = {
        field.name: getattr(area, field.name) for field in fields(area)
    }
    row["key"] = row.pop("id")
    return row
