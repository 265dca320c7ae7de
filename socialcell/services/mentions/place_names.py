"""The names of areas and of owners of problems, in each language."""

from collections.abc import Mapping

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.areas.area_table import names
from socialcell.listening.store import areas, owners
from socialcell.services.context import Context

PlaceNames = Mapping[str, Mapping[str, str]]
"""Names by id and language."""


def load_names(context: Context) -> PlaceNames:
    """The names of all areas, past ones too, and of the owners of today."""
    today = context.clock.now().astimezone(IST).date()
    with db.reading(context.engine) as session:
        area_names = {area.id: names(area) for area in areas.all_areas(session)}
        owner_names = {
            owner.owner: names(owner) for owner in owners.owners_on(session, today)
        }
    return {**owner_names, **area_names}
