"""The places for which a role can count: the city, its ward offices, departments."""

from dataclasses import dataclass

from socialcell import db, roles
from socialcell.clock import IST
from socialcell.listening.store import areas, owners
from socialcell.services.context import Context

_DEPARTMENT = "dept:"


@dataclass(frozen=True)
class ScopePlace:
    """A ward office or department by its id, with its names by language."""

    id: str
    names: dict[str, str]


def list_places(context: Context) -> list[ScopePlace]:
    """Ward offices and departments of today, by id; without the whole city."""
    day = context.clock.now().astimezone(IST).date()
    with db.reading(context.engine) as session:
        places = {
            area.id: {"en": area.name_en, "mr": area.name_mr, "hi": area.name_hi}
            for area in areas.areas_on(session, day)
            if area.id.startswith("ward:")
        }
        for owner in owners.owners_on(session, day):
            if owner.owner.startswith(_DEPARTMENT):
                names = {"en": owner.name_en, "mr": owner.name_mr, "hi": owner.name_hi}
                places.setdefault(owner.owner, names)
    return [ScopePlace(id_, names) for id_, names in sorted(places.items())]


def place_name(places: list[ScopePlace], scope: str, code: str) -> str | None:
    """The name of a scope in a language; None for the whole city. An id that is no
    place any more stays as it is."""
    if scope == roles.ALL:
        return None
    return next((place.names[code] for place in places if place.id == scope), scope)
