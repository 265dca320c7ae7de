"""Daily figures of search results as documents, by query or page."""

from datetime import date
from typing import TypeAlias, TypedDict

from socialcell import db
from socialcell.campaigns.outcomes import search_figures as search_sums
from socialcell.campaigns.outcomes.store import figures
from socialcell.services.context import Context
from socialcell.services.outcomes.daily_figures import (
    CoverageDocument,
    DayRange,
    SpanDocument,
    as_whole,
    coverage_document,
    require_choice,
    span_document,
)

SEARCHES = ("total", "query", "page")
PACIFIC = "America/Los_Angeles"


class SearchSumDocument(TypedDict):
    """Clicks, impressions, their rate and the mean position in search results."""

    clicks: float | None
    impressions: float | None
    rate: float | None
    position: float | None
    days: int


class UnnamedSearches(TypedDict):
    """Figures of the queries or pages that are not named."""

    clicks: float | None
    impressions: float | None


class SearchSite(CoverageDocument):
    """A site, its whole figures, and the part that no row names."""

    site: str
    zone: str
    final_through: date | None
    total: SearchSumDocument | None
    unnamed: UnnamedSearches | None


SearchRow: TypeAlias = dict[str, str | float | date | None]
"""A row by the name of its cut (total, query, page), with `site`, `day` and a sum."""


class SearchDocument(SpanDocument):
    """Search results' figures by total, query or page."""

    by: str
    sites: list[SearchSite]
    rows: list[SearchRow]


def search_document(
    context: Context, days: DayRange, *, by: str, site: str | None, daily: bool
) -> SearchDocument:
    """Search results' figures as a document. UsageError for an unknown cut."""
    require_choice("--by", by, SEARCHES)
    with db.reading(context.engine) as session:
        rows = figures.search_days(session, days.since, days.until, site)
    sums = search_sums.search_figures(rows, days.since, by=by, daily=daily)
    return {
        **span_document(days),
        "by": by,
        "sites": [
            {
                "site": name,
                "zone": PACIFIC,
                **coverage_document(site_sums.covered),
                "final_through": site_sums.final_through,
                "total": _result(site_sums.totals) if site_sums.totals else None,
                "unnamed": {
                    "clicks": as_whole(site_sums.unnamed_clicks),
                    "impressions": as_whole(site_sums.unnamed_impressions),
                }
                if by != "total"
                else None,
            }
            for name, site_sums in sums.sites.items()
        ],
        "rows": [_search_row(line, by) for line in sums.lines],
    }


def _search_row(line: search_sums.SearchLine, by: str) -> SearchRow:
    row: SearchRow = {"site": line.site, by: line.key}
    if line.day is not None:
        row["day"] = line.day
    sums = _result(line)
    row["clicks"], row["impressions"] = sums["clicks"], sums["impressions"]
    row["rate"], row["position"] = sums["rate"], sums["position"]
    row["days"] = sums["days"]
    return row


def _result(line: search_sums.SearchLine) -> SearchSumDocument:
    return {
        "clicks": as_whole(line.clicks.value),
        "impressions": as_whole(line.impressions.value),
        "rate": line.rate,
        "position": line.position,
        "days": line.clicks.days,
    }
