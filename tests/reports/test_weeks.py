"""Weeks of reports, over twenty years: years' ends and leap days make no difference."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcell.clock import IST
from socialcell.reports.weekly import frozen_week

WEEK = timedelta(days=7)
EXAMPLES = 400
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2041, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=IST)
)


@pytest.mark.fault("F24")
def test_every_moment_has_one_last_complete_week(tried: Callable[..., None]) -> None:
    @given(MOMENTS)
    @settings(max_examples=EXAMPLES, deadline=None)
    def ask(moment: datetime) -> None:
        week = frozen_week.period(moment, moment)

        start, end = week.start.astimezone(IST), week.end.astimezone(IST)
        assert (start.weekday(), start.hour, start.minute) == (0, 0, 0)
        assert end - start == WEEK
        assert end <= moment < end + WEEK
        assert frozen_week.period(moment + WEEK, moment + WEEK).start == week.end

    ask()
    tried(EXAMPLES, f"{EXAMPLES} moments of 2020 to 2040, chosen at random")
