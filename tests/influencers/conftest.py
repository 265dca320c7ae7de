"""A workspace that knows the city's areas."""

import pytest

from socialcell import db
from socialcell.jobs.context import Context
from socialcell.listening import areas
from socialcell.listening.store import areas as area_store


@pytest.fixture
def workspace(context: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The workspace with its areas; whoever works in it is called lead."""
    monkeypatch.setenv("SOCIALCELL_ACTOR", "lead")
    with db.writing(context.engine) as session:
        area_store.replace(session, areas.read_areas())
    return context
