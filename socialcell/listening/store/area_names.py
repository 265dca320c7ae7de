"""Names of areas and owners by their ids, for a page that shows few of them."""

from collections.abc import Collection, Mapping

from sqlalchemy import select, union_all
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Area, Owner

_AREA, _OWNER = db.table(Area).c, db.table(Owner).c


def names_of(session: Session, ids: Collection[str]) -> dict[str, Mapping[str, str]]:
    """The names by language of those of these ids that are in the tables. One
    statement."""
    of_areas = select(_AREA.key, _AREA.name_en, _AREA.name_mr, _AREA.name_hi).where(
        _AREA.key.in_(ids)
    )
    of_owners = select(
        _OWNER.key, _OWNER.name_en, _OWNER.name_mr, _OWNER.name_hi
    ).where(_OWNER.key.in_(ids))
    rows = session.execute(union_all(of_areas, of_owners)) if ids else ()
    return {id_: {"en": en, "mr": mr, "hi": hi} for id_, en, mr, hi in rows}
