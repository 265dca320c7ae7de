"""The ward offices of a mention's places, as they were when it was written."""

from datetime import datetime

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.model import Annotation
from socialcell.listening.store import areas
from socialcell.services.context import Context
from socialcell.services.mentions import tagging
from tests.builders import NOON, make_record, store_records

pytestmark = pytest.mark.swept_on_postgresql

TEXT = "A wall fell on three people in Kothrud, send help"


def wards_of(context: Context, authored_at: datetime | None) -> list[str]:
    """The ward offices that are read of a mention of Kothrud."""
    with db.writing(context.engine) as session:
        areas.replace(session, read_areas())
    store_records(context.engine, make_record(text=TEXT, authored_at=authored_at))
    tagging.tag_waiting(context)
    with db.reading(context.engine) as session:
        read = select(Annotation.value).where(Annotation.kind == "ward")
        return list(session.scalars(read))


@pytest.mark.parametrize("authored_at", [NOON, None])
def test_a_place_lies_in_a_ward_also_where_no_time_is_known(
    context: Context, authored_at: datetime | None
) -> None:
    assert wards_of(context, authored_at) == ["ward:kothrud-bavdhan"]
