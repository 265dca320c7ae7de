"""The incremental effect of a campaign: its goal against the counterfactual."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from math import comb
from typing import Any

import numpy as np
from sqlmodel import Session

from socialcell.campaigns.outcomes import comparison_design, lift_series, panel_lift
from socialcell.campaigns.outcomes.comparison_design import (
    CannotMeasure,
    PanelComparison,
    SeriesComparison,
)
from socialcell.campaigns.outcomes.model import Campaign, OutcomeDay
from socialcell.campaigns.outcomes.panel_lift import Split
from socialcell.campaigns.outcomes.store import figures, outcomes
from socialcell.causal.cost import cost_per_incremental
from socialcell.causal.panel import Method
from socialcell.causal.placebo import ALPHA, placebos_in_time
from socialcell.connectors.metric_kinds import MetricKind, outcome_kind
from socialcell.listening.store import areas
from socialcell.platforms import GOOGLE_PLAY

DOWNLOADS = "downloads"
"""The goal that is not imported: what the stores report."""
_METHODS: tuple[Method, ...] = ("did", "sdid", "sc")
_STORE_SERIES = ("daily user installs", "app downloads standard: first-time download")


def incremental_effect(
    session: Session, campaign: Campaign, today: date, cost: int | None, power: bool
) -> dict[str, Any]:
    """`incremental`, `power`, `rules`, `compared`, `refused`, `warnings` and `series`
    of a campaign's document (measure.py), as far as the figures carry them.

    `cost` is in micros of the campaign's currency. CannotMeasure: they carry nothing.
    """
    earliest = campaign.start - timedelta(weeks=comparison_design.MAX_WEEKS, days=1)
    if campaign.goal == DOWNLOADS:
        return _effect_on_downloads(session, campaign, earliest, today, cost, power)
    if (kind := outcome_kind(campaign.goal)) is not MetricKind.FLOW:
        raise CannotMeasure(
            f"Days of {campaign.goal} cannot be added up ({kind}), so neither can what "
            "was gained on each. Measure an outcome that counts what happens on a day, "
            "such as activated_users."
        )
    rows = outcomes.outcome_days(session, campaign.goal, earliest, campaign.end)
    if not rows:
        raise CannotMeasure(
            f"No figures of {campaign.goal} are held from {earliest} to {campaign.end}."
            " Import them: socialcell outcomes import FILE"
        )
    figures_by_area = comparison_design.known_figures(rows)
    kinds = {area.id: area.kind for area in areas.all_areas(session)}
    if campaign.wards:
        others = [
            other
            for other in outcomes.campaigns(session)
            if other.goal == campaign.goal and other.name != campaign.name
        ]
        comparison = comparison_design.compare_panel(
            campaign, figures_by_area, kinds, others, today
        )
        return _effect_on_panel(comparison, campaign, cost, power)
    city = whole_city(figures_by_area, kinds)
    elsewhere = series_elsewhere(
        outcomes.elsewhere_days(session, earliest, campaign.end)
    )
    line = comparison_design.compare_series(campaign, city, elsewhere, today)
    return _effect_on_series(
        line, campaign, cost, power, comparison_design.SERIES_RULES
    )


def _effect_on_downloads(
    session: Session,
    campaign: Campaign,
    earliest: date,
    today: date,
    cost: int | None,
    power: bool,
) -> dict[str, Any]:
    if campaign.wards:
        raise CannotMeasure(
            "No store tells downloads by ward. Measure an outcome that is known by "
            "ward, such as activated_users, or a campaign without wards."
        )
    days = figures.store_days(session, earliest, campaign.end)
    rows = [row for row in days if row.definition.casefold() in _STORE_SERIES]
    totals = [r for r in rows if r.store != GOOGLE_PLAY.id or r.dimension == "total"]
    daily = comparison_design.daily_downloads(totals)
    elsewhere = series_elsewhere(
        outcomes.elsewhere_days(session, earliest, campaign.end)
    )
    day_before = campaign.start - timedelta(days=1)
    line = comparison_design.compare_series(
        campaign, daily, elsewhere, today, first_day=day_before
    )
    rules = (*comparison_design.SERIES_RULES, comparison_design.STORE_RULE)
    return _effect_on_series(line, campaign, cost, power, rules)


def _effect_on_panel(
    panel: PanelComparison, campaign: Campaign, cost: int | None, power: bool
) -> dict[str, Any]:
    pre, wards = panel.pre, len(panel.treated)
    # The treated keep their sizes to each other: their mean is their common index.
    scale = float(panel.treated_counts[:, :pre].mean())
    own = panel.control_counts[:, :pre].mean(axis=1, keepdims=True)
    split = Split(
        panel.treated_counts / scale, panel.control_counts / own, panel.controls, pre
    )
    method = best_placebo_method(split)
    lift = panel_lift.lift_of(method, split)
    lift_document = lift.document
    warnings = [
        warning for warning in lift_document["warnings"] if warning not in lift.reasons
    ]
    document: dict[str, Any] = {
        "rules": list(comparison_design.PANEL_RULES),
        "compared": {
            "method": method,
            "treated": panel.treated,
            "controls": _sorted_weights(lift_document["weights"]),
            "left_out": panel.left_out,
            **_periods(panel.days, pre),
            "pre_fit": lift_document["pre_fit"],
        },
    }
    if lift.reasons:
        return document | {"refused": lift.reasons, "warnings": warnings}
    whole = scale * wards * split.post
    effect, interval = lift_document["att"] * whole, None
    if lift_document["interval"] is not None:
        low, high = lift_document["interval"]
        interval = (low * whole, high * whole)
    counterfactual = float(lift.fit.synthetic[pre:].mean()) * whole
    document["incremental"] = {
        "outcome": campaign.goal,
        "value": effect,
        "interval": interval and list(interval),
        "anyway": counterfactual,
        "lift_percent": lift_document["lift_percent"],
        "lift_interval": interval
        and [100 * bound / counterfactual for bound in interval],
        "p_values": lift_document["p_values"],
        "cost_per_incremental": _unit_cost(cost, effect, interval, campaign),
    }
    document["series"] = {
        "days": panel.days,
        "actual": panel.treated_counts.sum(axis=0).tolist(),
        "expected": (lift.fit.synthetic * scale * wards).tolist(),
    }
    if power:
        document["power"] = panel_lift.power_of_split(method, split, warnings)
    return document | {"warnings": warnings}


def best_placebo_method(split: Split) -> Method:
    """The method that finds least where nothing happened: in windows of the treated
    wards before the start, by root mean square; the simplest of equals.

    Difference-in-differences has its interval from assignments: 20 are needed.
    """
    treated, units = len(split.treated), len(split.treated) + len(split.controls)
    enough = comb(units, treated) * ALPHA >= 1
    methods = [method for method in _METHODS if enough or method != "did"]

    def error(method: Method) -> float:
        placebos = placebos_in_time(method, split.treated, split.controls, split.pre)
        return float(np.sqrt(np.mean(placebos.effects**2)))

    return min(methods, key=error)


def _effect_on_series(
    line: SeriesComparison,
    campaign: Campaign,
    cost: int | None,
    power: bool,
    rules: tuple[str, ...],
) -> dict[str, Any]:
    series = lift_series.lift_of_series(
        line.outcome, line.candidates, line.names, line.pre, daily=True
    )
    lift_document = series.document
    warnings: list[str] = lift_document["warnings"]
    document: dict[str, Any] = {
        "rules": list(rules),
        "compared": {
            "method": "bsts",
            "treated": [],
            "controls": dict.fromkeys(lift_document["controls"]),
            "left_out": {
                name: "does not follow the outcome before the start"
                for name in line.names
                if name not in lift_document["controls"]
            },
            **_periods(line.days, line.pre),
            "calibration": lift_document["calibration"],
        },
    }
    if not lift_document["controls"]:
        reason = (
            "No series from elsewhere follows the city's before the start: whatever "
            "else changed would be taken for the campaign."
        )
        return document | {"refused": [reason], "warnings": warnings}
    posterior = series.posterior
    if posterior is None:
        return document | {"refused": warnings[:1], "warnings": warnings[1:]}
    post = len(line.days) - line.pre
    effect, relative = posterior.effect, posterior.relative
    interval = (effect.lower * post, effect.upper * post)
    document["incremental"] = {
        "outcome": campaign.goal,
        "value": effect.mean * post,
        "interval": list(interval),
        "anyway": posterior.predicted * post,
        "lift_percent": lift_document["lift_percent"],
        "lift_interval": [100 * relative.lower, 100 * relative.upper],
        "p_values": {"bsts": posterior.p_value},
        "cost_per_incremental": _unit_cost(
            cost, effect.mean * post, interval, campaign
        ),
    }
    document["series"] = {
        "days": line.days,
        "actual": line.outcome.tolist(),
        "expected": [None] * line.pre + list(posterior.expected),
    }
    if power:
        document["power"] = lift_series.power_of_series(series)
    return document | {"warnings": warnings}


def _unit_cost(
    cost: int | None,
    effect: float,
    interval: tuple[float, float] | None,
    campaign: Campaign,
) -> dict[str, Any] | None:
    if cost is None:
        return None
    return cost_per_incremental(cost, effect, interval).as_dict(campaign.currency)


def _periods(days: list[date], pre: int) -> dict[str, Any]:
    return {
        "before": {"since": days[0], "until": days[pre - 1], "days": pre},
        "during": {
            "since": days[pre],
            "until": days[-1],
            "days": len(days) - pre,
        },
    }


def _sorted_weights(weights: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(weights.items(), key=lambda entry: (-entry[1], entry[0])))


def whole_city(
    figures_by_area: Mapping[str, Mapping[date, int]], kinds: Mapping[str, str]
) -> dict[date, int]:
    """The city's own figures, else the sum of all its ward offices."""
    for area, days in figures_by_area.items():
        if kinds.get(area) == "city" and days:
            return dict(days)
    wards = [
        days
        for area, days in figures_by_area.items()
        if kinds.get(area) == "ward_office"
    ]
    common = set.intersection(*map(set, wards)) if wards else set()
    return {day: sum(days[day] for days in wards) for day in common}


def series_elsewhere(rows: list[OutcomeDay]) -> dict[str, dict[date, int]]:
    """Series from elsewhere, by what they count and where."""
    by_outcome: dict[str, list[OutcomeDay]] = defaultdict(list)
    for row in rows:
        by_outcome[row.outcome].append(row)
    return {
        f"{outcome} of {area.removeprefix(comparison_design.ELSEWHERE)}": days
        for outcome, outcome_rows in sorted(by_outcome.items())
        for area, days in comparison_design.known_figures(outcome_rows).items()
    }
