"""Daily figures of app stores and of the city's own pages as documents."""

from datetime import date, timedelta
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.store import link_activity
from socialcell.campaigns.outcomes import install_figures as store_sums
from socialcell.campaigns.outcomes import referred_installs
from socialcell.campaigns.outcomes.attributed_results import attribution_index
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.campaigns.outcomes.install_attribution import install_origin
from socialcell.campaigns.outcomes.store import figures
from socialcell.connectors.metric_kinds import APP_STORES, PAGES
from socialcell.platforms import GOOGLE_PLAY
from socialcell.services.context import Context
from socialcell.services.outcomes.daily_figures import (
    CoverageDocument,
    DatedDocument,
    DayRange,
    SpanDocument,
    TotalDocument,
    coverage_document,
    dated,
    require_choice,
    span_document,
    total_document,
)


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
        require_choice("--store", store, APP_STORES)
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


def _series(series: store_sums.StoreSeries) -> SeriesName:
    return {
        "store": series.store,
        "app": series.app,
        "metric": series.metric,
        "definition": series.definition,
        "kind": series.kind,
    }


def _listing_rate(rate: store_sums.ListingRate, by: str | None) -> ListingRateDocument:
    return {
        "store": rate.series.store,
        "app": rate.series.app,
        **_grouped(rate.group, by),
        "acquisitions_per_visitor": rate.rate,
    }


def _grouped(group: str | None, by: str | None) -> GroupDocument:
    return {"group": group} if by else {}
