"""The smallest lift that a plan could detect, computed before money is spent.

It is judged on the newest days that are held, as if the campaign had run on them: for
as many days, in the wards that it will reach, and with nothing added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlmodel import Session

from socialcell.campaigns.outcomes import comparison_design
from socialcell.campaigns.outcomes.comparison_design import CannotMeasure
from socialcell.campaigns.outcomes.incremental_effect import (
    DOWNLOADS,
    best_placebo_method,
    series_elsewhere,
    whole_city,
)
from socialcell.campaigns.outcomes.lift_series import lift_of_series, with_power
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.panel_lift import Split
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.planning.model import StoredPower
from socialcell.campaigns.planning.randomisation import RandomDraw, switchback_effect
from socialcell.causal.panel import Method
from socialcell.causal.power import Power, TooLittleHistory, detectable, power_of
from socialcell.listening.store import areas

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class DetectableLift:
    """The power of a campaign that has not begun; `refused` says why it is unknown.

    `method` and `days` are those of the judged windows.
    """

    goal: str
    power: Power | None = None
    method: str | None = None
    days: int | None = None
    refused: str | None = None

    def as_dict(self) -> StoredPower:
        """The document that a plan stores. A lift is per cent of the outcome."""
        power = self.power
        if power is None:
            return {
                "goal": self.goal,
                "smallest_detectable_percent": None,
                "refused": self.refused,
            }
        return {
            "goal": self.goal,
            "smallest_detectable_percent": power.smallest,
            "windows": power.windows,
            "false_claims": power.false_claims,
            "shares": [
                {"lift_percent": percent, "power": share}
                for percent, share in power.shares.items()
            ],
            "method": self.method,
            "days": self.days,
        }


def smallest_detectable(
    session: Session, campaign: Campaign, draw: RandomDraw | None, today: date
) -> DetectableLift:
    """The power of a campaign that has not begun.

    `campaign.wards` are those that it will reach.
    """
    try:
        return _detectable_lift(session, campaign, draw, today)
    except (CannotMeasure, TooLittleHistory) as reason:
        return DetectableLift(campaign.goal, refused=str(reason))


def _detectable_lift(
    session: Session, campaign: Campaign, draw: RandomDraw | None, today: date
) -> DetectableLift:
    if campaign.goal == DOWNLOADS:
        raise CannotMeasure("outcomes.downloads_beforehand")
    rows = outcomes.outcome_days(session, campaign.goal, today - _YEAR, today)
    figures = comparison_design.known_figures(rows)
    if not any(figures.values()):
        raise CannotMeasure("outcomes.no_figures_of_year", goal=campaign.goal)
    kinds = {area.id: area.kind for area in areas.all_areas(session)}
    length = (campaign.end - campaign.start).days + 1
    if draw is not None and draw.kind == "switchback":
        power = _power_of_switchback(whole_city(figures, kinds), draw, length)
        return DetectableLift(campaign.goal, power, "switchback", length)
    reached = [ward for ward in campaign.wards if figures.get(ward)]
    last = min([max(figures[ward]) for ward in reached] or [today - timedelta(days=1)])
    past = Campaign(
        name=campaign.name,
        goal=campaign.goal,
        wards=campaign.wards,
        start=last - timedelta(days=length - 1),
        end=last,
        currency=campaign.currency,
        created_at=campaign.created_at,
        created_by=campaign.created_by,
    )
    others = [
        other
        for other in outcomes.campaigns(session)
        if other.goal == campaign.goal and other.name != campaign.name
    ]
    if campaign.wards:
        panel = comparison_design.compare_panel(past, figures, kinds, others, today)
        method, power = _power_of_wards(panel, length)
        return DetectableLift(campaign.goal, power, method, length)
    city = whole_city(figures, kinds)
    elsewhere = series_elsewhere(outcomes.elsewhere_days(session, today - _YEAR, today))
    line = comparison_design.compare_series(past, city, elsewhere, today)
    series = lift_of_series(
        line.outcome, line.candidates, line.names, line.pre, daily=True
    )
    series = with_power(series)
    if series.power is None:
        return DetectableLift(campaign.goal, refused=str(series.warnings[-1]))
    return DetectableLift(campaign.goal, series.power, "bsts", length)


def _power_of_wards(
    panel: comparison_design.PanelComparison, length: int
) -> tuple[Method, Power]:
    own = panel.control_counts.mean(axis=1, keepdims=True)
    treated = panel.treated_counts / float(panel.treated_counts.mean())
    split = Split(treated, panel.control_counts / own, panel.controls, panel.pre)
    method = best_placebo_method(split)
    return method, detectable(method, split.treated, split.controls, length)


def _power_of_switchback(
    city: Mapping[date, int], draw: RandomDraw, length: int
) -> Power:
    days = sorted(city)
    unbroken = [
        city[day]
        for day in days
        if all(
            days[-1] - timedelta(days=n) in city for n in range((days[-1] - day).days)
        )
    ]
    effects, bases, reaches = [], [], []
    for end in range(len(unbroken), length - 1, -7):
        values = unbroken[end - length : end]
        effect = switchback_effect(values, draw.days, draw.seed, draws=400)
        effects.append(effect.effect)
        bases.append(float(np.mean(values)))
        reaches.append(effect.reach)
    return power_of(np.array(effects), np.array(bases), np.array(reaches))
