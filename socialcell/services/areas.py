"""The areas of the city: listed, looked up on a day, and replaced from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

from sqlalchemy import Engine

from socialcell import db
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import SocialcellError
from socialcell.listening.areas import area_table
from socialcell.listening.areas.area_table import AreaRecord
from socialcell.listening.store import areas as area_store
from socialcell.roles import ALL, WARD
from socialcell.services import gazetteer_places
from socialcell.services.context import Context
from socialcell.services.gazetteer_places import PlaceRow
from socialcell.services.mentions import mention_owners


@dataclass(frozen=True, slots=True)
class AreasImport:
    """How many areas a file has, and owners the one beside it (None: there is none)."""

    areas: int
    owners: int | None


class AreaDocument(TypedDict):
    """An area as plain JSON; `name` is by language."""

    id: str
    tree: str
    kind: str
    parent: str | None
    name: dict[str, str]
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class AreaSurroundings:
    """An area on a day: those around it, the smallest first, and those in it."""

    area: AreaRecord
    around: list[AreaRecord]
    parts: list[AreaRecord]


def area_document(area: AreaRecord) -> AreaDocument:
    """An area as plain JSON."""
    return {
        "id": area.id,
        "tree": area.tree,
        "kind": area.kind,
        "parent": area.parent,
        "name": {"en": area.name_en, "mr": area.name_mr, "hi": area.name_hi},
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
        "source": area.source,
    }


def list_areas(
    context: Context, day: date, kind: str | None = None, place: str = ALL
) -> list[AreaRecord]:
    """The areas of both trees that are valid on a day, of one kind or all; of a ward
    office as `place` that one and what lies in it."""
    with db.reading(context.engine) as session:
        there = area_store.areas_on(session, day)
    parents = {area.id: area.parent for area in there}
    return [
        area
        for area in there
        if kind in (None, area.kind) and _is_within(area.id, place, parents)
    ]


def find_area(
    context: Context, id_: str, day: date, place: str = ALL
) -> AreaSurroundings | None:
    """An area with its surroundings on a day, by id; None where there is none, or it
    lies outside of a ward office that is the `place`. Of a ward office they end there.
    """
    own = list_areas(context, day, place=place)
    by_id = {area.id: area for area in own}
    if id_ not in by_id:
        return None
    chain = area_table.area_chain(own, id_, day)
    return AreaSurroundings(
        chain[0], chain[1:], [area for area in own if area.parent == id_]
    )


def _is_within(area: str | None, place: str, parents: Mapping[str, str | None]) -> bool:
    """Whether an area is a ward office or lies in it; no other place has areas of its
    own, so that all are within."""
    if not place.startswith(WARD):
        return True
    while area is not None and area != place:
        area = parents.get(area)
    return area == place


def areas_around(context: Context, place: str, day: date) -> list[AreaRecord]:
    """The areas in which a place lay on a day, the smallest first; by id or name in
    any language. An area goes before a place of the gazetteer (the package's, then the
    workspace's own), which stands first, as kind `place`, with its ward office around
    it. Empty where nothing is known by that name, or it was not in the city that day.

    SocialcellError: a place of the gazetteer of which no ward office is known.
    """
    with db.reading(context.engine) as session:
        areas = area_store.all_areas(session)
    if chain := area_table.area_chain(areas, place, day):
        return chain
    named = gazetteer_places.find_place(context, place)
    # An area that was not there on that day is not looked for as a place.
    if named is None or named["id"] in {area.id for area in areas}:
        return []
    if not named["ward"]:
        raise SocialcellError("areas.place_without_ward", place=place)
    around = area_table.area_chain(areas, named["ward"], day)
    return [_place_record(named), *around] if around else []


def _place_record(place: PlaceRow) -> AreaRecord:
    """A place of the gazetteer as an area without dates."""
    return AreaRecord(
        id=place["id"],
        tree="administrative",
        kind="place",
        parent=place["ward"],
        name_en=place["name_en"],
        name_mr=place["name_mr"],
        name_hi=place["name_hi"],
        valid_from=None,
        valid_to=None,
        source=place["source"],
    )


def load_shipped(engine: Engine) -> bool:
    """Load the areas of the package where there are none; whether there were none."""
    with db.writing(engine) as session:
        if area_store.all_areas(session):
            return False
        area_store.replace(session, area_table.read_areas())
    return True


def import_areas(
    context: Context,
    file: Path,
    owners: Path | None = None,
    options: TableOptions = AS_IT_IS,
    *,
    dry_run: bool = False,
) -> AreasImport:
    """Replace the areas (and the owners) by those of files; all of it or nothing.

    `options` say how the file of areas is read; that of owners is as documented.
    SocialcellError, with every reason, when a file cannot be taken.
    """
    areas = area_table.read_areas(file, options)
    rows = mention_owners.owners_of_file(context, owners, areas) if owners else None
    if not dry_run:
        with db.writing(context.engine) as session:
            area_store.replace(session, areas)
            if rows is not None:
                mention_owners.put_rows(session, rows, replace=True)
        mention_owners.resolve_pending(context.engine)
    return AreasImport(len(areas), None if rows is None else len(rows))
