"""A city of four quiet weeks for each test of alerts."""

import pytest
from sqlalchemy import Engine

from socialcell.clock import FixedClock
from socialcell.services.context import Context
from tests.services.alerts.quiet_city import City


@pytest.fixture
def city(context: Context, engine: Engine, clock: FixedClock) -> City:
    return City(context, engine, clock)
