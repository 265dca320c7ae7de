"""Figures of ads for a span of days, by campaign, group or ad; installs are not summed.

Reach counts people: that of two days is not their sum, so a sum of days has none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from socialcell.campaigns.outcomes.daily_sums import (
    DayCoverage,
    Total,
    day_coverage,
    total,
)
from socialcell.campaigns.outcomes.figures_model import AdDay

COUNTS = ("impressions", "clicks", "link_clicks", "video_views", "conversions")
RESTATEMENT_DAYS = 30  # days in which networks restate what they reported


@dataclass(frozen=True, slots=True)
class AdAccount:
    """An account of an ad network, with its time zone and currency."""

    network: str
    id: str
    zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class AdLine:
    """The figures of one campaign, group or ad: of all days together, or of one."""

    account: AdAccount
    newest: AdDay  # its newest day: names and ids
    day: date | None
    counts: dict[str, Total]
    cost_micros: Total
    reach: int | None
    installs: dict[str, Total]  # by conversion action


@dataclass(frozen=True, slots=True)
class AdFigures:
    """The lines of a query, and the days that each account covers."""

    lines: tuple[AdLine, ...]
    covered: dict[AdAccount, DayCoverage]


_AdKey: TypeAlias = tuple[AdAccount, str, str | None, str | None, date | None]
"""Account, campaign, group, ad and, of figures by day, the day."""


def ad_figures(rows: Iterable[AdDay], since: date, *, daily: bool) -> AdFigures:
    """Figures of ad days of one level, by thing (and by day), dearest first."""
    rows_by_ad: dict[_AdKey, list[AdDay]] = defaultdict(list)
    accounts: dict[AdAccount, set[date]] = defaultdict(set)
    for row in rows:
        account = _account(row)
        accounts[account].add(row.day)
        day = row.day if daily else None
        rows_by_ad[account, row.campaign, row.ad_group, row.ad, day].append(row)
    lines = [_line(days, daily) for days in rows_by_ad.values()]
    lines.sort(key=_rank)
    return AdFigures(
        tuple(lines),
        {
            key: day_coverage(days, since, RESTATEMENT_DAYS)
            for key, days in accounts.items()
        },
    )


def _rank(line: AdLine) -> tuple[date, float, str, str, str]:
    ad, cost = line.newest, line.cost_micros.value or 0
    names = (ad.campaign, ad.ad_group or "", ad.ad or "")
    return (line.day or date.min, -cost, *names)


def _account(row: AdDay) -> AdAccount:
    return AdAccount(row.network, row.account, row.zone, row.currency)


def _line(days: Sequence[AdDay], daily: bool) -> AdLine:
    newest = max(days, key=lambda row: row.day)
    actions = sorted({action for row in days for action in row.installs})
    return AdLine(
        _account(newest),
        newest,
        newest.day if daily else None,
        {name: total(getattr(row, name) for row in days) for name in COUNTS},
        total(row.cost_micros for row in days),
        newest.reach if daily else None,
        {name: total(row.installs.get(name) for row in days) for name in actions},
    )
