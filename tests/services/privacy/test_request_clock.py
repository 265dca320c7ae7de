"""By when a request is answered: the law's days, and days on which offices work."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from socialcell.clock import IST
from socialcell.desk import office_hours
from socialcell.desk.working_time import Shift, WorkingTime
from socialcell.services.privacy.request_clock import clock_state, request_times
from socialcell.settings.desk import Desk

MORNING = Shift(9 * 60 + 45, 18 * 60 + 15)
OFFICE = office_hours.from_settings(Desk())


def pune(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=IST)


def test_fifteen_days_end_with_the_work_of_the_fifteenth() -> None:
    # Monday 23 November; 8 December is a Tuesday.
    times = request_times(pune("2026-11-23 09:00"), 15, 30, OFFICE)

    assert times.due_at == pune("2026-12-08 18:15")
    assert times.stop_at == pune("2026-12-24 00:00")  # the end of the 23rd


def test_a_day_that_is_closed_is_answered_on_the_working_day_before_it() -> None:
    # Friday 20 November; 5 December is a Saturday.
    times = request_times(pune("2026-11-20 09:00"), 15, 30, OFFICE)

    assert times.due_at == pune("2026-12-04 18:15")


def test_where_no_office_works_in_all_the_time_the_laws_day_counts() -> None:
    first = date(2026, 11, 20)
    closed = {first + timedelta(days=n) for n in range(40)}
    working = WorkingTime(((MORNING,),) * 7, closed)

    times = request_times(pune("2026-11-20 09:00"), 15, 30, working)

    assert times.due_at == pune("2026-12-06 00:00")


def test_what_comes_after_the_last_shift_is_not_answered_before_it_came() -> None:
    working = WorkingTime(((MORNING,),) * 7)

    times = request_times(pune("2026-11-23 20:00"), 1, 30, working)

    assert times.due_at == pune("2026-11-24 18:15")


@pytest.mark.fault("F45")
def test_of_every_hour_of_three_years_the_times_hold(
    tried: Callable[..., None],
) -> None:
    moment, points = datetime(2026, 1, 1, tzinfo=UTC), 0
    while moment < datetime(2029, 1, 1, tzinfo=UTC):
        times = request_times(moment, 15, 30, OFFICE)
        received = moment.astimezone(IST)
        last = times.due_at.astimezone(IST)
        assert moment < times.due_at <= times.stop_at
        assert (last.date() - received.date()).days <= 15
        # No working day lies between it and the fifteenth.
        day = last.date() + timedelta(days=1)
        while day <= received.date() + timedelta(days=15):
            assert not OFFICE.shifts_on(day), (moment, day)
            day += timedelta(days=1)
        assert OFFICE.is_open(times.due_at - timedelta(minutes=1)), moment
        assert times.stop_at.astimezone(IST).date() - received.date() == timedelta(31)
        points += 1
        moment += timedelta(hours=1)
    tried(points, "every hour of 2026 to 2028, with the holidays of Maharashtra")


def test_the_state_of_a_clock_changes_at_its_moments() -> None:
    due, stop = pune("2026-12-08 18:15"), pune("2026-12-24 00:00")
    second = timedelta(seconds=1)

    assert clock_state(due, stop, due - timedelta(days=3) - second) == "running"
    assert clock_state(due, stop, due - timedelta(days=3)) == "due_soon"
    assert clock_state(due, stop, due - second) == "due_soon"
    assert clock_state(due, stop, due) == "overdue"
    assert clock_state(due, stop, stop - second) == "overdue"
    assert clock_state(due, stop, stop) == "past_stop"
