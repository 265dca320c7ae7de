"""The incremental effect of a campaign: its goal against the counterfactual."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from math import comb
from typing import Literal

import numpy as np
from sqlmodel import Session

from socialcell.campaigns.outcomes import comparison_design, lift_series, panel_lift
from socialcell.campaigns.outcomes.comparison_design import (
    CannotMeasure,
    PanelComparison,
    SeriesComparison,
)
from socialcell.campaigns.outcomes.lift_series import SeriesLift
from socialcell.campaigns.outcomes.model import Campaign, OutcomeDay
from socialcell.campaigns.outcomes.panel_lift import PanelEffect, PanelLift, Split
from socialcell.campaigns.outcomes.store import figures, outcomes
from socialcell.causal.bsts import Posterior
from socialcell.causal.conformal import prediction_half_width
from socialcell.causal.cost import UnitCost, cost_per_incremental
from socialcell.causal.panel import Method
from socialcell.causal.placebo import ALPHA, placebos_in_time
from socialcell.causal.power import Power
from socialcell.causal.simplex import Floats
from socialcell.connectors.metric_kinds import MetricKind, outcome_kind
from socialcell.json_types import DocumentValue
from socialcell.listening.store import areas
from socialcell.message_catalog import Message
from socialcell.platforms import GOOGLE_PLAY

DOWNLOADS = "downloads"
"""The goal that is not imported: what the stores report."""
_METHODS: tuple[Method, ...] = ("did", "sdid", "sc")
_STORE_SERIES = ("daily user installs", "app downloads standard: first-time download")


@dataclass(frozen=True)
class Period:
    """Days of a comparison, both included."""

    since: date
    until: date
    days: int


@dataclass(frozen=True)
class ComparisonSummary:
    """What was compared: areas or series with their weights, and those left out.

    `quality` is the fit before the start (a panel), or the calibration on placebo
    windows (a series), under the name that documents have for it.
    """

    method: str
    treated: tuple[str, ...]
    controls: Mapping[str, float | None]
    left_out: Mapping[str, Message]
    before: Period
    during: Period
    quality_name: Literal["pre_fit", "calibration"]
    quality: Mapping[str, float | None]

    def as_dict(self) -> dict[str, DocumentValue]:
        """The part `compared` of a campaign's document."""
        return {
            "method": self.method,
            "treated": list(self.treated),
            "controls": dict(self.controls),
            "left_out": {area: str(why) for area, why in self.left_out.items()},
            "before": asdict(self.before),
            "during": asdict(self.during),
            self.quality_name: dict(self.quality),
        }


@dataclass(frozen=True)
class IncrementalGain:
    """What a campaign added to its goal over all its days, with 95 % intervals.

    `total` is the effect in units of the outcome; `counterfactual` is what would have
    happened without it.
    """

    outcome: str
    total: float
    interval: tuple[float, float] | None
    counterfactual: float
    lift_percent: float | None
    lift_interval: tuple[float, float] | None
    p_values: Mapping[str, float | None]
    cost: UnitCost | None
    currency: str

    def as_dict(self) -> dict[str, DocumentValue]:
        """The part `incremental` of a campaign's document."""
        price = self.cost
        return {
            "outcome": self.outcome,
            "value": self.total,
            "interval": self.interval and list(self.interval),
            "anyway": self.counterfactual,
            "lift_percent": self.lift_percent,
            "lift_interval": self.lift_interval and list(self.lift_interval),
            "p_values": dict(self.p_values),
            "cost_per_incremental": price.as_dict(self.currency) if price else None,
        }


@dataclass(frozen=True)
class ExpectedSeries:
    """The outcome of each day, and what was expected without the campaign (None: the
    model says nothing of that day).

    `lower` and `upper` are the ends of the 95 % band of a single day; None where the
    model does not say how sure it is.
    """

    days: tuple[date, ...]
    actual: tuple[float, ...]
    expected: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]

    def as_dict(self) -> dict[str, DocumentValue]:
        """The part `series` of a campaign's document."""
        return {
            "days": list(self.days),
            "actual": list(self.actual),
            "expected": list(self.expected),
            "lower": list(self.lower),
            "upper": list(self.upper),
        }


@dataclass(frozen=True)
class EffectResult:
    """The comparison of a campaign; no `gain` where `refused` says why."""

    rules: tuple[Message, ...]
    compared: ComparisonSummary
    gain: IncrementalGain | None = None
    power: Power | None = None
    series: ExpectedSeries | None = None
    refused: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()


def incremental_effect(
    session: Session,
    campaign: Campaign,
    today: date,
    cost: int | None,
    power: bool,
    entered: Sequence[Campaign],
) -> EffectResult:
    """The effect of a campaign on its goal, as far as the figures carry it.

    `cost` is in micros of the campaign's currency, `entered` are all campaigns.
    CannotMeasure: the figures carry nothing.
    """
    earliest = campaign.start - timedelta(weeks=comparison_design.MAX_WEEKS, days=1)
    if campaign.goal == DOWNLOADS:
        return _effect_on_downloads(session, campaign, earliest, today, cost, power)
    if (kind := outcome_kind(campaign.goal)) is not MetricKind.FLOW:
        raise CannotMeasure("outcomes.no_flow", goal=campaign.goal, kind=kind)
    rows = outcomes.outcome_days(session, campaign.goal, earliest, campaign.end)
    if not rows:
        raise CannotMeasure(
            "outcomes.no_figures",
            goal=campaign.goal,
            first=earliest,
            last=campaign.end,
        )
    figures_by_area = comparison_design.known_figures(rows)
    kinds = {area.id: area.kind for area in areas.all_areas(session)}
    if campaign.wards:
        others = [
            other
            for other in entered
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
) -> EffectResult:
    if campaign.wards:
        raise CannotMeasure("outcomes.downloads_by_ward")
    days = figures.store_days(session, earliest, campaign.end)
    rows = [row for row in days if row.definition.casefold() in _STORE_SERIES]
    totals = [r for r in rows if r.store != GOOGLE_PLAY.id or r.dimension == "total"]
    daily = comparison_design.daily_downloads(totals)
    days_elsewhere = outcomes.elsewhere_days(session, earliest, campaign.end)
    elsewhere = series_elsewhere(days_elsewhere)
    day_before = campaign.start - timedelta(days=1)
    line = comparison_design.compare_series(
        campaign, daily, elsewhere, today, first_day=day_before
    )
    rules = (*comparison_design.SERIES_RULES, comparison_design.STORE_RULE)
    return _effect_on_series(line, campaign, cost, power, rules)


def _effect_on_panel(
    panel: PanelComparison, campaign: Campaign, cost: int | None, power: bool
) -> EffectResult:
    pre = panel.pre
    # The treated keep their sizes to each other: their mean is their common index.
    scale = float(panel.treated_counts[:, :pre].mean())
    own = panel.control_counts[:, :pre].mean(axis=1, keepdims=True)
    split = Split(
        panel.treated_counts / scale, panel.control_counts / own, panel.controls, pre
    )
    lift = panel_lift.lift_of(best_placebo_method(split), split)
    result = EffectResult(
        rules=comparison_design.PANEL_RULES,
        compared=_compared_panel(panel, lift),
        refused=lift.reasons,
        warnings=_without(lift.warnings, lift.reasons),
    )
    effect = lift.effect
    if effect is None:
        return result
    if power:
        lift = panel_lift.with_power(lift)
    wards = len(panel.treated)
    return replace(
        result,
        gain=_gain_of_panel(lift, effect, scale * wards, campaign, cost),
        power=lift.power,
        series=_series_of_panel(panel, lift.fit.synthetic * scale * wards),
        warnings=_without(lift.warnings, lift.reasons),
    )


def _series_of_panel(panel: PanelComparison, synthetic: Floats) -> ExpectedSeries:
    """The sums of the treated areas, with the band of the days before the start."""
    actual = panel.treated_counts.sum(axis=0)
    width = prediction_half_width(actual[: panel.pre] - synthetic[: panel.pre])
    nothing: tuple[float | None, ...] = (None,) * len(actual)
    return ExpectedSeries(
        tuple(panel.days),
        tuple(actual.tolist()),
        tuple(synthetic.tolist()),
        nothing if width is None else tuple((synthetic - width).tolist()),
        nothing if width is None else tuple((synthetic + width).tolist()),
    )


def _compared_panel(panel: PanelComparison, lift: PanelLift) -> ComparisonSummary:
    return ComparisonSummary(
        method=lift.method,
        treated=tuple(panel.treated),
        controls=_sorted_weights(lift.weights),
        left_out=panel.left_out,
        before=_before(panel.days, panel.pre),
        during=_during(panel.days, panel.pre),
        quality_name="pre_fit",
        quality=asdict(lift.pre_fit),
    )


def _gain_of_panel(
    lift: PanelLift,
    effect: PanelEffect,
    treated_scale: float,
    campaign: Campaign,
    cost: int | None,
) -> IncrementalGain:
    """The effect over all treated wards and days; `treated_scale` is their mean before
    the start, summed over the wards."""
    whole = treated_scale * lift.split.post
    total, interval = effect.att * whole, None
    if effect.interval is not None:
        low, high = effect.interval
        interval = (low * whole, high * whole)
    counterfactual = float(lift.fit.synthetic[lift.split.pre :].mean()) * whole
    lift_interval = None
    if interval is not None:
        low, high = (100 * bound / counterfactual for bound in interval)
        lift_interval = (low, high)
    return IncrementalGain(
        outcome=campaign.goal,
        total=total,
        interval=interval,
        counterfactual=counterfactual,
        lift_percent=effect.lift_percent,
        lift_interval=lift_interval,
        p_values=asdict(effect.p_values),
        cost=_unit_cost(cost, total, interval),
        currency=campaign.currency,
    )


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
    rules: tuple[Message, ...],
) -> EffectResult:
    lift = lift_series.lift_of_series(
        line.outcome, line.candidates, line.names, line.pre, daily=True
    )
    result = EffectResult(rules=rules, compared=_compared_series(line, lift))
    if not lift.controls:
        reason = Message("outcomes.no_series_follows")
        return replace(result, refused=(reason,), warnings=lift.warnings)
    posterior = lift.posterior
    if posterior is None:
        return replace(result, refused=lift.warnings[:1], warnings=lift.warnings[1:])
    if power:
        lift = lift_series.with_power(lift)
    return replace(
        result,
        gain=_gain_of_series(lift, posterior, campaign, cost),
        power=lift.power,
        series=ExpectedSeries(
            tuple(line.days),
            tuple(line.outcome.tolist()),
            (*[None] * line.pre, *posterior.expected),
            (*[None] * line.pre, *posterior.lower),
            (*[None] * line.pre, *posterior.upper),
        ),
        warnings=lift.warnings,
    )


def _compared_series(line: SeriesComparison, lift: SeriesLift) -> ComparisonSummary:
    return ComparisonSummary(
        method="bsts",
        treated=(),
        controls=dict.fromkeys(lift.controls),
        left_out={
            name: Message("outcomes.series_not_following")
            for name in line.names
            if name not in lift.controls
        },
        before=_before(line.days, line.pre),
        during=_during(line.days, line.pre),
        quality_name="calibration",
        quality=lift.calibration_document(),
    )


def _gain_of_series(
    lift: SeriesLift, posterior: Posterior, campaign: Campaign, cost: int | None
) -> IncrementalGain:
    effect, relative = posterior.effect, posterior.relative
    total = effect.mean * lift.post
    interval = (effect.lower * lift.post, effect.upper * lift.post)
    return IncrementalGain(
        outcome=campaign.goal,
        total=total,
        interval=interval,
        counterfactual=posterior.predicted * lift.post,
        lift_percent=lift.lift_percent,
        lift_interval=(100 * relative.lower, 100 * relative.upper),
        p_values={"bsts": posterior.p_value},
        cost=_unit_cost(cost, total, interval),
        currency=campaign.currency,
    )


def _unit_cost(
    cost: int | None, total: float, interval: tuple[float, float] | None
) -> UnitCost | None:
    return None if cost is None else cost_per_incremental(cost, total, interval)


def _before(days: Sequence[date], pre: int) -> Period:
    return Period(days[0], days[pre - 1], pre)


def _during(days: Sequence[date], pre: int) -> Period:
    return Period(days[pre], days[-1], len(days) - pre)


def _without(
    messages: Sequence[Message], others: Sequence[Message]
) -> tuple[Message, ...]:
    return tuple(message for message in messages if message not in others)


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
