"""Bayesian structural time series: the one place that knows the package."""

from dataclasses import dataclass

import numpy as np

from socialcell.causal.controls import weekday_columns
from socialcell.causal.simplex import Floats


@dataclass(frozen=True)
class EffectEstimate:
    """Mean, standard deviation and 95 % interval of a posterior."""

    mean: float
    sd: float
    lower: float
    upper: float

    @property
    def claims(self) -> bool:
        """True when zero lies outside the interval."""
        return not self.lower <= 0 <= self.upper


@dataclass(frozen=True)
class Posterior:
    """Average outcome, counterfactual and effect per treated period.

    ``relative`` is effect / counterfactual; ``p_value`` the posterior probability that
    the effect has the other sign (at least one draw's worth). ``expected`` has
    the counterfactual of each period, weekdays included; ``lower`` and ``upper`` are
    the ends of its 95 % band.
    """

    actual: float
    predicted: float
    effect: EffectEstimate
    relative: EffectEstimate
    p_value: float
    expected: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


def forecast(
    outcome: Floats,
    controls: Floats,
    pre: int,
    level_prior: float,
    *,
    weekdays: bool,
    draws: int = 1000,
    warm_up: int = 500,
    seed: int = 0,
) -> Posterior:
    """Fit the first ``pre`` periods, predict the rest, compare (Brodersen et al. 2015).

    ``outcome`` is (periods,), ``controls`` (periods, columns), columns may be none. A
    local level with prior standard deviation ``level_prior`` per period, in standard
    deviations of the outcome, plus a spike-and-slab regression. With ``weekdays`` the
    day of the week enters as seven fixed effects. The same seed gives the same answer.
    """
    # Imported on first use: lists of campaigns load this module, few ask it.
    from causal_impact import CausalImpact

    columns = np.column_stack([outcome, controls])
    weekday = np.zeros(len(outcome))
    if weekdays:
        weekday = weekday_effects(outcome, controls, pre)
        columns[:, 0] -= weekday
    analysis = CausalImpact(
        columns,
        [0, pre - 1],
        [pre, len(outcome) - 1],
        model_args={
            "niter": draws,
            "nwarmup": warm_up,
            "seed": seed,
            "prior_level_sd": level_prior,
        },
    )
    results = analysis._results
    return Posterior(
        actual=float(np.mean(results.actual)),
        predicted=float(np.mean(results.predictions_mean)),
        effect=EffectEstimate(
            float(results.point_effect_mean),
            float(results.average_effect_sd),
            float(results.ci_lower),
            float(results.ci_upper),
        ),
        relative=EffectEstimate(
            float(results.relative_effect_mean),
            float(results.relative_effect_sd),
            float(results.relative_effect_lower),
            float(results.relative_effect_upper),
        ),
        p_value=float(results.p_value),
        expected=tuple(map(float, results.predictions_mean + weekday[pre:])),
        lower=tuple(map(float, results.predictions_lower + weekday[pre:])),
        upper=tuple(map(float, results.predictions_upper + weekday[pre:])),
    )


def weekday_effects(outcome: Floats, controls: Floats, pre: int) -> Floats:
    """What each weekday adds, by least squares beside the controls: (periods,).

    Learnt from the first ``pre`` periods; its mean over the other periods is zero, so
    that taking it off leaves the averages there as they were.
    """
    days = weekday_columns(len(outcome))
    level = controls - controls[:pre].mean(axis=0)
    model = np.hstack([days, level])
    fitted = np.linalg.lstsq(model[:pre], outcome[:pre], rcond=None)[0][:7]
    effects = days @ fitted
    return np.asarray(effects - effects[pre:].mean(), dtype=np.float64)
