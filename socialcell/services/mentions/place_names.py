"""The names of areas and of owners of problems, in each language."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import SocialcellError
from socialcell.language import lexicon
from socialcell.language.names import office_holders
from socialcell.language.names.own_places import place_rows
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


def gazetteer_names(context: Context) -> PlaceNames:
    """The names of what a text may name: the gazetteer of the package and its public
    people, and the places and public people of the workspace's own; without these
    places where their file cannot be read, which `doctor` names."""
    folder = context.workspace.folder
    rows = [row for _file, _line, row in lexicon.gazetteer_rows()]
    rows += office_holders.rows_in(lexicon.people_text().splitlines())
    with suppress(SocialcellError):
        rows += place_rows(folder)
    rows += office_holders.rows(folder)
    return {
        row["id"]: {code: row.get(f"name_{code}") or "" for code in ("mr", "hi", "en")}
        for row in rows
        if row.get("id")
    }


def names_by_id(
    named_areas: Iterable[AreaRecord], named_owners: Iterable[OwnerRecord]
) -> PlaceNames:
    """The names of these areas and owners; an id that both have is an area's."""
    return {
        **{owner.owner: names(owner) for owner in named_owners},
        **{area.id: names(area) for area in named_areas},
    }
