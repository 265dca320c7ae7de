"""The names of areas and of owners of problems, in each language."""

from collections.abc import Iterable, Mapping

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.areas.area_table import AreaRecord, names
from socialcell.listening.areas.owner_table import OwnerRecord
from socialcell.listening.store import areas, owners
from socialcell.services.context import Context

PlaceNames = Mapping[str, Mapping[str, str]]
"""Names by id and language."""


def load_names(context: Context) -> PlaceNames:
    """The names of all areas, past ones too, and of the owners of today."""
    today = context.clock.now().astimezone(IST).date()
    with db.reading(context.engine) as session:
        return names_by_id(areas.all_areas(session), owners.owners_on(session, today))


def names_by_id(
    named_areas: Iterable[AreaRecord], named_owners: Iterable[OwnerRecord]
) -> PlaceNames:
    """The names of these areas and owners; an id that both have is an area's."""
    return {
        **{owner.owner: names(owner) for owner in named_owners},
        **{area.id: names(area) for area in named_areas},
    }
