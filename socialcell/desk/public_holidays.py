"""Public holidays of the state, by day, from data/holidays.csv."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal, cast


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day on which the corporation's offices are closed, with its names and source.

    `status`: announced by the state; fixed (the same day every year); or calculated:
    not announced yet, and may move by a day.
    """

    day: date
    name_en: str
    name_mr: str
    name_hi: str
    status: Literal["announced", "fixed", "calculated"]
    source: str


@cache
def public_holidays() -> tuple[PublicHoliday, ...]:
    """All that are listed, by day."""
    place = resources.files("socialcell.desk") / "data" / "holidays.csv"
    rows = csv.DictReader(place.read_text(encoding="utf-8").splitlines())
    return tuple(
        PublicHoliday(
            day=date.fromisoformat(row["day"]),
            name_en=row["name_en"],
            name_mr=row["name_mr"],
            name_hi=row["name_hi"],
            status=cast(Literal["announced", "fixed", "calculated"], row["status"]),
            source=row["source"],
        )
        for row in rows
    )


def last_listed_year() -> int:
    """The last year of which holidays are listed; none is known after it."""
    return public_holidays()[-1].day.year


def unannounced_years() -> list[int]:
    """Years whose list the state has not announced yet: some of its days may move."""
    return sorted(
        {
            holiday.day.year
            for holiday in public_holidays()
            if holiday.status == "calculated"
        }
    )
