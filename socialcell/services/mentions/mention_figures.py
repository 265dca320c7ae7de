"""Figures of mentions: how many there were by day, topic, ward …, with coverage."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias, TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST, as_utc, local_iso
from socialcell.errors import UsageError
from socialcell.listening import coverage
from socialcell.listening.store import areas
from socialcell.listening.store.mentions import filtered_counts
from socialcell.listening.store.mentions.mention_counts import HOUR, Cells, TimeSpan
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.pages.source_history import watches
from socialcell.roles import ALL, WARD
from socialcell.services.context import Context

LONGEST = 92
"""Days that figures are of, at most."""

_USUAL = timedelta(days=7)
CoveredHours: TypeAlias = Mapping[str, frozenset[int]]
"""platform → hours of the span that all its sources covered."""


class FigureDimension(StrEnum):
    """By what mentions are counted."""

    DAY = "day"
    PLATFORM = "platform"
    TOPIC = "topic"
    WARD = "ward"
    OWNER = "owner"
    SENTIMENT = "sentiment"
    INTENT = "intent"
    URGENCY = "urgency"
    LANGUAGE = "language"


class HourCoverage(TypedDict):
    """Platform-hours: covered, of those due."""

    covered: int
    due: int


class CountedFigure(TypedDict):
    """A count; None, not 0, where nothing was counted and no hour was covered."""

    n: int | None
    coverage: HourCoverage


class ValueFigure(CountedFigure):
    """The count of one value: a day, or the id of a topic, ward …"""

    id: str


class PlatformHourCoverage(HourCoverage):
    """The hours of one platform."""

    id: str


class FigureCoverage(HourCoverage):
    """The platform-hours of all platforms; `not_watched` are those with mentions that
    no source watches, whose coverage nobody knows."""

    unit: str
    platforms: list[PlatformHourCoverage]
    not_watched: list[str]


FigureDocument = TypedDict(
    "FigureDocument",
    {
        "by": str,
        "from": str,
        "to": str,
        "place": str,
        "unit": str,
        "total": CountedFigure,
        "figures": list[ValueFigure],
        "without": int | None,
        "coverage": FigureCoverage,
    },
)
"""Figures as plain JSON. The counts of values may come to more than the total, as a
mention may have several topics and wards; `without` are mentions that have none."""


@dataclass(frozen=True)
class _SpanCounting:
    """The span that is counted, its hours that were collected, and how to count."""

    session: Session
    span: TimeSpan
    request: MentionFilter
    covered: CoveredHours

    def figure(
        self,
        cells: Cells,
        hours: Collection[int] | None = None,
        platform: str | None = None,
    ) -> CountedFigure:
        """What cells come to within some hours, with the coverage of all platforms or
        of one."""
        within = frozenset(range(self.span.hours) if hours is None else hours)
        platforms = [
            own & within
            for name, own in self.covered.items()
            if platform in (None, name)
        ]
        n = sum(count for (_name, hour), count in cells.items() if hour in within)
        covered = sum(map(len, platforms))
        return {
            "n": n if n or covered else None,
            "coverage": {"covered": covered, "due": len(within) * len(platforms)},
        }

    def value_figure(self, id_: str, cells: Cells) -> ValueFigure:
        return {"id": id_, **self.figure(cells)}


def count_figures(
    context: Context, request: MentionFilter, by: FigureDimension, place: str = ALL
) -> FigureDocument:
    """Counts of the mentions of a request in whole hours that are over; of a ward
    office or department as `place` of its own alone.

    Without `since` they are those of the seven days before `until`, which is the last
    full hour where it is not given or later. UsageError: no hour lies between the two,
    or more than `LONGEST` days.
    """
    span = _span(request, context.clock.now())
    places = None if place == ALL else (place,)
    bare = replace(request, since=None, until=None, places=places)
    with db.reading(context.engine) as session:
        covered = coverage.covered_hours(
            watches(session, span.start, span.end), span.start, span.hours
        )
        counting = _SpanCounting(session, span, bare, covered)
        cells = filtered_counts.by_hour(session, span, bare)
        figures, without = _COUNTS[by](counting, cells, by)
    return {
        "by": by.value,
        "from": local_iso(span.start),
        "to": local_iso(span.end),
        "place": place,
        "unit": "mentions",
        "total": counting.figure(cells),
        "figures": figures,
        "without": without if cells or any(covered.values()) else None,
        "coverage": _coverage(counting, cells),
    }


def _span(request: MentionFilter, now: datetime) -> TimeSpan:
    """Whole hours of Pune's clock, which begin at half past of UTC's."""
    last = _full_hour(now)
    end = last
    if request.until is not None and request.until < last:
        end = _full_hour(request.until + HOUR - timedelta(microseconds=1))
    start = end - _USUAL if request.since is None else _full_hour(request.since)
    if start >= end:
        raise UsageError("mentions.no_hour")
    if end - start > timedelta(days=LONGEST):
        raise UsageError("mentions.long_span", days=LONGEST)
    return TimeSpan(start, end)


def _full_hour(moment: datetime) -> datetime:
    local = moment.astimezone(IST)
    return as_utc(local.replace(minute=0, second=0, microsecond=0))


_Counts: TypeAlias = tuple[list[ValueFigure], int]


def _count_days(counting: _SpanCounting, cells: Cells, _by: FigureDimension) -> _Counts:
    hours_by_day: dict[date, list[int]] = {}
    for hour in range(counting.span.hours):
        begin = (counting.span.start + hour * HOUR).astimezone(IST)
        hours_by_day.setdefault(begin.date(), []).append(hour)
    days: list[ValueFigure] = [
        {"id": day.isoformat(), **counting.figure(cells, hours)}
        for day, hours in hours_by_day.items()
    ]
    return days, 0


def _count_platforms(
    counting: _SpanCounting, cells: Cells, _by: FigureDimension
) -> _Counts:
    names = {name for name, _hour in cells} | set(counting.covered)
    platforms: list[ValueFigure] = [
        {
            "id": name,
            **counting.figure(
                {key: n for key, n in cells.items() if key[0] == name}, platform=name
            ),
        }
        for name in names
    ]
    return sorted(platforms, key=_largest_first), 0


def _count_column(
    counting: _SpanCounting, cells: Cells, by: FigureDimension
) -> _Counts:
    counts = filtered_counts.by_column(
        counting.session, counting.span, counting.request, by.value
    )
    having = sum(sum(own.values()) for own in counts.values())
    figures = [counting.value_figure(id_, own) for id_, own in counts.items()]
    return sorted(figures, key=_largest_first), sum(cells.values()) - having


def _count_topics(
    counting: _SpanCounting, _cells: Cells, by: FigureDimension
) -> _Counts:
    counts = filtered_counts.by_annotation(
        counting.session, counting.span, counting.request, by.value
    )
    figures = [counting.value_figure(id_, own) for id_, own in counts.items()]
    return sorted(figures, key=_largest_first), _without(counting, by)


def _count_wards(
    counting: _SpanCounting, _cells: Cells, by: FigureDimension
) -> _Counts:
    """Every ward office of the last day, also without a mention; of a ward office that
    asks for its own mentions that one alone, though they may name others too."""
    counts = filtered_counts.by_annotation(
        counting.session, counting.span, counting.request, by.value
    )
    day = (counting.span.end - HOUR).astimezone(IST).date()
    wards = {
        area.id
        for area in areas.areas_on(counting.session, day)
        if area.kind == "ward_office"
    }
    own = counting.request.places or ()
    own_wards = {place for place in own if place.startswith(WARD)}
    ids = own_wards or wards | set(counts)
    figures = [counting.value_figure(id_, counts.get(id_, {})) for id_ in ids]
    return sorted(figures, key=_largest_first), _without(counting, by)


def _without(counting: _SpanCounting, by: FigureDimension) -> int:
    return filtered_counts.without_annotation(
        counting.session, counting.span, counting.request, by.value
    )


_COUNTS: dict[
    FigureDimension, Callable[[_SpanCounting, Cells, FigureDimension], _Counts]
] = {
    **dict.fromkeys(FigureDimension, _count_column),
    FigureDimension.DAY: _count_days,
    FigureDimension.PLATFORM: _count_platforms,
    FigureDimension.TOPIC: _count_topics,
    FigureDimension.WARD: _count_wards,
}


def _coverage(counting: _SpanCounting, cells: Cells) -> FigureCoverage:
    hours = counting.span.hours
    return {
        "unit": "platform-hours",
        "covered": sum(map(len, counting.covered.values())),
        "due": hours * len(counting.covered),
        "platforms": [
            {"id": name, "covered": len(own), "due": hours}
            for name, own in sorted(counting.covered.items())
        ],
        "not_watched": sorted({name for name, _hour in cells} - set(counting.covered)),
    }


def _largest_first(figure: ValueFigure) -> tuple[int, str]:
    return -(figure["n"] or 0), figure["id"]
