"""Festivals in which the whole city writes more than usual, for days on end."""

from datetime import date, timedelta
from functools import cache

_COUNTRY, _STATE, _LANGUAGE = "IN", "MH", "en_IN"
# The holiday that a festival goes with, and the days before and after it.
_FESTIVALS = (("Ganesh Chaturthi", 0, 10), ("Diwali (Deepavali)", 2, 3))


class CityFestivals:
    """The days of Ganeshotsav and Diwali, as a container of dates.

    Both go with a public holiday of Maharashtra as the package `holidays` has it:
    Ganeshotsav lasts eleven days from Ganesh Chaturthi on, Diwali from two days before
    Lakshmi Puja to three after it.
    """

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _days(day.year)


@cache
def _days(year: int) -> frozenset[date]:
    import holidays  # megabytes that an import of posts does not need

    public = holidays.country_holidays(
        _COUNTRY, subdiv=_STATE, years=year, language=_LANGUAGE
    )
    return frozenset(
        holiday + timedelta(days=day)
        for name, before, after in _FESTIVALS
        for holiday in public.get_named(name, lookup="icontains")
        for day in range(-before, after + 1)
    )
