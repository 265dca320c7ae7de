"""Search results of a site for a span of days, with the queries that Google omits.

Queries that few people ask are left out of the rows by query: totals come from the
days, and the difference is shown. Positions are means weighted by impressions.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from socialcell.campaigns.outcomes.daily_sums import (
    DayCoverage,
    Total,
    day_coverage,
    ratio,
    total,
    weighted_mean,
)
from socialcell.campaigns.outcomes.figures_model import SearchDay


@dataclass(frozen=True, slots=True)
class SearchLine:
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
class SiteFigures:
    """A site's totals, the part without a named query, and the days covered.

    `unnamed` is None where totals or rows of the same days are not held.
    """

    totals: SearchLine | None
    unnamed_clicks: float | None
    unnamed_impressions: float | None
    covered: DayCoverage
    final_through: date | None


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """The lines of a query, most clicks first, and each site as a whole."""

    lines: tuple[SearchLine, ...]
    sites: dict[str, SiteFigures]


def search_figures(
    rows: Iterable[SearchDay], since: date, *, by: str, daily: bool
) -> SearchFigures:
    """Figures by `query`, `page` or `total`, most clicks first."""
    sites: dict[str, list[SearchDay]] = defaultdict(list)
    for row in rows:
        sites[row.site].append(row)
    lines = [
        line for site_rows in sites.values() for line in _lines(site_rows, by, daily)
    ]
    lines.sort(key=_rank)
    site_figures = {
        name: _site(site_rows, by, since) for name, site_rows in sorted(sites.items())
    }
    return SearchFigures(tuple(lines), site_figures)


def _rank(line: SearchLine) -> tuple[date, float, str]:
    """Sort key: by day, most clicks first."""
    return line.day or date.min, -(line.clicks.value or 0), line.key


def _lines(rows: Sequence[SearchDay], by: str, daily: bool) -> list[SearchLine]:
    groups: dict[tuple[str, date | None], list[SearchDay]] = defaultdict(list)
    for row in rows:
        if row.dimension == by:
            groups[row.value, row.day if daily else None].append(row)
    return [_line(days, day) for (_value, day), days in groups.items()]


def _line(days: Sequence[SearchDay], day: date | None) -> SearchLine:
    return SearchLine(
        days[0].site,
        days[0].value,
        day,
        total(row.clicks for row in days),
        total(row.impressions for row in days),
        weighted_mean([(row.position, row.impressions) for row in days]),
    )


def _site(rows: Sequence[SearchDay], by: str, since: date) -> SiteFigures:
    whole = [row for row in rows if row.dimension == "total"]
    named = [row for row in rows if row.dimension == by != "total"]
    both = {row.day for row in whole} & {row.day for row in named}
    days = [row.day for row in whole or named or rows]
    final = [row.day for row in whole or rows if row.final]
    moving = [row.day for row in whole or rows if not row.final]
    covered = replace(
        day_coverage(days, since, 0), moving_from=min(moving, default=None)
    )
    return SiteFigures(
        _line(whole, None) if whole else None,
        _difference([r for r in whole if r.day in both], named, both, "clicks"),
        _difference([r for r in whole if r.day in both], named, both, "impressions"),
        covered,
        max(final, default=None),
    )


def _difference(
    whole: Sequence[SearchDay], named: Sequence[SearchDay], both: set[date], name: str
) -> float | None:
    """The totals of days less the rows of the same days."""
    day_total = total(getattr(row, name) for row in whole).value
    if day_total is None:
        return None
    named_total = (
        total(getattr(row, name) for row in named if row.day in both).value or 0
    )
    return day_total - named_total
