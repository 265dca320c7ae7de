"""A workspace that knows the city's areas."""

import pytest

from socialcell import db
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.services.context import Context


@pytest.fixture
def workspace(context: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The workspace with its areas; whoever works in it is called lead."""
    monkeypatch.setenv("SOCIALCELL_ACTOR", "lead")
    with db.writing(context.engine) as session:
        area_store.replace(session, area_table.read_areas())
    return context
