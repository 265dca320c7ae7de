"""A workspace with creators whose audiences are known."""

import pytest

from socialcell.services.context import Context
from tests.campaigns.planning import worlds
from tests.snapshots import Snapshots


@pytest.fixture
def city(
    context: Context, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> Context:
    """The workspace with its areas and creators; whoever works in it is called lead."""
    monkeypatch.setenv("SOCIALCELL_ACTOR", "lead")
    snapshots.fill("creators", context.engine, lambda: worlds.fill(context))
    return context
