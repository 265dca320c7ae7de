"""Days without tags: public holidays, days of the city, elections, blackouts."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.metadata import version

import holidays

from socialcell.campaigns.planning.calendar_problem import (
    CalendarRule,
    ClosedDays,
    span,
)
from socialcell.errors import UsageError

_COUNTRY, _STATE = "IN", "MH"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day with its names and their source; of a calculated day that is not announced
    yet, the source begins with `unverified`."""

    day: date
    name_en: str
    name_mr: str
    name_hi: str
    source: str

    @property
    def about(self) -> str:
        is_calculated = self.source.startswith("unverified")
        return f"{self.name_en} (unverified)" if is_calculated else self.name_en

    def name_in(self, code: str) -> str:
        """Its name in a language: mr, hi or en."""
        return {"mr": self.name_mr, "hi": self.name_hi}.get(code, self.name_en)


def special_days(first: date, last: date) -> list[SpecialDay]:
    """Public holidays of Maharashtra and the city's days of data/days.csv, in order."""
    years = range(first.year, last.year + 1)
    days = [
        special
        for special in [*_holidays(years), *_city_days(years)]
        if first <= special.day
    ]
    return sorted((special for special in days if special.day <= last), key=_by_day)


def election_on(
    day: date, elections: Iterable[tuple[date, date]]
) -> tuple[date, date] | None:
    """The window that a day is in, first and last day; None: no election is on."""
    return next((window for window in elections if window[0] <= day <= window[1]), None)


def closed_days(
    days: Sequence[date],
    *,
    open_on: Iterable[date] = (),
    blackout: Iterable[date] = (),
    elections: Iterable[tuple[date, date]] = (),
    own: Iterable[tuple[date, date, str]] = (),
    switch: str = "normal",
) -> list[ClosedDays]:
    """The days of a plan on which nobody is tagged, each with its reason.

    `own` are days that the workspace adds to the special ones: first, last, name.
    `open_on` are special days on which tags are welcome all the same; an election or a
    blackout is never opened. When the `switch` says election, every day is closed that
    no window of `elections` which has begun tells the end of.
    """
    open_days = set(open_on)
    within = frozenset(days)
    named = [
        (special.day, special.about) for special in special_days(days[0], days[-1])
    ]
    named += [(day, name) for first, last, name in own for day in span(first, last)]
    closed = [
        ClosedDays(CalendarRule("festival", f"{day} {name}"), frozenset({day}))
        for day, name in sorted(named)
        if day in within - open_days
    ]
    barred = within & set(blackout)
    closed += [
        ClosedDays(CalendarRule("blackout", f"{day}"), frozenset({day}))
        for day in sorted(barred)
    ]
    windows = sorted(elections)
    if switch == "election" and not any(first <= days[0] for first, _ in windows):
        windows.append((days[0], days[-1]))
    for first, last in windows:
        if last < first:
            raise UsageError("plans.election_order", first=first, last=last)
        if election_days := within & set(span(first, last)):
            closed.append(
                ClosedDays(CalendarRule("election", f"{first}/{last}"), election_days)
            )
    return closed


@cache
def _holidays(years: range) -> tuple[SpecialDay, ...]:
    names = {
        lang: holidays.country_holidays(
            _COUNTRY, subdiv=_STATE, years=years, language=code
        )
        for lang, code in (("en", "en_IN"), ("mr", "mr"), ("hi", "hi"))
    }
    return tuple(
        SpecialDay(
            day,
            "; ".join(names["en"].get_list(day)),
            "; ".join(names["mr"].get_list(day)),
            "; ".join(names["hi"].get_list(day)),
            f"package holidays {version('holidays')}: {_COUNTRY}, {_STATE}",
        )
        for day in names["en"]
    )


def _city_days(years: Iterable[int]) -> list[SpecialDay]:
    return [
        SpecialDay(day, row["name_en"], row["name_mr"], row["name_hi"], row["source"])
        for row in _city_day_rows()
        for first, last in _spans(row["first"], row["last"], years)
        for day in span(first, last)
    ]


def _spans(first: str, last: str, years: Iterable[int]) -> list[tuple[date, date]]:
    """Month and day come every year; a whole date comes once."""
    if len(first) > len("12-06"):
        return [(date.fromisoformat(first), date.fromisoformat(last))]
    return [
        (date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}"))
        for year in years
    ]


@cache
def _city_day_rows() -> tuple[dict[str, str], ...]:
    place = resources.files("socialcell.campaigns") / "data" / "days.csv"
    return tuple(csv.DictReader(place.read_text(encoding="utf-8").splitlines()))


def _by_day(special: SpecialDay) -> tuple[date, str]:
    return special.day, special.name_en
