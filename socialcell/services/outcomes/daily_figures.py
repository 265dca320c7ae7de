"""Daily figures of ads, app stores and search results, ready to be shown or printed."""

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
class Span:
    """Days from the first to the last, both included."""

    since: date
    until: date


def span(context: Context, since: str | None, until: str | None) -> Span:
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
    return Span(first, last)


def ads(context: Context, days: Span, level: str, *, daily: bool) -> dict[str, Any]:
    """Ads' figures as a document. UsageError for an unknown level."""
    _require("--by", level, LEVELS)
    with db.reading(context.engine) as session:
        rows = figures.ad_days(session, days.since, days.until, level)
    found = ad_sums.ad_figures(rows, days.since, daily=daily)
    return {
        **span_document(days),
        "level": level,
        "accounts": [
            {
                "network": account.network,
                "account": account.id,
                "zone": account.zone,
                "currency": account.currency,
                **covered(coverage),
            }
            for account, coverage in found.covered.items()
        ],
        "rows": [_ad(line) for line in found.lines],
    }


def installs(
    context: Context,
    days: Span,
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
    found = store_sums.install_figures(rows, days.since, by=by, daily=daily)
    return _store_document(found, days, by) | {
        "rates": [
            {
                "store": one.series.store,
                "app": one.series.app,
                **({"group": one.group} if by else {}),
                "acquisitions_per_visitor": one.rate,
            }
            for one in found.rates
        ],
    }


def pages(
    context: Context, days: Span, *, metric: str | None, daily: bool
) -> dict[str, Any]:
    """Figures of the city's own pages as a document; `app` is the page's number."""
    with db.reading(context.engine) as session:
        rows = figures.store_days(session, days.since, days.until, PAGES, metric)
    found = store_sums.install_figures(rows, days.since, by=None, daily=daily)
    return _store_document(found, days, None)


def _store_document(
    found: store_sums.InstallFigures, days: Span, by: str | None
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
                **covered(coverage),
            }
            for series, coverage in found.covered.items()
        ],
        "rows": [
            {
                **_series(line.series),
                **({"group": line.group} if by else {}),
                **_dated(line.day),
                **_total(line.total),
                "as_of": line.as_of,
            }
            for line in found.lines
        ],
    }


def _referred(session: Session, days: Span) -> list[StoreDay]:
    """Installs with a referrer; a day of the store ends in Pune on the day after."""
    told = link_activity.postbacks(session, days.since, days.until + timedelta(days=1))
    installs = referred_installs.referred_installs(told, days.since, days.until)
    known = attribution_index(session)
    return referred_installs.store_days(
        installs, lambda one: install_origin(one, known)
    )


def search(
    context: Context, days: Span, *, by: str, site: str | None, daily: bool
) -> dict[str, Any]:
    """Search results' figures as a document. UsageError for an unknown cut."""
    _require("--by", by, SEARCHES)
    with db.reading(context.engine) as session:
        rows = figures.search_days(session, days.since, days.until, site)
    found = search_sums.search_figures(rows, days.since, by=by, daily=daily)
    return {
        **span_document(days),
        "by": by,
        "sites": [
            {
                "site": name,
                "zone": PACIFIC,
                **covered(told.covered),
                "final_through": told.final_through,
                "total": _result(told.totals) if told.totals else None,
                "unnamed": {
                    "clicks": whole(told.unnamed_clicks),
                    "impressions": whole(told.unnamed_impressions),
                }
                if by != "total"
                else None,
            }
            for name, told in found.sites.items()
        ],
        "rows": [
            {
                "site": line.site,
                by: line.key,
                **_dated(line.day),
                **_result(line),
            }
            for line in found.lines
        ],
    }


def _ad(line: ad_sums.AdLine) -> dict[str, Any]:
    thing = line.newest
    made: dict[str, Any] = {
        "network": thing.network,
        "account": thing.account,
        "campaign": {"id": thing.campaign, "name": thing.campaign_name},
    }
    if thing.ad_group is not None:
        made["ad_group"] = {"id": thing.ad_group, "name": thing.ad_group_name}
    if thing.ad is not None:
        made["ad"] = {"id": thing.ad, "name": thing.ad_name}
    made |= _dated(line.day)
    cost = line.cost_micros.value
    made |= {
        **{name: whole(one.value) for name, one in line.counts.items()},
        "cost": None if cost is None else _money(int(cost), thing.currency),
        "installs": {name: one.value for name, one in line.installs.items()},
        "days": line.cost_micros.days,
        "days_not_reported": {
            name: one.not_reported
            for name, one in {**line.counts, "cost": line.cost_micros}.items()
            if one.not_reported
        },
    }
    if line.day is not None:
        made |= {
            "reach": line.reach,
            "restatements": thing.restatements,
            "restated_at": thing.restated_at,
            "first": thing.first,
        }
    return made


def _money(micros: int, currency: str) -> dict[str, Any]:
    return {"amount_micros": micros, "currency": currency}


def _result(line: search_sums.SearchLine) -> dict[str, Any]:
    return {
        "clicks": whole(line.clicks.value),
        "impressions": whole(line.impressions.value),
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
        "value": whole(total.value),
        "days": total.days,
        "days_withheld": total.withheld,
        "days_not_reported": total.not_reported,
    }


def whole(value: float | None) -> float | int | None:
    """A count without a fraction as the whole number that it is."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def covered(coverage: DayCoverage) -> dict[str, Any]:
    """Which days a figure covers, as it stands in documents."""
    return {
        "data_through": coverage.through,
        "missing_dates": list(coverage.missing),
        "moving_from": coverage.moving_from,
    }


def span_document(days: Span) -> Mapping[str, Any]:
    """The days that were asked for, as they stand in documents."""
    return {"since": days.since, "until": days.until}


def _dated(day: date | None) -> dict[str, Any]:
    return {} if day is None else {"day": day}


def _require(option: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise UsageError(f"{option} is one of {', '.join(known)}, not {given!r}.")
