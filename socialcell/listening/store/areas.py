"""The city's areas, as the database holds them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.areas import area_table
from socialcell.listening.model import Area

AREA = db.table(Area)


def all_areas(session: Session) -> list[area_table.AreaRecord]:
    """Every area of both trees, past ones too."""
    rows = session.execute(
        select(
            AREA.c.key,
            AREA.c.tree,
            AREA.c.kind,
            AREA.c.parent,
            AREA.c.name_en,
            AREA.c.name_mr,
            AREA.c.name_hi,
            AREA.c.valid_from,
            AREA.c.valid_to,
            AREA.c.source,
        ).order_by(AREA.c.tree, AREA.c.kind, AREA.c.key)
    )
    return [area_table.AreaRecord(*row) for row in rows]


def english_name(session: Session, id_: str) -> str | None:
    """The English name of an area, a past one too; None: there is none of this id."""
    query = select(AREA.c.name_en).where(AREA.c.key == id_)
    return session.scalars(query.order_by(AREA.c.tree, AREA.c.kind).limit(1)).first()


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
        session.execute(insert(AREA), rows)


def _row(area: area_table.AreaRecord) -> dict[str, object]:
    row: dict[str, object] = {
        field.name: getattr(area, field.name) for field in fields(area)
    }
    row["key"] = row.pop("id")
    return row
