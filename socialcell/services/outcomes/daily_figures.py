"""Daily figures of ads, app stores and search results as documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.store import link_activity
from socialcell.campaigns.outcomes import ad_figures as ad_sums
from socialcell.campaigns.outcomes import install_figures as store_sums
from socialcell.campaigns.outcomes import referred_installs
from socialcell.campaigns.outcomes import search_figures as search_sums
from socialcell.campaigns.outcomes.attributed_results import attribution_index
from socialcell.campaigns.outcomes.daily_sums import DayCoverage, Total
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.campaigns.outcomes.install_attribution import install_origin
from socialcell.campaigns.outcomes.store import figures
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
        raise UsageError(f"--since {first} is after --until {last}.")
    return DayRange(first, last)


def ad_document(
    context: Context, days: DayRange, level: str, *, daily: bool
) -> dict[str, Any]:
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
) -> dict[str, Any]:
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
    return _store_document(sums, days, by) | {
        "rates": [
            {
                "store": rate.series.store,
                "app": rate.series.app,
                **({"group": rate.group} if by else {}),
                "acquisitions_per_visitor": rate.rate,
            }
            for rate in sums.rates
        ],
    }


def page_document(
    context: Context, days: DayRange, *, metric: str | None, daily: bool
) -> dict[str, Any]:
    """Figures of the city's own pages as a document; `app` is the page's number."""
    with db.reading(context.engine) as session:
        rows = figures.store_days(session, days.since, days.until, PAGES, metric)
    sums = store_sums.install_figures(rows, days.since, by=None, daily=daily)
    return _store_document(sums, days, None)


def _store_document(
    sums: store_sums.InstallFigures, days: DayRange, by: str | None
) -> dict[str, Any]:
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
                **({"group": line.group} if by else {}),
                **_dated(line.day),
                **_total(line.total),
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
) -> dict[str, Any]:
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
        "rows": [
            {
                "site": line.site,
                by: line.key,
                **_dated(line.day),
                **_result(line),
            }
            for line in sums.lines
        ],
    }


def _ad(line: ad_sums.AdLine) -> dict[str, Any]:
    ad = line.newest
    document: dict[str, Any] = {
        "network": ad.network,
        "account": ad.account,
        "campaign": {"id": ad.campaign, "name": ad.campaign_name},
    }
    if ad.ad_group is not None:
        document["ad_group"] = {"id": ad.ad_group, "name": ad.ad_group_name}
    if ad.ad is not None:
        document["ad"] = {"id": ad.ad, "name": ad.ad_name}
    document |= _dated(line.day)
    cost = line.cost_micros.value
    document |= {
        **{name: as_whole(figure.value) for name, figure in line.counts.items()},
        "cost": None if cost is None else _money(int(cost), ad.currency),
        "installs": {name: figure.value for name, figure in line.installs.items()},
        "days": line.cost_micros.days,
        "days_not_reported": {
            name: figure.not_reported
            for name, figure in {**line.counts, "cost": line.cost_micros}.items()
            if figure.not_reported
        },
    }
    if line.day is not None:
        document |= {
            "reach": line.reach,
            "restatements": ad.restatements,
            "restated_at": ad.restated_at,
            "first": ad.first,
        }
    return document


def _money(micros: int, currency: str) -> dict[str, Any]:
    return {"amount_micros": micros, "currency": currency}


def _result(line: search_sums.SearchLine) -> dict[str, Any]:
    return {
        "clicks": as_whole(line.clicks.value),
        "impressions": as_whole(line.impressions.value),
        "rate": line.rate,
        "position": line.position,
        "days": line.clicks.days,
    }


def _series(series: store_sums.StoreSeries) -> dict[str, Any]:
    return {
        "store": series.store,
        "app": series.app,
        "metric": series.metric,
        "definition": series.definition,
        "kind": series.kind,
    }


def _total(total: Total) -> dict[str, Any]:
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


def coverage_document(coverage: DayCoverage) -> dict[str, Any]:
    """Which days a figure covers, as it stands in documents."""
    return {
        "data_through": coverage.through,
        "missing_dates": list(coverage.missing),
        "moving_from": coverage.moving_from,
    }


def span_document(days: DayRange) -> Mapping[str, Any]:
    """The days that were asked for, as they stand in documents."""
    return {"since": days.since, "until": days.until}


def _dated(day: date | None) -> dict[str, Any]:
    return {} if day is None else {"day": day}


def _require(option: str, choice: str, choices: tuple[str, ...]) -> None:
    if choice not in choices:
        raise UsageError(f"{option} is one of {', '.join(choices)}, not {choice!r}.")
