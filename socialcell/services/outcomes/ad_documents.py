"""Daily figures of ads as documents, by campaign, group or ad."""

from datetime import datetime
from typing import TypedDict

from socialcell import db
from socialcell.campaigns.outcomes import ad_figures as ad_sums
from socialcell.campaigns.outcomes.figures_model import AdDay, Measures
from socialcell.campaigns.outcomes.store import figures
from socialcell.campaigns.planning.model import MoneyDocument
from socialcell.services.context import Context
from socialcell.services.outcomes.daily_figures import (
    CoverageDocument,
    DatedDocument,
    DayRange,
    SpanDocument,
    as_whole,
    coverage_document,
    dated,
    require_choice,
    span_document,
)

LEVELS = ("campaign", "ad_group", "ad")


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


def ad_document(
    context: Context, days: DayRange, level: str, *, daily: bool
) -> AdDocument:
    """Ads' figures as a document. UsageError for an unknown level."""
    require_choice("--by", level, LEVELS)
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
