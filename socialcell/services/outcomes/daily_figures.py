"""The days that are asked for, and the parts that documents of daily figures share."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict

from socialcell.campaigns.outcomes.daily_sums import DayCoverage, Total
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.listening.day_ranges import read_day
from socialcell.services.context import Context

_DAYS = 28


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from the first to the last, both included."""

    since: date
    until: date


class SpanDocument(TypedDict):
    """The days that were asked for, both included."""

    since: date
    until: date


class CoverageDocument(TypedDict):
    """Which days a figure covers; figures from `moving_from` on may be restated."""

    data_through: date | None
    missing_dates: list[date]
    moving_from: date | None


class DatedDocument(TypedDict, total=False):
    """The day of a row; a row of all days together has none."""

    day: date


class TotalDocument(TypedDict):
    """A sum over days, and the number of days without a figure."""

    value: float | None
    days: int
    days_withheld: int
    days_not_reported: int


def requested_days(context: Context, since: str | None, until: str | None) -> DayRange:
    """The days that were asked for: 28 that end today, in Pune, where none are said.

    UsageError for what is no day, or for an end before the beginning.
    """
    now = context.clock.now()
    last = read_day(until, "--until", now) if until else now.astimezone(IST).date()
    first = (
        read_day(since, "--since", now) if since else last - timedelta(days=_DAYS - 1)
    )
    if first > last:
        raise UsageError("outcomes.since_after_until", first=first, last=last)
    return DayRange(first, last)


def total_document(total: Total) -> TotalDocument:
    """A sum as it stands in documents."""
    return {
        "value": as_whole(total.value),
        "days": total.days,
        "days_withheld": total.withheld,
        "days_not_reported": total.not_reported,
    }


def as_whole(number: float | None) -> float | int | None:
    """A count without a fraction as the whole number that it is."""
    if isinstance(number, float) and number.is_integer():
        return int(number)
    return number


def coverage_document(coverage: DayCoverage) -> CoverageDocument:
    """Which days a figure covers, as it stands in documents."""
    return {
        "data_through": coverage.through,
        "missing_dates": list(coverage.missing),
        "moving_from": coverage.moving_from,
    }


def span_document(days: DayRange) -> SpanDocument:
    """The days that were asked for, as they stand in documents."""
    return {"since": days.since, "until": days.until}


def dated(day: date | None) -> DatedDocument:
    """The day of a row as it stands in documents."""
    return {} if day is None else {"day": day}


def require_choice(option: str, choice: str, choices: tuple[str, ...]) -> None:
    """UsageError, with the choices, for what is none of them."""
    if choice not in choices:
        raise UsageError(
            "outcomes.no_such_choice", option=option, choices=choices, choice=choice
        )
