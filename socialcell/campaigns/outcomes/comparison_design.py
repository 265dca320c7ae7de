"""Design of comparisons: areas and periods, chosen without looking at the effect.

Only the campaign's own days and wards, which days are held, and figures from before the
start decide.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, comb

import numpy as np

from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.campaigns.outcomes.model import Campaign, OutcomeDay
from socialcell.causal.simplex import Floats
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message

MAX_WEEKS = 26
MIN_WEEKS = 4
MIN_DAILY_MEAN = 1.0
MIN_PLACEBOS = 10
"""With fewer placebo sets of control areas there is no interval."""
ELSEWHERE = "elsewhere:"

Counts = Mapping[str, Mapping[date, int]]
"""Area or series → day → figure; a day that is not known is not there."""

_WEEKS = {"least": MIN_WEEKS, "most": MAX_WEEKS}
PANEL_RULES = (
    Message("outcomes.rule_treated"),
    Message("outcomes.rule_left_out"),
    Message("outcomes.rule_weeks_of_panel", _WEEKS),
    Message("outcomes.rule_shares"),
    Message("outcomes.rule_method"),
)
SERIES_RULES = (
    Message("outcomes.rule_series"),
    Message("outcomes.rule_weeks_of_series", _WEEKS),
    Message("outcomes.rule_model"),
)
STORE_RULE = Message("outcomes.rule_store_days")


class CannotMeasure(SocialcellError):  # noqa: N818 - named for what is wrong
    """The stored figures do not allow a measurement; the message says why."""


@dataclass(frozen=True)
class PanelComparison:
    """Figures (areas, days) of the treated and of the others; `pre` days come before.

    `left_out`: area → why it is not compared.
    """

    days: list[date]
    pre: int
    treated: list[str]
    controls: list[str]
    treated_counts: Floats
    control_counts: Floats
    left_out: dict[str, Message]


@dataclass(frozen=True)
class SeriesComparison:
    """One series (days,) and candidates to compare with, (days, names)."""

    days: list[date]
    pre: int
    outcome: Floats
    names: list[str]
    candidates: Floats


def known_figures(rows: Iterable[OutcomeDay]) -> dict[str, dict[date, int]]:
    """Known figures by area and day."""
    daily_by_area: dict[str, dict[date, int]] = {}
    for row in rows:
        daily = daily_by_area.setdefault(row.area, {})
        if row.value is not None and not row.withheld:
            daily[row.day] = row.value
    return daily_by_area


def compare_panel(
    campaign: Campaign,
    figures: Counts,
    kinds: Mapping[str, str],
    others: Collection[Campaign],
    today: date,
) -> PanelComparison:
    """The comparison of a campaign with wards. CannotMeasure says what is lacking.

    `kinds` has the kind of each area, `others` are campaigns with the same goal.
    """
    treated = list(campaign.wards)
    if missing := [ward for ward in treated if not figures.get(ward)]:
        raise CannotMeasure(
            "outcomes.no_figures_of_wards", goal=campaign.goal, wards=missing
        )
    last = _last_day(campaign, [figures[ward] for ward in treated], today)
    treated_kinds = {kinds.get(ward) for ward in treated}
    candidates = [
        a for a in sorted(figures) if a not in treated and kinds.get(a) in treated_kinds
    ]
    first = {
        area: _first_unbroken_day(figures[area], last)
        for area in (*treated, *candidates)
    }
    start = _pre_period_start(campaign, treated, candidates, first, others)
    left_out = {}
    for area in candidates:
        if why := _exclusion_reason(
            area, figures[area], first[area], start, campaign, others, last
        ):
            left_out[area] = why
    controls = [area for area in candidates if area not in left_out]
    _require_enough(treated, controls)
    days = _span(start, last)
    comparison = PanelComparison(
        days,
        (campaign.start - start).days,
        treated,
        controls,
        _matrix(figures, treated, days),
        _matrix(figures, controls, days),
        left_out,
    )
    if comparison.treated_counts[:, : comparison.pre].mean() < MIN_DAILY_MEAN:
        raise CannotMeasure("outcomes.less_than_one_a_day", goal=campaign.goal)
    return comparison


def compare_series(
    campaign: Campaign,
    outcome: Mapping[date, int],
    elsewhere: Counts,
    today: date,
    *,
    first_day: date | None = None,
) -> SeriesComparison:
    """The comparison of a whole city. CannotMeasure says what is lacking.

    `first_day` is the first treated day, where it is not the campaign's own.
    """
    begin = first_day or campaign.start
    last = _last_day(campaign, [outcome], today)
    start = max(_first_unbroken_day(outcome, last), begin - timedelta(weeks=MAX_WEEKS))
    start = _whole_weeks(campaign, begin, start)
    days = _span(start, last)
    names = [
        name
        for name, daily in sorted(elsewhere.items())
        if all(day in daily for day in days)
    ]
    if not names:
        raise CannotMeasure("outcomes.no_series_elsewhere", first=start, last=last)
    return SeriesComparison(
        days,
        (begin - start).days,
        _matrix({"": outcome}, [""], days)[0],
        names,
        _matrix(elsewhere, names, days).T,
    )


def daily_downloads(rows: Iterable[StoreDay]) -> dict[date, int]:
    """Downloads of all stores by day: a day on which one of them is not known, is not.

    Google Play's daily user installs, and the App Store's first-time downloads of its
    standard report.
    """
    by_series: dict[tuple[str, str], dict[date, int]] = {}
    for row in rows:
        daily = by_series.setdefault((row.store, row.app), {})
        if row.value is not None and not row.withheld:
            daily[row.day] = daily.get(row.day, 0) + row.value
    common = set.intersection(*map(set, by_series.values())) if by_series else set()
    return {day: sum(daily[day] for daily in by_series.values()) for day in common}


def _last_day(
    campaign: Campaign, daily_figures: Sequence[Mapping[date, int]], today: date
) -> date:
    """The last day that is over and held of all. CannotMeasure: none yet."""
    ends = [max(days) for days in daily_figures if days]
    last = min([campaign.end, today - timedelta(days=1), *ends])
    if not ends or last < campaign.start:
        raise CannotMeasure("outcomes.no_day_held", start=campaign.start)
    return last


def _first_unbroken_day(daily: Mapping[date, int], last: date) -> date:
    """The first of the days that are known without a gap up to the last; the day after
    the last when that one is not known."""
    day = last
    while day in daily:
        day -= timedelta(days=1)
    return day + timedelta(days=1)


def _pre_period_start(
    campaign: Campaign,
    treated: Sequence[str],
    candidates: Sequence[str],
    first: Mapping[str, date],
    others: Collection[Campaign],
) -> date:
    if incomplete := [area for area in treated if first[area] >= campaign.start]:
        raise CannotMeasure(
            "outcomes.days_missing_in_wards", wards=incomplete, goal=campaign.goal
        )
    begins = [campaign.start - timedelta(weeks=MAX_WEEKS)]
    begins += [first[area] for area in treated]
    if candidates:
        begins.append(
            sorted(first[area] for area in candidates)[ceil(0.75 * len(candidates)) - 1]
        )
    begins += [
        other.end + timedelta(days=1)
        for other in others
        if other.end < campaign.start and set(other.wards) & set(treated)
    ]
    return _whole_weeks(campaign, campaign.start, max(begins))


def _whole_weeks(campaign: Campaign, begin: date, start: date) -> date:
    weeks = (begin - start).days // 7
    if weeks < MIN_WEEKS:
        raise CannotMeasure(
            "outcomes.few_weeks_before",
            start=begin,
            weeks=max(weeks, 0),
            goal=campaign.goal,
            least=MIN_WEEKS,
        )
    return begin - timedelta(weeks=weeks)


def _exclusion_reason(
    area: str,
    daily: Mapping[date, int],
    first: date,
    start: date,
    campaign: Campaign,
    others: Collection[Campaign],
    last: date,
) -> Message | None:
    """Why an area is not a control; None when it is one."""
    for other in others:
        if area in other.wards and other.start <= last and other.end >= start:
            return Message("outcomes.reached_by_other", {"campaign": other.name})
    if first > start:
        return Message("outcomes.day_missing_between", {"first": start, "last": last})
    before = [daily[day] for day in _span(start, campaign.start - timedelta(days=1))]
    if np.mean(before) < MIN_DAILY_MEAN:
        return Message("outcomes.less_than_one_before")
    return None


def _require_enough(treated: Sequence[str], controls: Sequence[str]) -> None:
    few = len(controls) <= len(treated)
    if few or comb(len(controls), len(treated)) < MIN_PLACEBOS:
        raise CannotMeasure(
            "outcomes.few_wards", treated=len(treated), others=len(controls)
        )


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _matrix(figures: Counts, names: Sequence[str], days: Sequence[date]) -> Floats:
    rows = [[float(figures[name][day]) for day in days] for name in names]
    return np.array(rows).reshape(len(names), len(days))
