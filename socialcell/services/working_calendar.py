"""The office hours of config.yaml with the holidays: what counts as working time."""

from dataclasses import dataclass
from datetime import date, timedelta

from socialcell.desk import office_hours
from socialcell.desk.public_holidays import (
    last_listed_year,
    public_holidays,
    unannounced_years,
)
from socialcell.desk.working_time import WorkingTime
from socialcell.services.context import Context


def load(context: Context) -> WorkingTime:
    """The working time of this workspace."""
    return office_hours.from_settings(context.workspace.config.desk)


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which the offices are closed. `status`: announced, fixed, calculated (of
    holidays), or config."""

    day: date
    name: str
    status: str
    source: str


def closed_days(context: Context, year: int | None = None) -> list[ClosedDay]:
    """The closed days of a year (None: all that are listed), in order."""
    desk = context.workspace.config.desk
    days = [
        ClosedDay(holiday.day, holiday.name_en, holiday.status, holiday.source)
        for holiday in public_holidays()
        if holiday.day not in desk.open
    ]
    days += [
        ClosedDay(first + timedelta(days=n), name, "config", "config.yaml")
        for first, last, name in desk.closed
        for n in range((last - first).days + 1)
    ]
    return sorted(
        (day for day in days if year in (None, day.day.year)),
        key=lambda day: (day.day, day.name),
    )


def what_is_not_known() -> str:
    """Which years' holidays are calculated, and from when on none are listed."""
    years = ", ".join(map(str, unannounced_years()))
    return (
        f"Not announced yet, may still move: days marked calculated ({years}). "
        f"After {last_listed_year()} no holiday is listed."
    )
