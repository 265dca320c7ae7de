"""A workspace that knows the city's areas."""

import pytest

from socialcell import db
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.services.context import Context
from tests.operators import acting


@pytest.fixture
def workspace(context: Context) -> Context:
    """The workspace with its areas, where the operator lead has signed in."""
    with db.writing(context.engine) as session:
        area_store.replace(session, area_table.read_areas())
    return acting(context, "lead")
