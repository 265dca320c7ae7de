"""A workspace with creators whose audiences are known."""

from pathlib import Path

import pytest

from socialcell.services.context import Context
from tests.campaigns.planning import worlds
from tests.campaigns.planning.agreed_plans import approved
from tests.operators import acting
from tests.snapshots import Snapshots


@pytest.fixture
def city(context: Context, snapshots: Snapshots) -> Context:
    """The workspace with its areas and creators, where the operator lead signed in."""
    snapshots.fill("creators", context.engine, lambda: worlds.fill(context))
    return acting(context, "lead")


@pytest.fixture
def ready(city: Context, folder: Path) -> Context:
    """The same city with an approved plan of two tags."""
    return approved(city, folder)
