"""The outlines of areas: imported, listed, and compared with the areas."""

from datetime import date
from pathlib import Path

from socialcell import db
from socialcell.listening.areas import area_shapes
from socialcell.listening.areas.area_shapes import WARDS, ShapeGaps, ShapeRecord
from socialcell.listening.store import area_shapes as shape_store
from socialcell.listening.store import areas as area_store
from socialcell.services.context import Context


def import_shapes(context: Context, file: Path, *, dry_run: bool = False) -> int:
    """Replace all outlines by those of a GeoJSON file; all of it or nothing.

    Returns how many there are. SocialcellError names every feature that is refused.
    """
    with db.writing(context.engine) as session:
        shapes = area_shapes.read_shapes(file, area_store.all_areas(session))
        if not dry_run:
            shape_store.replace(session, shapes)
    return len(shapes)


def list_shapes(context: Context, day: date) -> list[ShapeRecord]:
    """The outlines that are valid on a day."""
    with db.reading(context.engine) as session:
        return shape_store.shapes_on(session, day)


def check_shapes(context: Context, day: date, kind: str = WARDS) -> ShapeGaps:
    """Areas of a kind without an outline on a day, and outlines of no area then."""
    with db.reading(context.engine) as session:
        return area_shapes.shape_gaps(
            shape_store.all_shapes(session), area_store.all_areas(session), kind, day
        )
