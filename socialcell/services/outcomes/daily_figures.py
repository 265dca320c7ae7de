"""Daily figures of ads, app stores and search results as documents."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias, TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.store import link_activity
from socialcell.campaigns.outcomes import ad_figures as ad_sums
from socialcell.campaigns.outcomes import install_figures as store_sums
from socialcell.campaigns.outcomes import referred_installs
from socialcell.campaigns.outcomes import search_figures as search_sums
from socialcell.campaigns.outcomes.attributed_results import attribution_index
from socialcell.campaigns.outcomes.daily_sums import DayCoverage, Total
from socialcell.campaigns.outcomes.figures_model import AdDay, Measures, StoreDay
from socialcell.campaigns.outcomes.install_attribution import install_origin
from socialcell.campaigns.outcomes.store import figures
from socialcell.campaigns.planning.model import MoneyDocument
from socialcell.clock import IST
from socialcell.connectors.metric_kinds import APP_STORES, PAGES
from socialcell.errors import UsageError
from socialcell.listening.day_ranges import read_day
from socialcell.platforms import GOOGLE_PLAY
from socialcell.services.context import Context

_DAYS = 28
LEVELS = ("campaign", "ad_group", "ad")
SEARCHES = ("total", "query", "page")
PACIFIC = "America/Los_Angeles"


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


class NamedId(TypedDict):
    """A campaign, group or ad of a network: its id and its name."""

    id: str
    name: str | None


class AdAccountDocument(CoverageDocument):
    """An account of an ad network, with the days that are held of it."""

    network: str
    account: str
    zone: str
    currency: str


class AdParts(TypedDict, total=False):
    """The group and the ad of a row, where the row is of one."""

    ad_group: NamedId
    ad: NamedId


class AdHistory(TypedDict, total=False):
    """What only a row of one day has: its reach, and what was restated of it."""

    reach: int | None
    restatements: int
    restated_at: datetime | None
    first: Measures | None


class AdRow(AdParts, DatedDocument, AdHistory):
    """The figures of a campaign, group or ad; None is not reported."""

    network: str
    account: str
    campaign: NamedId
    impressions: float | None
    clicks: float | None
    link_clicks: float | None
    video_views: float | None
    conversions: float | None
    cost: MoneyDocument | None
    installs: dict[str, float | None]
    days: int
    days_not_reported: dict[str, int]


class AdDocument(SpanDocument):
    """Ads' figures, the dearest first."""

    level: str
    accounts: list[AdAccountDocument]
    rows: list[AdRow]


class SeriesName(TypedDict):
    """What a series of daily figures counts, and how (`kind`: flow, stock, people)."""

    store: str
    app: str
    metric: str
    definition: str
    kind: str | None


class StoreSeriesDocument(SeriesName, CoverageDocument):
    """A series of a store or page, with the days that are held of it."""

    dimension: str
    zone: str
    keeps_small_numbers_back: bool


class GroupDocument(TypedDict, total=False):
    """The group of a row, where figures are cut by something."""

    group: str | None


class StoreRow(SeriesName, GroupDocument, DatedDocument, TotalDocument):
    """A figure of a series, of all days or of one."""

    as_of: date | None


class StoreDocument(SpanDocument):
    """The daily figures of app stores or of the city's own pages."""

    by: str | None
    series: list[StoreSeriesDocument]
    rows: list[StoreRow]


class ListingRateDocument(GroupDocument):
    """Acquisitions per visitor of a store's page."""

    store: str
    app: str
    acquisitions_per_visitor: float | None


class InstallDocument(StoreDocument):
    """App stores' figures, with the rates of their pages."""

    rates: list[ListingRateDocument]


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


def ad_document(
    context: Context, days: DayRange, level: str, *, daily: bool
) -> AdDocument:
    """Ads' figures as a document. UsageError for an unknown level."""
    _require("--by", level, LEVELS)
    with db.reading(context.engine) as session:
        rows = figures.ad_days(session, days.since, days.until, level)
    sums = ad_sums.ad_figures(rows, days.since, daily=daily)
    return {
        **span_document(days),
        "level": level,
        "accounts": [
            {
                "network": account.network,
                "account": account.id,
                "zone": account.zone,
                "currency": account.currency,
                **coverage_document(coverage),
            }
            for account, coverage in sums.covered.items()
        ],
        "rows": [_ad(line) for line in sums.lines],
    }


def install_document(
    context: Context,
    days: DayRange,
    *,
    store: str | None,
    metric: str | None,
    by: str | None,
    daily: bool,
) -> InstallDocument:
    """App stores' figures as a document. UsageError for an unknown store.

    What the app's server told us of single installs is a series of its own.
    """
    if store is not None:
        _require("--store", store, APP_STORES)
    stores = APP_STORES if store is None else (store,)
    with db.reading(context.engine) as session:
        rows = figures.store_days(session, days.since, days.until, stores, metric)
        if GOOGLE_PLAY.id in stores and metric in (None, referred_installs.METRIC):
            rows += _referred(session, days)
    sums = store_sums.install_figures(rows, days.since, by=by, daily=daily)
    return {
        **_store_document(sums, days, by),
        "rates": [_listing_rate(rate, by) for rate in sums.rates],
    }


def page_document(
    context: Context, days: DayRange, *, metric: str | None, daily: bool
) -> StoreDocument:
    """Figures of the city's own pages as a document; `app` is the page's number."""
    with db.reading(context.engine) as session:
        rows = figures.store_days(session, days.since, days.until, PAGES, metric)
    sums = store_sums.install_figures(rows, days.since, by=None, daily=daily)
    return _store_document(sums, days, None)


def _store_document(
    sums: store_sums.InstallFigures, days: DayRange, by: str | None
) -> StoreDocument:
    return {
        **span_document(days),
        "by": by,
        "series": [
            {
                **_series(series),
                "dimension": series.dimension,
                "zone": series.zone,
                "keeps_small_numbers_back": series.withholds,
                **coverage_document(coverage),
            }
            for series, coverage in sums.covered.items()
        ],
        "rows": [
            {
                **_series(line.series),
                **_grouped(line.group, by),
                **dated(line.day),
                **total_document(line.total),
                "as_of": line.as_of,
            }
            for line in sums.lines
        ],
    }


def _referred(session: Session, days: DayRange) -> list[StoreDay]:
    """Installs with a referrer; a day of the store ends in Pune on the day after."""
    postbacks = link_activity.postbacks(
        session, days.since, days.until + timedelta(days=1)
    )
    installs = referred_installs.referred_installs(postbacks, days.since, days.until)
    campaigns = attribution_index(session)
    return referred_installs.store_days(
        installs, lambda install: install_origin(install, campaigns)
    )


def search_document(
    context: Context, days: DayRange, *, by: str, site: str | None, daily: bool
) -> SearchDocument:
    """Search results' figures as a document. UsageError for an unknown cut."""
    _require("--by", by, SEARCHES)
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


def _ad(line: ad_sums.AdLine) -> AdRow:
    ad = line.newest
    cost = line.cost_micros.value
    counts = {name: as_whole(figure.value) for name, figure in line.counts.items()}
    return {
        "network": ad.network,
        "account": ad.account,
        "campaign": {"id": ad.campaign, "name": ad.campaign_name},
        **_ad_parts(ad),
        **dated(line.day),
        "impressions": counts["impressions"],
        "clicks": counts["clicks"],
        "link_clicks": counts["link_clicks"],
        "video_views": counts["video_views"],
        "conversions": counts["conversions"],
        "cost": None if cost is None else _money(int(cost), ad.currency),
        "installs": {name: figure.value for name, figure in line.installs.items()},
        "days": line.cost_micros.days,
        "days_not_reported": {
            name: figure.not_reported
            for name, figure in {**line.counts, "cost": line.cost_micros}.items()
            if figure.not_reported
        },
        **_ad_history(line),
    }


def _ad_parts(ad: AdDay) -> AdParts:
    parts: AdParts = {}
    if ad.ad_group is not None:
        parts["ad_group"] = {"id": ad.ad_group, "name": ad.ad_group_name}
    if ad.ad is not None:
        parts["ad"] = {"id": ad.ad, "name": ad.ad_name}
    return parts


def _ad_history(line: ad_sums.AdLine) -> AdHistory:
    if line.day is None:
        return {}
    ad = line.newest
    return {
        "reach": line.reach,
        "restatements": ad.restatements,
        "restated_at": ad.restated_at,
        "first": ad.first,
    }


def _money(micros: int, currency: str) -> MoneyDocument:
    return {"amount_micros": micros, "currency": currency}


def _result(line: search_sums.SearchLine) -> SearchSumDocument:
    return {
        "clicks": as_whole(line.clicks.value),
        "impressions": as_whole(line.impressions.value),
        "rate": line.rate,
        "position": line.position,
        "days": line.clicks.days,
    }


def _series(series: store_sums.StoreSeries) -> SeriesName:
    return {
        "store": series.store,
        "app": series.app,
        "metric": series.metric,
        "definition": series.definition,
        "kind": series.kind,
    }


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


def _listing_rate(rate: store_sums.ListingRate, by: str | None) -> ListingRateDocument:
    return {
        "store": rate.series.store,
        "app": rate.series.app,
        **_grouped(rate.group, by),
        "acquisitions_per_visitor": rate.rate,
    }


def _grouped(group: str | None, by: str | None) -> GroupDocument:
    return {"group": group} if by else {}


def dated(day: date | None) -> DatedDocument:
    """The day of a row as it stands in documents."""
    return {} if day is None else {"day": day}


def _require(option: str, choice: str, choices: tuple[str, ...]) -> None:
    if choice not in choices:
        raise UsageError(
            "outcomes.no_such_choice", option=option, choices=choices, choice=choice
        )
