"""Search results of a site for a span of days, and what Google does not name.

Queries that few people ask are left out of the rows by query: totals come from the
days, and the difference is shown. Positions are means weighted by impressions.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from socialcell.campaigns.outcomes.daily_sums import (
    Coverage,
    Total,
    coverage,
    ratio,
    total,
    weighted_mean,
)
from socialcell.campaigns.outcomes.figures_model import SearchDay


@dataclass(frozen=True, slots=True)
class Line:
    """A query, a page, or a site as a whole (`key` is "")."""

    site: str
    key: str
    day: date | None
    clicks: Total
    impressions: Total
    position: float | None

    @property
    def rate(self) -> float | None:
        """Clicks by impressions, of the sums."""
        return ratio(self.clicks.value, self.impressions.value)


@dataclass(frozen=True, slots=True)
class Site:
    """A site's totals, what its rows leave unnamed, and what is covered.

    `unnamed` is None where totals or rows of the same days are not held.
    """

    totals: Line | None
    unnamed_clicks: float | None
    unnamed_impressions: float | None
    covered: Coverage
    final_through: date | None


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for: lines by clicks, and each site as a whole."""

    lines: tuple[Line, ...]
    sites: dict[str, Site]


def search(rows: Iterable[SearchDay], since: date, *, by: str, daily: bool) -> Search:
    """Figures by `query`, `page` or `total`, most clicks first."""
    sites: dict[str, list[SearchDay]] = defaultdict(list)
    for row in rows:
        sites[row.site].append(row)
    lines = [line for held in sites.values() for line in _lines(held, by, daily)]
    lines.sort(key=lambda one: (one.day or date.min, -(one.clicks.value or 0), one.key))
    told = {name: _site(held, by, since) for name, held in sorted(sites.items())}
    return Search(tuple(lines), told)


def _lines(rows: Sequence[SearchDay], by: str, daily: bool) -> list[Line]:
    groups: dict[tuple[str, date | None], list[SearchDay]] = defaultdict(list)
    for row in rows:
        if row.dimension == by:
            groups[row.value, row.day if daily else None].append(row)
    return [_line(days, day) for (_value, day), days in groups.items()]


def _line(days: Sequence[SearchDay], day: date | None) -> Line:
    return Line(
        days[0].site,
        days[0].value,
        day,
        total(row.clicks for row in days),
        total(row.impressions for row in days),
        weighted_mean([(row.position, row.impressions) for row in days]),
    )


def _site(rows: Sequence[SearchDay], by: str, since: date) -> Site:
    whole = [row for row in rows if row.dimension == "total"]
    named = [row for row in rows if row.dimension == by != "total"]
    both = {row.day for row in whole} & {row.day for row in named}
    days = [row.day for row in whole or named or rows]
    final = [row.day for row in whole or rows if row.final]
    moving = [row.day for row in whole or rows if not row.final]
    covered = replace(coverage(days, since, 0), moving_from=min(moving, default=None))
    return Site(
        _line(whole, None) if whole else None,
        _difference([r for r in whole if r.day in both], named, both, "clicks"),
        _difference([r for r in whole if r.day in both], named, both, "impressions"),
        covered,
        max(final, default=None),
    )


def _difference(
    whole: Sequence[SearchDay], named: Sequence[SearchDay], both: set[date], name: str
) -> float | None:
    """What the totals of days count beyond the rows of the same days."""
    all_of_it = total(getattr(row, name) for row in whole).value
    if all_of_it is None:
        return None
    told = total(getattr(row, name) for row in named if row.day in both).value or 0
    return all_of_it - told
