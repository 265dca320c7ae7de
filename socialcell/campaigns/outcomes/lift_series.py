"""The lift of a campaign on one outcome with control series, by BSTS."""

from dataclasses import asdict, dataclass
from typing import Any

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
from socialcell.causal.cost import cost_per_incremental
from socialcell.causal.power import TooLittleHistory, power_of
from socialcell.causal.simplex import Floats


def series_lift(
    path: str,
    outcome: str,
    controls: list[str] | None,
    start: str,
    end: str | None = None,
    cost_micros: int | None = None,
    power: bool = False,
) -> dict[str, Any]:
    """Measure the lift of the outcome column from period ``start`` on.

    ``controls`` None means every other column of numbers. Raises UnusableFile when the
    file cannot be measured; a pre-period too short or too wild to calibrate on gives
    numbers of None and a warning.
    """
    series = read_series(path, [outcome, *(controls or [])])
    pre, last = _bounds(path, series, start, end)
    y = series.columns[outcome][: last + 1]
    if np.ptp(y[:pre]) == 0:
        raise UnusableFile(
            f"{path}: {outcome} is {y[0]:g} in every period before the start. An "
            "outcome that never changes says nothing about lift: check the export."
        )
    names = (
        [n for n in series.columns if n != outcome] if controls is None else controls
    )
    candidates = _matrix(series, names, last + 1)
    lift = lift_of_series(y, candidates, names, pre, daily=series.daily)
    post = len(y) - pre
    if cost_micros is not None and lift.posterior is not None:
        cost = _unit_cost(cost_micros, lift.posterior, post)
        lift.document["cost_per_incremental"] = cost
    if power:
        lift.document["power"] = power_of_series(lift)
    return lift.document


@dataclass(frozen=True)
class SeriesLift:
    """The document of a series, and what it rests on; no posterior where refused."""

    document: dict[str, Any]
    calibration: Calibration | None
    posterior: Posterior | None


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
    document = _empty_document(calibration, controls, pre, post)
    posterior = None
    if calibration and not warnings:
        posterior = forecast(outcome, x, pre, calibration.level_prior, weekdays=daily)
        document |= _result_fields(posterior, post)
    document["warnings"] = [*warnings, *_cautions(names, controls)]
    return SeriesLift(document, calibration, posterior)


def _bounds(
    path: str, series: SeriesFile, start: str, end: str | None
) -> tuple[int, int]:
    pre = position_of(path, start, series.moments, series.labels, index=True)
    last = len(series.moments) - 1
    if end is not None:
        last = position_of(path, end, series.moments, series.labels, index=True)
    if last < pre:
        raise UnusableFile(f"{path}: the end {end} is before the start {start}.")
    if pre < 2:
        raise UnusableFile(f"{path}: {pre} periods before {start}; two are the least.")
    return pre, last


def _matrix(series: SeriesFile, names: list[str], periods: int) -> Floats:
    columns = [series.columns[name][:periods] for name in names]
    return np.column_stack(columns) if columns else np.empty((periods, 0))


def _refusal_reasons(pre: int, calibration: Calibration | None) -> list[str]:
    if calibration is None:
        return [
            f"{pre} periods before the start are too few to try the model where "
            f"nothing happened ({FEWEST_PERIODS} at least), and without that no effect "
            "is shown."
        ]
    rate = calibration.false_positive_rate
    if not calibration.trustworthy:
        return [
            f"The model does not fit the time before the start: in {100 * rate:.0f} % "
            f"of {len(calibration.runs)} placebo windows it claims an effect where "
            "there was none. Choose other controls or a longer history."
        ]
    return []


def _cautions(names: list[str], controls: list[str]) -> list[str]:
    cautions = []
    left = [name for name in names if name not in controls]
    if left:
        cautions.append(
            f"{len(left)} of {len(names)} controls left out, as they do not follow the "
            f"outcome before the start: {', '.join(left[:8])}"
            f"{' …' if len(left) > 8 else ''}."
        )
    if not controls:
        cautions.append(
            "No control is used: anything else that changed at the start would be "
            "taken for the campaign."
        )
    return cautions


def _empty_document(
    calibration: Calibration | None, controls: list[str], pre: int, post: int
) -> dict[str, Any]:
    unknown = dict.fromkeys(("effect", "sd", "lower", "upper"))
    return {
        "method": "bsts",
        "att": None,
        "lift_percent": None,
        "incremental": None,
        "average": {"actual": None, "predicted": None, **unknown},
        "cumulative": {"actual": None, "predicted": None, **unknown},
        "relative": dict(unknown),
        "p_value": None,
        "calibration": {
            "placebo_runs": len(calibration.runs) if calibration else 0,
            "false_positive_rate": calibration and calibration.false_positive_rate,
            "level_prior": calibration and calibration.level_prior,
        },
        "controls": controls,
        "periods": {"before": pre, "treated": post},
    }


def _result_fields(posterior: Posterior, post: int) -> dict[str, Any]:
    average = {
        "actual": posterior.actual,
        "predicted": posterior.predicted,
        **_effect_fields(posterior.effect),
    }
    return {
        "att": posterior.effect.mean,
        "lift_percent": 100 * posterior.effect.mean / posterior.predicted
        if posterior.predicted
        else None,
        "incremental": posterior.effect.mean * post,
        "average": average,
        "cumulative": {name: figure * post for name, figure in average.items()},
        "relative": _effect_fields(posterior.relative),
        "p_value": posterior.p_value,
    }


def _effect_fields(estimate: EffectEstimate) -> dict[str, float]:
    values = asdict(estimate)
    return {"effect": values.pop("mean"), **values}


def _unit_cost(cost_micros: int, posterior: Posterior, post: int) -> dict[str, Any]:
    low, high = posterior.effect.lower * post, posterior.effect.upper * post
    total = posterior.effect.mean * post
    return cost_per_incremental(cost_micros, total, (low, high)).as_dict()


def power_of_series(lift: SeriesLift) -> dict[str, Any] | None:
    """Power from the placebo windows: the posterior does not see what is injected.

    None, with a warning in the document, where the windows are too few.
    """
    runs = lift.calibration.runs if lift.calibration else []
    try:
        power = power_of(
            np.array([run.effect.mean for run in runs]),
            np.array([run.actual for run in runs]),
            np.array([(run.effect.upper - run.effect.lower) / 2 for run in runs]),
        )
    except TooLittleHistory as short:
        lift.document["warnings"].append(str(short))
        return None
    return power.as_dict()
