"""The smallest lift that a plan could detect, computed before money is spent.

It is judged on the newest days that are held, as if the campaign had run on them: for
as many days, in the wards that it will reach, and with nothing added.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

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
from socialcell.campaigns.outcomes.lift_series import lift_of_series, power_of_series
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.panel_lift import Split
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.planning.randomisation import switchback_effect
from socialcell.causal.power import TooLittleHistory, detectable, power_of
from socialcell.listening.store import areas

_YEAR = timedelta(days=365)


def smallest_detectable(
    session: Session, campaign: Campaign, lot: Mapping[str, Any] | None, today: date
) -> dict[str, Any]:
    """Power of a campaign that has not begun, or why it is unknown (`refused`).

    `campaign.wards` are those that it will reach. A lift is per cent of the outcome.
    """
    document: dict[str, Any] = {
        "goal": campaign.goal,
        "smallest_detectable_percent": None,
    }
    try:
        return document | _power(session, campaign, lot, today)
    except (CannotMeasure, TooLittleHistory) as reason:
        return document | {"refused": str(reason)}


def _power(
    session: Session, campaign: Campaign, lot: Mapping[str, Any] | None, today: date
) -> dict[str, Any]:
    if campaign.goal == DOWNLOADS:
        raise CannotMeasure(
            "Downloads are known of the whole city only, and what stores report is "
            "judged when it is measured. Choose a goal that is known by ward to learn "
            "beforehand what can be detected."
        )
    rows = outcomes.outcome_days(session, campaign.goal, today - _YEAR, today)
    figures = comparison_design.known_figures(rows)
    if not any(figures.values()):
        raise CannotMeasure(
            f"No figures of {campaign.goal} are held of the last year. Import them: "
            "socialcell outcomes import FILE"
        )
    kinds = {area.id: area.kind for area in areas.all_areas(session)}
    length = (campaign.end - campaign.start).days + 1
    if lot is not None and lot["kind"] == "switchback":
        return _power_of_switchback(whole_city(figures, kinds), lot, length)
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
        return _power_of_wards(
            comparison_design.compare_panel(past, figures, kinds, others, today), length
        )
    city = whole_city(figures, kinds)
    elsewhere = series_elsewhere(outcomes.elsewhere_days(session, today - _YEAR, today))
    line = comparison_design.compare_series(past, city, elsewhere, today)
    series = lift_of_series(
        line.outcome, line.candidates, line.names, line.pre, daily=True
    )
    power = power_of_series(series)
    if power is None:
        raise TooLittleHistory(series.document["warnings"][-1])
    return {**power, "method": "bsts", "days": length}


def _power_of_wards(
    panel: comparison_design.PanelComparison, length: int
) -> dict[str, Any]:
    own = panel.control_counts.mean(axis=1, keepdims=True)
    treated = panel.treated_counts / float(panel.treated_counts.mean())
    split = Split(treated, panel.control_counts / own, panel.controls, panel.pre)
    method = best_placebo_method(split)
    power = detectable(method, split.treated, split.controls, length)
    return {**power.as_dict(), "method": method, "days": length}


def _power_of_switchback(
    city: Mapping[date, int], lot: Mapping[str, Any], length: int
) -> dict[str, Any]:
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
        effect = switchback_effect(values, lot["days"], lot["seed"], draws=400)
        effects.append(effect["effect"])
        bases.append(float(np.mean(values)))
        reaches.append(effect["reach"])
    power = power_of(np.array(effects), np.array(bases), np.array(reaches))
    return {**power.as_dict(), "method": "switchback", "days": length}
