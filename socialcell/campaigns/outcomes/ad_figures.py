"""Ads' figures for a span of days, each thing by itself; installs are never added up.

Reach counts people: that of two days is not their sum, so a sum of days has none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from socialcell.campaigns.outcomes.daily_sums import Coverage, Total, coverage, total
from socialcell.campaigns.outcomes.figures_model import AdDay

COUNTS = ("impressions", "clicks", "link_clicks", "video_views", "conversions")
MOVES = 30  # days in which networks restate what they reported


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a network: its days and its money are its own."""

    network: str
    id: str
    zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one campaign, group or ad did: in all days together, or on one."""

    account: Account
    thing: AdDay  # its newest day: names and ids
    day: date | None
    counts: dict[str, Total]
    cost_micros: Total
    reach: int | None
    installs: dict[str, Total]  # by conversion action


@dataclass(frozen=True, slots=True)
class Ads:
    """What was asked for: lines, and what each account covers."""

    lines: tuple[Line, ...]
    covered: dict[Account, Coverage]


def ads(rows: Iterable[AdDay], since: date, *, daily: bool) -> Ads:
    """Figures of ad days of one level, by thing (and by day), dearest first."""
    things: dict[tuple[object, ...], list[AdDay]] = defaultdict(list)
    accounts: dict[Account, set[date]] = defaultdict(set)
    for row in rows:
        account = _account(row)
        accounts[account].add(row.day)
        day = row.day if daily else None
        things[account, row.campaign, row.ad_group, row.ad, day].append(row)
    lines = [_line(days, daily) for days in things.values()]
    lines.sort(key=_rank)
    return Ads(
        tuple(lines),
        {one: coverage(days, since, MOVES) for one, days in accounts.items()},
    )


def _rank(line: Line) -> tuple[object, ...]:
    named = (line.thing.campaign, line.thing.ad_group or "", line.thing.ad or "")
    return (line.day or date.min, -(line.cost_micros.value or 0), *named)


def _account(row: AdDay) -> Account:
    return Account(row.network, row.account, row.zone, row.currency)


def _line(days: Sequence[AdDay], daily: bool) -> Line:
    newest = max(days, key=lambda row: row.day)
    actions = sorted({action for row in days for action in row.installs})
    return Line(
        _account(newest),
        newest,
        newest.day if daily else None,
        {name: total(getattr(row, name) for row in days) for name in COUNTS},
        total(row.cost_micros for row in days),
        newest.reach if daily else None,
        {name: total(row.installs.get(name) for row in days) for name in actions},
    )
