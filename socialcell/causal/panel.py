"""Estimators of lift on a panel: what the treated units would have done anyway."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from socialcell.causal.simplex import Floats, simplex_least_squares

Method = Literal["sdid", "sc", "did"]


@dataclass(frozen=True)
class Fit:
    """One estimate; every estimator here is a pair of weights.

    ``unit_weights`` (controls,) and ``time_weights`` (pre-periods,) sum to one.
    ``synthetic`` and ``gaps`` (all periods,) are the counterfactual of the mean treated
    unit and actual minus counterfactual, in units of the outcome; ``att`` is the mean
    gap over the treated periods.
    """

    unit_weights: Floats
    time_weights: Floats
    actual: Floats
    synthetic: Floats
    pre: int

    @property
    def gaps(self) -> Floats:
        return self.actual - self.synthetic

    @property
    def att(self) -> float:
        return float(self.gaps[self.pre :].mean())

    @property
    def lift_percent(self) -> float | None:
        """100 x sum of gaps / sum of synthetic over the treated periods."""
        base = float(self.synthetic[self.pre :].sum())
        return 100.0 * float(self.gaps[self.pre :].sum()) / base if base else None


def estimate(method: Method, treated: Floats, controls: Floats, pre: int) -> Fit:
    """The effect on the mean of ``treated`` by ``method``.

    ``treated`` is (treated units, periods), ``controls`` (control units, periods),
    the first ``pre`` periods are untreated. With unit weights w and time weights v the
    counterfactual of the mean treated unit y is ``w'C_t + v'(y_pre - w'C_pre)``, hence

        att = (mean y_post - v'y_pre) - w'(mean C_post - C_pre v).

    did    w and v uniform.
    sc     v uniform, w least squares on series without their pre-period means
           (Doudchenko and Imbens 2016; unit fixed effects; ``demeaned_weights``).
    sdid   both chosen, with the penalties of Arkhangelsky, Athey, Hirshberg, Imbens and
           Wager 2021, American Economic Review 111(12), algorithm 1.
    """
    target = treated.mean(axis=0)
    post = controls.shape[1] - pre
    unit_weights = np.full(len(controls), 1.0 / len(controls))
    time_weights = np.full(pre, 1.0 / pre)
    if method == "sc":
        unit_weights = demeaned_weights(target[:pre], controls[:, :pre])
    elif method == "sdid":
        noise = noise_level(controls[:, :pre])
        strength = (len(treated) * post) ** 0.25
        unit_weights = regularised_unit_weights(
            target[:pre], controls[:, :pre], strength * noise
        )
        time_weights = regularised_time_weights(controls, pre, 1e-6 * noise)
    blend = unit_weights @ controls
    shift = float(time_weights @ (target[:pre] - blend[:pre]))
    return Fit(unit_weights, time_weights, target, blend + shift, pre)


def noise_level(controls_pre: Floats) -> float:
    """Standard deviation (n - 1) of all first differences of the controls, pooled."""
    steps = np.diff(controls_pre, axis=1)
    return float(np.std(steps, ddof=1)) if steps.size > 1 else 0.0


def demeaned_weights(target_pre: Floats, controls_pre: Floats) -> Floats:
    """min |y - w'C|^2 with each series less its mean; w >= 0, sum w = 1.

    A ridge of (1e-6 noise)^2 per period settles ties when controls outnumber periods.
    """
    return regularised_unit_weights(
        target_pre, controls_pre, 1e-6 * noise_level(controls_pre)
    )


def regularised_unit_weights(
    target_pre: Floats, controls_pre: Floats, zeta: float
) -> Floats:
    """min |y - a - w'C|^2 + zeta^2 T0 |w|^2 over a, w on the simplex: (controls,)."""
    return simplex_least_squares(
        (controls_pre - controls_pre.mean(axis=1, keepdims=True)).T,
        target_pre - target_pre.mean(),
        zeta**2 * len(target_pre),
    )


def regularised_time_weights(controls: Floats, pre: int, zeta: float) -> Floats:
    """min |mean C_post - a - C_pre v|^2 + zeta^2 N0 |v|^2, v on the simplex: (pre,)."""
    before = controls[:, :pre]
    after = controls[:, pre:].mean(axis=1)
    return simplex_least_squares(
        before - before.mean(axis=0), after - after.mean(), zeta**2 * len(controls)
    )
