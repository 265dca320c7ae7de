"""A workspace with creators whose audiences are known."""

import pytest

from socialcell.services.context import Context
from tests.campaigns.planning import worlds


@pytest.fixture
def city(context: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The workspace with its areas and creators; whoever works in it is called lead."""
    monkeypatch.setenv("SOCIALCELL_ACTOR", "lead")
    worlds.fill(context)
    return context
