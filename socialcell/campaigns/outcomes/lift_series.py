"""The lift of a campaign on one outcome with control series, by BSTS."""

from dataclasses import dataclass, replace

import numpy as np

from socialcell.campaigns.outcomes.lift_files import (
    SeriesFile,
    UnusableFile,
    position_of,
    read_series,
)
from socialcell.causal.bsts import EffectEstimate, Posterior, forecast
from socialcell.causal.calibration import FEWEST_PERIODS, Calibration, calibrate
from socialcell.causal.controls import choose_controls
from socialcell.causal.cost import UnitCost, cost_per_incremental
from socialcell.causal.power import Power, TooLittleHistory, power_of
from socialcell.causal.simplex import Floats
from socialcell.json_types import DocumentValue
from socialcell.message_catalog import Message


def series_lift(
    path: str,
    outcome: str,
    controls: list[str] | None,
    start: str,
    end: str | None = None,
    cost_micros: int | None = None,
    power: bool = False,
) -> "SeriesLift":
    """Measure the lift of the outcome column from period ``start`` on.

    ``controls`` None means every other column of numbers. Raises UnusableFile when the
    file cannot be measured; a pre-period too short or too wild to calibrate on gives
    numbers of None and a warning.
    """
    series = read_series(path, [outcome, *(controls or [])])
    pre, last = _bounds(path, series, start, end)
    y = series.columns[outcome][: last + 1]
    if np.ptp(y[:pre]) == 0:
        level = f"{y[0]:g}"
        raise UnusableFile(
            "outcomes.constant_before_start", path=path, column=outcome, level=level
        )
    names = (
        [n for n in series.columns if n != outcome] if controls is None else controls
    )
    candidates = _matrix(series, names, last + 1)
    lift = lift_of_series(y, candidates, names, pre, daily=series.daily)
    lift = replace(lift, cost_micros=cost_micros)
    return with_power(lift) if power else lift


@dataclass(frozen=True)
class SeriesLift:
    """The lift of a series, and what it rests on; no `posterior` where it is refused.

    `pre` and `post` are numbers of periods. `power` is worked out where
    `is_power_known`, and None where the placebo windows are too few.
    """

    controls: tuple[str, ...]
    pre: int
    post: int
    calibration: Calibration | None
    posterior: Posterior | None
    warnings: tuple[Message, ...]
    cost_micros: int | None = None
    power: Power | None = None
    is_power_known: bool = False

    @property
    def lift_percent(self) -> float | None:
        """The effect in per cent of what was predicted without it."""
        posterior = self.posterior
        if posterior is None or not posterior.predicted:
            return None
        return 100 * posterior.effect.mean / posterior.predicted

    @property
    def cost_per_incremental(self) -> UnitCost | None:
        """The cost of one incremental unit; None without a cost or an effect."""
        if self.cost_micros is None or self.posterior is None:
            return None
        effect = self.posterior.effect
        interval = effect.lower * self.post, effect.upper * self.post
        return cost_per_incremental(self.cost_micros, effect.mean * self.post, interval)

    def calibration_document(self) -> dict[str, float | None]:
        """What the calibration found, for documents."""
        calibration = self.calibration
        if calibration is None:
            return {"placebo_runs": 0, "false_positive_rate": None, "level_prior": None}
        return {
            "placebo_runs": len(calibration.runs),
            "false_positive_rate": calibration.false_positive_rate,
            "level_prior": calibration.level_prior,
        }

    def as_dict(self) -> dict[str, DocumentValue]:
        """The document for scripts."""
        posterior = self.posterior
        average = _average(posterior)
        document: dict[str, DocumentValue] = {
            "method": "bsts",
            "att": posterior.effect.mean if posterior else None,
            "lift_percent": self.lift_percent,
            "incremental": posterior.effect.mean * self.post if posterior else None,
            "average": average,
            "cumulative": {
                name: None if figure is None else figure * self.post
                for name, figure in average.items()
            },
            "relative": _effect_fields(posterior.relative if posterior else None),
            "p_value": posterior.p_value if posterior else None,
            "calibration": self.calibration_document(),
            "controls": list(self.controls),
            "periods": {"before": self.pre, "treated": self.post},
            "warnings": list(map(str, self.warnings)),
        }
        if price := self.cost_per_incremental:
            document["cost_per_incremental"] = price.as_dict()
        if self.is_power_known:
            document["power"] = self.power.as_dict() if self.power else None
        return document


def lift_of_series(
    outcome: Floats, candidates: Floats, names: list[str], pre: int, *, daily: bool
) -> SeriesLift:
    """The lift of an outcome (periods,) with candidates for controls (periods, names).

    Controls are chosen on the first `pre` periods alone.
    """
    chosen = choose_controls(outcome[:pre], candidates[:pre], daily) if names else []
    controls = [names[i] for i in chosen]
    x = np.ascontiguousarray(candidates[:, chosen])
    post = len(outcome) - pre
    calibration = calibrate(outcome[:pre], x[:pre], post, weekdays=daily)
    warnings = _refusal_reasons(pre, calibration)
    posterior = None
    if calibration and not warnings:
        posterior = forecast(outcome, x, pre, calibration.level_prior, weekdays=daily)
    return SeriesLift(
        controls=tuple(controls),
        pre=pre,
        post=post,
        calibration=calibration,
        posterior=posterior,
        warnings=(*warnings, *_cautions(names, controls)),
    )


def _bounds(
    path: str, series: SeriesFile, start: str, end: str | None
) -> tuple[int, int]:
    pre = position_of(path, start, series.moments, series.labels, index=True)
    last = len(series.moments) - 1
    if end is not None:
        last = position_of(path, end, series.moments, series.labels, index=True)
    if last < pre:
        raise UnusableFile(
            "outcomes.period_end_before_start", path=path, end=end, start=start
        )
    if pre < 2:
        raise UnusableFile(
            "outcomes.few_periods_of_series", path=path, n=pre, start=start
        )
    return pre, last


def _matrix(series: SeriesFile, names: list[str], periods: int) -> Floats:
    columns = [series.columns[name][:periods] for name in names]
    return np.column_stack(columns) if columns else np.empty((periods, 0))


def _refusal_reasons(pre: int, calibration: Calibration | None) -> list[Message]:
    if calibration is None:
        return [
            Message(
                "outcomes.few_periods_to_try",
                {"periods": pre, "fewest": FEWEST_PERIODS},
            )
        ]
    rate = calibration.false_positive_rate
    if not calibration.trustworthy:
        return [
            Message(
                "outcomes.claims_in_placebos",
                {"percent": f"{100 * rate:.0f}", "windows": len(calibration.runs)},
            )
        ]
    return []


def _cautions(names: list[str], controls: list[str]) -> list[Message]:
    cautions: list[Message] = []
    left = [name for name in names if name not in controls]
    if left:
        cautions.append(
            Message(
                "outcomes.controls_left_out",
                {
                    "left": len(left),
                    "controls": len(names),
                    "names": ", ".join(left[:8]) + (" …" if len(left) > 8 else ""),
                },
            )
        )
    if not controls:
        cautions.append(Message("outcomes.no_control_used"))
    return cautions


def _average(posterior: Posterior | None) -> dict[str, float | None]:
    if posterior is None:
        return {"actual": None, "predicted": None, **_effect_fields(None)}
    return {
        "actual": posterior.actual,
        "predicted": posterior.predicted,
        **_effect_fields(posterior.effect),
    }


def _effect_fields(estimate: EffectEstimate | None) -> dict[str, float | None]:
    """The estimate for documents, its mean under the name `effect`."""
    if estimate is None:
        return dict.fromkeys(("effect", "sd", "lower", "upper"))
    return {
        "effect": estimate.mean,
        "sd": estimate.sd,
        "lower": estimate.lower,
        "upper": estimate.upper,
    }


def with_power(lift: SeriesLift) -> SeriesLift:
    """The lift with its power from the placebo windows, as the posterior does not see
    what is injected; with a warning where the windows are too few."""
    runs = lift.calibration.runs if lift.calibration else []
    try:
        power = power_of(
            np.array([run.effect.mean for run in runs]),
            np.array([run.actual for run in runs]),
            np.array([(run.effect.upper - run.effect.lower) / 2 for run in runs]),
        )
    except TooLittleHistory as short:
        warnings = (*lift.warnings, short.message)
        return replace(lift, warnings=warnings, is_power_known=True)
    return replace(lift, power=power, is_power_known=True)
