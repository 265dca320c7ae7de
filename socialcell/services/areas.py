"""The areas of the city: listed, looked up on a day, and replaced from a file."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socialcell import db
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.listening.areas import area_table
from socialcell.listening.areas.area_table import AreaRecord
from socialcell.listening.areas.owner_table import read_numbered
from socialcell.listening.store import areas as area_store
from socialcell.services.context import Context
from socialcell.services.mentions import mention_owners


@dataclass(frozen=True, slots=True)
class AreasImport:
    """How many areas a file has, and owners the one beside it (None: there is none)."""

    areas: int
    owners: int | None


def list_areas(
    context: Context, day: date, kind: str | None = None
) -> list[AreaRecord]:
    """The areas of both trees that are valid on a day, of one kind or all."""
    with db.reading(context.engine) as session:
        return [
            area
            for area in area_store.all_areas(session)
            if area.is_valid(day) and kind in (None, area.kind)
        ]


def areas_around(context: Context, place: str, day: date) -> list[AreaRecord]:
    """The areas in which a place lay on a day, the smallest first; by id or name in
    any language."""
    with db.reading(context.engine) as session:
        return area_table.area_chain(area_store.all_areas(session), place, day)


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
    numbered = read_numbered(owners) if owners else None
    if owners and numbered is not None:
        mention_owners.refuse_faulty(context, owners, numbered, (), areas)
    rows = None if numbered is None else [owner for _number, owner in numbered]
    if not dry_run:
        with db.writing(context.engine) as session:
            area_store.replace(session, areas)
            if rows is not None:
                mention_owners.put_rows(session, rows, replace=True)
        mention_owners.resolve_pending(context.engine)
    return AreasImport(len(areas), None if rows is None else len(rows))
