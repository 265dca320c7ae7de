"""App stores' figures for a span of days, by one cut, each definition by itself."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from socialcell.campaigns.outcomes.daily_sums import (
    Coverage,
    Total,
    coverage,
    last_value,
    ratio,
    total,
)
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.connectors.metric_kinds import MetricKind, store_metric_kind

# Days in which a store still changes what it reported, by the start of a definition.
_MOVES = (
    ("App Downloads", 2),
    ("App Store Discovery", 3),
    ("App Store Installation", 5),
    ("Sales and Trends", 1),
)
_PLAY_MOVES = 6
# Cuts by which a store folds small numbers into "Other", or leaves them out.
_FOLDED = frozenset({"search_term", "utm_source", "utm_campaign"})
_LISTING = ("Store listing acquisitions", "Store listing visitors")


@dataclass(frozen=True, slots=True)
class Series:
    """One definition of an app, and the partition of it that is summed."""

    store: str
    app: str
    metric: str
    definition: str
    dimension: str
    zone: str

    @property
    def cuts(self) -> tuple[str, ...]:
        return () if self.dimension == "total" else tuple(self.dimension.split(","))

    @property
    def keeps_back(self) -> bool:
        """Whether small numbers have no row of their own in it."""
        return "Detailed" in self.definition or bool(_FOLDED & set(self.cuts))

    @property
    def kind(self) -> MetricKind | None:
        """Flow, stock or people of a day; None: not known, and so never added up."""
        return store_metric_kind(self.store, self.metric, self.definition)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a group of a series: for its days together, or for one of them.

    `as_of` is the day of the figure where days are not added up: the last one known.
    """

    series: Series
    group: str | None
    day: date | None
    total: Total
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """Acquisitions of a listing over its visitors, from sums."""

    series: Series
    group: str | None
    rate: float | None


@dataclass(frozen=True, slots=True)
class Installs:
    """What was asked for: lines, rates, and what each series covers."""

    lines: tuple[Line, ...]
    rates: tuple[Rate, ...]
    covered: dict[Series, Coverage]


def installs(
    rows: Iterable[StoreDay], since: date, *, by: str | None, daily: bool
) -> Installs:
    """Figures of store days, summed over all cuts but `by`.

    Flows are summed over the days as well; of a stock it is the last value.
    Without `by` the totals of a definition are taken, or the coarsest partition it
    has. A group without a row on a day that the series covers is withheld where the
    store keeps small numbers back, and not reported elsewhere.
    """
    series = partitions(rows, by)
    lines: list[Line] = []
    for one, days in series.items():
        lines += _lines(one, days, by, daily)
    return Installs(
        tuple(lines),
        tuple(_rates(lines)),
        {one: _covered(one, days, since) for one, days in series.items()},
    )


def partitions(
    rows: Iterable[StoreDay], by: str | None
) -> dict[Series, list[StoreDay]]:
    """The rows of each definition in one of its partitions, that has the cut `by`:
    rows of two partitions count the same people twice."""
    found: dict[Series, list[StoreDay]] = defaultdict(list)
    for row in rows:
        one = Series(
            row.store, row.app, row.metric, row.definition, row.dimension, row.zone
        )
        if by is None or by in one.cuts:
            found[one].append(row)
    coarsest: dict[tuple[str, str, str], Series] = {}
    for one in sorted(found, key=lambda s: (len(s.cuts), s.dimension)):
        coarsest.setdefault((one.store, one.app, one.definition), one)
    chosen = sorted(coarsest.values(), key=lambda s: (s.store, s.app, s.definition))
    return {one: found[one] for one in chosen}


def _lines(
    series: Series, rows: Sequence[StoreDay], by: str | None, daily: bool
) -> list[Line]:
    days = sorted({row.day for row in rows})
    groups: dict[str | None, dict[date, list[StoreDay]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        groups[_group(series, row, by)][row.day].append(row)
    lines = []
    for group in sorted(groups, key=lambda name: name or ""):
        each = {day: _of_day(groups[group].get(day, []), series) for day in days}
        if daily:
            lines += [Line(series, group, day, each[day]) for day in days]
        else:
            lines.append(_span_line(series, group, each))
    return lines


def _span_line(series: Series, group: str | None, days: dict[date, Total]) -> Line:
    together = _together(days.values())
    if series.kind is MetricKind.FLOW:
        return Line(series, group, None, together)
    as_of, value = last_value((day, found.value) for day, found in days.items())
    return Line(series, group, None, replace(together, value=value), as_of)


def _group(series: Series, row: StoreDay, by: str | None) -> str | None:
    if by is None:
        return None
    if len(series.cuts) == 1:
        return row.cut
    return str(json.loads(row.cut)[series.cuts.index(by)])


def _of_day(rows: Sequence[StoreDay], series: Series) -> Total:
    """One day: its figure, or why there is none."""
    if not rows:
        keeps = series.keeps_back
        return Total(None, 1, withheld=int(keeps), not_reported=int(not keeps))
    known = [row.value for row in rows if row.value is not None]
    kept = any(row.withheld for row in rows)
    return Total(
        value=sum(known) if known else None,
        days=1,
        withheld=int(kept),
        not_reported=int(not kept and len(known) < len(rows)),
    )


def _together(days: Iterable[Total]) -> Total:
    each = list(days)
    return Total(
        total(day.value for day in each).value,
        len(each),
        sum(day.withheld for day in each),
        sum(day.not_reported for day in each),
    )


def _rates(lines: Sequence[Line]) -> Iterable[Rate]:
    """Rates of the store's page, where both sides of one partition are held."""
    acquired, visited = _LISTING
    visitors = {
        (line.series.app, line.series.dimension, line.group, line.day): line.total.value
        for line in lines
        if line.series.definition == visited
    }
    for line in lines:
        key = (line.series.app, line.series.dimension, line.group, line.day)
        if line.series.definition == acquired and line.day is None and key in visitors:
            yield Rate(line.series, line.group, ratio(line.total.value, visitors[key]))


def _covered(series: Series, rows: Sequence[StoreDay], since: date) -> Coverage:
    moves = next(
        (days for start, days in _MOVES if series.definition.startswith(start)),
        _PLAY_MOVES,
    )
    return coverage((row.day for row in rows), since, moves)
