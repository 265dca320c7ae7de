"""Fixtures that any test may use; those of one area live in that area's conftest."""

from datetime import datetime

import pytest

from socialcell.clock import IST, FixedClock

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=IST)


@pytest.fixture
def clock() -> FixedClock:
    """Monday 23 November 2026, 09:00 in Pune, until the test moves it."""
    return FixedClock(MONDAY_MORNING)
