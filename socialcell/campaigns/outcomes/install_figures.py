"""Figures of app stores for a span of days, by one cut, each definition by itself."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from socialcell.campaigns.outcomes.daily_sums import (
    DayCoverage,
    Total,
    day_coverage,
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
class StoreSeries:
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
    def withholds(self) -> bool:
        """Whether the store leaves out small numbers in it."""
        return "Detailed" in self.definition or bool(_FOLDED & set(self.cuts))

    @property
    def kind(self) -> MetricKind | None:
        """Flow, stock or people of a day; None: not known, and so never added up."""
        return store_metric_kind(self.store, self.metric, self.definition)


@dataclass(frozen=True, slots=True)
class InstallLine:
    """A figure of a group of a series: for its days together, or for one of them.

    `as_of` is the day of the figure where days are not added up: the last one known.
    """

    series: StoreSeries
    group: str | None
    day: date | None
    total: Total
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class ListingRate:
    """Acquisitions of a listing over its visitors, from sums."""

    series: StoreSeries
    group: str | None
    rate: float | None


@dataclass(frozen=True, slots=True)
class InstallFigures:
    """The lines and rates of a query, and the days that each series covers."""

    lines: tuple[InstallLine, ...]
    rates: tuple[ListingRate, ...]
    covered: dict[StoreSeries, DayCoverage]


def install_figures(
    rows: Iterable[StoreDay], since: date, *, by: str | None, daily: bool
) -> InstallFigures:
    """Figures of store days, summed over all cuts but `by`.

    Flows are summed over the days as well; of a stock it is the last value.
    Without `by` the totals of a definition are taken, or the coarsest partition it
    has. A group without a row on a day that the series covers is withheld where the
    store keeps small numbers back, and not reported elsewhere.
    """
    series = partitions(rows, by)
    lines: list[InstallLine] = []
    for store_series, days in series.items():
        lines += _lines(store_series, days, by, daily)
    return InstallFigures(
        tuple(lines),
        tuple(_rates(lines)),
        {
            store_series: _series_coverage(store_series, days, since)
            for store_series, days in series.items()
        },
    )


def partitions(
    rows: Iterable[StoreDay], by: str | None
) -> dict[StoreSeries, list[StoreDay]]:
    """The rows of each definition in one of its partitions, that has the cut `by`:
    rows of two partitions count the same people twice."""
    rows_by_series: dict[StoreSeries, list[StoreDay]] = defaultdict(list)
    for row in rows:
        store_series = StoreSeries(
            row.store, row.app, row.metric, row.definition, row.dimension, row.zone
        )
        if by is None or by in store_series.cuts:
            rows_by_series[store_series].append(row)
    coarsest: dict[tuple[str, str, str], StoreSeries] = {}
    for store_series in sorted(
        rows_by_series, key=lambda s: (len(s.cuts), s.dimension)
    ):
        coarsest.setdefault(
            (store_series.store, store_series.app, store_series.definition),
            store_series,
        )
    chosen = sorted(coarsest.values(), key=lambda s: (s.store, s.app, s.definition))
    return {store_series: rows_by_series[store_series] for store_series in chosen}


def _lines(
    series: StoreSeries, rows: Sequence[StoreDay], by: str | None, daily: bool
) -> list[InstallLine]:
    days = sorted({row.day for row in rows})
    groups: dict[str | None, dict[date, list[StoreDay]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        groups[_group(series, row, by)][row.day].append(row)
    lines = []
    for group in sorted(groups, key=lambda name: name or ""):
        each = {day: _day_total(groups[group].get(day, []), series) for day in days}
        if daily:
            lines += [InstallLine(series, group, day, each[day]) for day in days]
        else:
            lines.append(_span_line(series, group, each))
    return lines


def _span_line(
    series: StoreSeries, group: str | None, days: dict[date, Total]
) -> InstallLine:
    together = _sum_days(days.values())
    if series.kind is MetricKind.FLOW:
        return InstallLine(series, group, None, together)
    as_of, newest = last_value(
        (day, day_total.value) for day, day_total in days.items()
    )
    return InstallLine(series, group, None, replace(together, value=newest), as_of)


def _group(series: StoreSeries, row: StoreDay, by: str | None) -> str | None:
    if by is None:
        return None
    if len(series.cuts) == 1:
        return row.cut
    return str(json.loads(row.cut)[series.cuts.index(by)])


def _day_total(rows: Sequence[StoreDay], series: StoreSeries) -> Total:
    """One day: its figure, or why there is none."""
    if not rows:
        withholds = series.withholds
        return Total(None, 1, withheld=int(withholds), not_reported=int(not withholds))
    reported = [row.value for row in rows if row.value is not None]
    is_withheld = any(row.withheld for row in rows)
    return Total(
        value=sum(reported) if reported else None,
        days=1,
        withheld=int(is_withheld),
        not_reported=int(not is_withheld and len(reported) < len(rows)),
    )


def _sum_days(days: Iterable[Total]) -> Total:
    each = list(days)
    return Total(
        total(day.value for day in each).value,
        len(each),
        sum(day.withheld for day in each),
        sum(day.not_reported for day in each),
    )


def _rates(lines: Sequence[InstallLine]) -> Iterable[ListingRate]:
    """Rates of the store's page, where both sides of one partition are held."""
    acquisitions, visits = _LISTING
    visitors = {
        (line.series.app, line.series.dimension, line.group, line.day): line.total.value
        for line in lines
        if line.series.definition == visits
    }
    for line in lines:
        key = (line.series.app, line.series.dimension, line.group, line.day)
        if (
            line.series.definition == acquisitions
            and line.day is None
            and key in visitors
        ):
            yield ListingRate(
                line.series, line.group, ratio(line.total.value, visitors[key])
            )


def _series_coverage(
    series: StoreSeries, rows: Sequence[StoreDay], since: date
) -> DayCoverage:
    moves = next(
        (days for start, days in _MOVES if series.definition.startswith(start)),
        _PLAY_MOVES,
    )
    return day_coverage((row.day for row in rows), since, moves)
