"""Measure a campaign by its random draw, compared with all other possible draws.

Where a draw decided who was reached, no model is needed: it is compared with the other
possible draws (Fisher 1935; Rosenbaum 2002).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import numpy as np
from sqlmodel import Session

from socialcell.campaigns.outcomes import comparison_design
from socialcell.campaigns.outcomes.comparison_design import CannotMeasure
from socialcell.campaigns.outcomes.incremental_effect import whole_city
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.randomisation import RandomDraw, switchback_effect
from socialcell.causal.randomisation import randomisation_test
from socialcell.causal.simplex import Floats
from socialcell.json_types import DocumentValue
from socialcell.listening.store import areas
from socialcell.message_catalog import Message

DAY = timedelta(days=1)


@dataclass(frozen=True)
class SwitchbackResult:
    """The effect of days with tags against days without, by the draw of the days.

    `lift_percent` is per cent of the outcome without tags.
    """

    since: date
    until: date
    effect_per_day: float
    interval: tuple[float, float]
    lift_percent: float | None
    p_value: float

    def as_dict(self) -> dict[str, DocumentValue]:
        return {**asdict(self), "interval": list(self.interval)}


@dataclass(frozen=True)
class WardDrawResult:
    """The effect of wards that have begun against others, by the draw of the wards.

    `lift_percent` and `interval` are per cent of the outcome without tags;
    `assignments` is the number of possible draws.
    """

    since: date
    until: date
    treated: tuple[str, ...]
    controls: tuple[str, ...]
    lift_percent: float
    interval: tuple[float, float] | None
    p_value: float
    assignments: int

    def as_dict(self) -> dict[str, DocumentValue]:
        return {
            **asdict(self),
            "treated": list(self.treated),
            "controls": list(self.controls),
            "interval": self.interval and list(self.interval),
        }


@dataclass(frozen=True)
class RandomisedResult:
    """What the draw of a campaign shows; without `effect`, `refused` says why."""

    kind: str
    seed: int
    effect: SwitchbackResult | WardDrawResult | None = None
    refused: Message | None = None

    def as_dict(self) -> dict[str, DocumentValue]:
        """The document for scripts."""
        document: dict[str, DocumentValue] = {"kind": self.kind, "seed": self.seed}
        if self.effect is None:
            return document | {"refused": str(self.refused)}
        return document | self.effect.as_dict()


def randomised_result(
    session: Session, campaign: Campaign, today: date
) -> RandomisedResult | None:
    """The result of the newest plan's draw as of `today`; None: there was no draw.

    Of a draw of wards the days are used on which some have begun and others have not.
    """
    plan = store.find_plan(session, campaign.name)
    if plan is None or plan.lot is None:
        return None
    draw = RandomDraw.from_stored(plan.lot)
    try:
        effect = _effect_of_draw(session, campaign, draw, today)
    except CannotMeasure as reason:
        return RandomisedResult(draw.kind, draw.seed, refused=reason.message)
    return RandomisedResult(draw.kind, draw.seed, effect)


def _effect_of_draw(
    session: Session, campaign: Campaign, draw: RandomDraw, today: date
) -> SwitchbackResult | WardDrawResult:
    last = min(campaign.end, today - DAY)
    if last < campaign.start:
        raise CannotMeasure("outcomes.not_begun", start=campaign.start)
    earliest = campaign.start - timedelta(weeks=comparison_design.MAX_WEEKS)
    rows = outcomes.outcome_days(session, campaign.goal, earliest, campaign.end)
    figures = comparison_design.known_figures(rows)
    if draw.kind == "switchback":
        kinds = {area.id: area.kind for area in areas.all_areas(session)}
        city = whole_city(figures, kinds)
        return _switchback_result(city, draw, campaign, last)
    return _ward_result(figures, draw, campaign, last)


def _switchback_result(
    city: Mapping[date, int], draw: RandomDraw, campaign: Campaign, last: date
) -> SwitchbackResult:
    days = [campaign.start + n * DAY for n in range((last - campaign.start).days + 1)]
    if lacking := [day for day in days if day not in city]:
        raise CannotMeasure(
            "outcomes.days_missing_in_city",
            goal=campaign.goal,
            n=len(lacking),
            first=lacking[0],
        )
    if last < campaign.end:
        raise CannotMeasure("outcomes.draw_not_over", end=campaign.end)
    values = [city[day] for day in days]
    effect = switchback_effect(values, draw.days, draw.seed)
    without = float(np.mean(values)) - effect.effect / 2
    return SwitchbackResult(
        since=days[0],
        until=days[-1],
        effect_per_day=effect.effect,
        interval=(effect.effect - effect.reach, effect.effect + effect.reach),
        lift_percent=100 * effect.effect / without if without > 0 else None,
        p_value=effect.p_value,
    )


def _ward_result(
    figures: comparison_design.Counts,
    draw: RandomDraw,
    campaign: Campaign,
    last: date,
) -> WardDrawResult:
    begins = draw.ward_starts()
    first = min(start for start in begins.values() if start is not None)
    treated = [ward for ward, start in begins.items() if start == first]
    others = [ward for ward, start in begins.items() if start != first]
    later = [start for start in begins.values() if start is not None and start > first]
    last = min([last, *(start - DAY for start in later)])
    if last < first:
        raise CannotMeasure("outcomes.no_ward_begun", start=first)
    weeks = [_weeks_before(figures.get(ward, {}), first) for ward in begins]
    if min(weeks) < comparison_design.MIN_WEEKS:
        raise CannotMeasure(
            "outcomes.few_weeks_of_draw",
            least=comparison_design.MIN_WEEKS,
            goal=campaign.goal,
            start=first,
        )
    days = [first + n * DAY for n in range(-7 * min(weeks), (last - first).days + 1)]
    if any(day not in figures[ward] for ward in begins for day in days):
        raise CannotMeasure("outcomes.day_missing_in_draw", first=days[0], last=last)
    pre = 7 * min(weeks)

    def index(wards: list[str]) -> Floats:
        counts = np.array([[float(figures[w][day]) for day in days] for w in wards])
        means = np.maximum(counts[:, :pre].mean(axis=1, keepdims=True), 1e-9)
        shares: Floats = counts / means
        return shares

    treated_index, control_index = index(treated), index(others)
    change = treated_index[:, pre:].mean() - treated_index[:, :pre].mean()
    counterfactual = control_index[:, pre:].mean() - control_index[:, :pre].mean()
    test = randomisation_test(treated_index, control_index, pre)
    interval = None
    if test.interval is not None:
        low, high = (100 * bound / float(1 + counterfactual) for bound in test.interval)
        interval = (low, high)
    return WardDrawResult(
        since=first,
        until=last,
        treated=tuple(treated),
        controls=tuple(others),
        lift_percent=100 * float(change - counterfactual) / float(1 + counterfactual),
        interval=interval,
        p_value=test.p_value,
        assignments=test.assignments,
    )


def _weeks_before(daily: Mapping[date, int], first: date) -> int:
    """Whole weeks without a gap before a day, 26 at most."""
    days = 0
    while days < 7 * comparison_design.MAX_WEEKS and first - (days + 1) * DAY in daily:
        days += 1
    return days // 7
