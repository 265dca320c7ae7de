"""The office hours of the settings with the holidays: what counts as working time."""

from datetime import timedelta
from functools import lru_cache

from socialcell.desk.public_holidays import public_holidays
from socialcell.desk.working_time import Shift, WorkingTime
from socialcell.settings.desk import Desk


@lru_cache(maxsize=8)
def from_settings(desk: Desk) -> WorkingTime:
    """The working time of the settings of the desk."""
    hours = tuple(
        tuple(Shift(start, end) for start, end in shifts)
        for shifts in desk.hours.by_weekday
    )
    holidays = {holiday.day for holiday in public_holidays()} - set(desk.open)
    closures = {
        first + timedelta(days=n)
        for first, last, _name in desk.closed
        for n in range((last - first).days + 1)
    }
    return WorkingTime(hours, frozenset(holidays | closures))
