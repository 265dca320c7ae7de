"""Working time against a slow count, minute by minute, over two years."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from socialcell.clock import IST
from socialcell.desk.public_holidays import (
    last_listed_year,
    public_holidays,
    unannounced_years,
)
from socialcell.desk.working_time import Shift, WorkingTime
from socialcell.settings.desk import WeekHours

_FIRST = datetime(2026, 3, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_DAYS = 2 * 365
# Split shifts, a half Saturday, a night that ends with the day and a day that starts
# with one, and a closed Wednesday afternoon.
_HOURS = {
    "mon": ("09:45-13:00", "14:00-18:15"),
    "tue": ("00:00-06:30", "09:45-18:15", "20:00-00:00"),
    "wed": ("09:45-13:00",),
    "thu": ("09:45-13:00", "13:30-16:10", "16:20-18:15"),
    "fri": ("09:45-18:15",),
    "sat": ("10:00-13:00",),
    "sun": (),
}
_CLOSURES = (
    (date(2026, 7, 9), date(2026, 7, 10)),
    (date(2026, 12, 31), date(2027, 1, 11)),
    (date(2027, 5, 5), date(2027, 5, 5)),
)


def office() -> WorkingTime:
    week = WeekHours.model_validate(_HOURS)
    return working_time(week, closed_days())


def closed_days() -> frozenset[date]:
    closures = (
        first + n * timedelta(days=1)
        for first, last in _CLOSURES
        for n in range((last - first).days + 1)
    )
    return frozenset(closures) | {holiday.day for holiday in public_holidays()}


def working_time(week: WeekHours, closed: frozenset[date]) -> WorkingTime:
    return WorkingTime(
        tuple(tuple(Shift(*shift) for shift in day) for day in week.by_weekday), closed
    )


def worked_minutes() -> bytes:
    """For each minute from the first on whether the offices work, by comparing what a
    clock on the wall shows; it knows nothing of the module under test."""
    closed, names = closed_days(), list(_HOURS)
    offset = IST.utcoffset(datetime(2026, 3, 1))
    assert offset is not None
    local = _FIRST.replace(tzinfo=None) + offset
    worked = bytearray()
    for _ in range(_DAYS * 24 * 60):
        wall = f"{local.hour:02}:{local.minute:02}"
        shifts = _HOURS[names[local.weekday()]]
        worked.append(
            local.date() not in closed
            and any(shift[:5] <= wall < _end(shift) for shift in shifts)
        )
        local += _MINUTE
    return bytes(worked)


def _end(shift: str) -> str:
    """When a shift ends; at midnight after whatever a clock shows on its day."""
    return "24:00" if shift.endswith("00:00") else shift[6:]


@pytest.mark.parametrize("spans", [300, pytest.param(10_000, marks=pytest.mark.faults)])
def test_working_time_agrees_with_a_count_minute_by_minute(spans: int) -> None:
    office_hours, worked = office(), worked_minutes()
    random_spans = random.Random(20261129)
    for _ in range(spans):
        longest = random_spans.choice([90, 3_000, 20_000, len(worked)])
        begin = random_spans.randrange(len(worked))
        end = min(begin + random_spans.randrange(longest), len(worked) - 1)
        start, stop = _FIRST + begin * _MINUTE, _FIRST + end * _MINUTE
        count = worked.count(1, begin, end)

        assert office_hours.between(start, stop) == count * _MINUTE
        assert office_hours.between(stop, start) == -count * _MINUTE
        if count:
            due = worked[:end].rindex(1) + 1  # the end of the last minute that counts
            assert office_hours.add(start, count * _MINUTE) == _FIRST + due * _MINUTE


def test_what_is_added_is_what_is_counted_to_the_microsecond() -> None:
    office_hours = office()
    start = datetime(2026, 9, 11, 12, 44, 59, 999_999, tzinfo=UTC)
    span = timedelta(hours=31, minutes=7, microseconds=3)

    due = office_hours.add(start, span)

    assert office_hours.between(start, due) == span
    assert due.tzinfo is UTC
    assert office_hours.add(start, timedelta()) == start


def test_the_end_of_a_day_is_due_on_that_day_and_not_at_the_next_ones_begin() -> None:
    office_hours = working_time(WeekHours(), frozenset())
    monday = datetime(2026, 11, 23, 9, 45, tzinfo=IST)

    due = office_hours.add(monday, office_hours.day)

    assert due == datetime(2026, 11, 23, 18, 15, tzinfo=IST)
    assert office_hours.is_open(due - _MINUTE)
    assert not office_hours.is_open(due)
    # Four hours of Friday 17:15 reach over the week's end.
    friday = datetime(2026, 11, 27, 17, 15, tzinfo=IST)
    expected = datetime(2026, 11, 30, 12, 45, tzinfo=IST)
    assert office_hours.add(friday, timedelta(hours=4)) == expected


@pytest.mark.parametrize(
    "hours",
    [
        ((Shift(0, 60),),) * 6,
        ((),) * 7,
        ((Shift(60, 60),),) * 7,
        ((Shift(0, 1441),),) * 7,
        ((Shift(0, 60), Shift(60, 90)),) * 7,
    ],
)
def test_hours_that_are_no_week_are_refused(hours: tuple[tuple[Shift, ...]]) -> None:
    with pytest.raises(ValueError, match="shift"):
        WorkingTime(hours)


def test_no_time_is_taken_away() -> None:
    with pytest.raises(ValueError, match="forward"):
        office().add(_FIRST, -_MINUTE)


def test_holidays_say_which_are_announced() -> None:
    of_2026 = [day for day in public_holidays() if day.day.year == 2026]

    assert {day.status for day in of_2026} == {"announced"}
    # The list of 24, two of which fall on one day twice, and Bhaubeej.
    names = [name for day in of_2026 for name in day.name_en.split("; ")]
    assert len(names) == 25
    assert date(2026, 5, 28) in {day.day for day in of_2026}
    assert unannounced_years() == [2027, 2028]
    assert last_listed_year() == 2028
    days = [day.day for day in public_holidays()]
    assert days == sorted(set(days))
    assert all(day.source and day.name_mr and day.name_hi for day in public_holidays())
