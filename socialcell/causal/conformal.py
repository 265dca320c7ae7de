"""Conformal inference: permute the residuals of a fit made under the null."""

import math
from dataclasses import dataclass

import numpy as np

from socialcell.causal.panel import Method, noise_level, regularised_unit_weights
from socialcell.causal.placebo import ALPHA, SEED, Interval
from socialcell.causal.simplex import Floats

PERMUTATIONS = 5_000
STEPS = 81


@dataclass(frozen=True)
class Conformal:
    """p-values of "no effect in any treated period", by two sets of permutations."""

    iid: float
    block: float


def conformal_p_values(
    method: Method, treated: Floats, controls: Floats, pre: int
) -> Conformal:
    """Chernozhukov, Wuethrich and Zhu 2021 (JASA 116), statistic sum |u| over post.

    ``treated`` and ``controls`` are (units, periods). The weights are fitted again on
    all periods, so that residuals are exchangeable under the null. ``iid`` draws 5,000
    permutations with a fixed seed; ``block`` takes all cyclic shifts.
    """
    residuals = _null_residuals(method, treated, controls, pre, 0.0)
    return Conformal(_iid_p_value(residuals, pre), _block_p_value(residuals, pre))


def prediction_half_width(residuals: Floats) -> float | None:
    """How far a single period lies from its prediction with 95 % probability, to either
    side, if periods are exchangeable: split conformal prediction (Lei et al. 2018).

    ``residuals`` (periods,) are of periods in which nothing happened. None with less
    than 19: no width can then be that sure.
    """
    rank = math.ceil((1 - ALPHA) * (len(residuals) + 1))
    if rank > len(residuals):
        return None
    return float(np.sort(np.abs(residuals))[rank - 1])


def conformal_interval(
    method: Method,
    treated: Floats,
    controls: Floats,
    pre: int,
    start_interval: Interval,
) -> Interval | None:
    """Constant effects that the block permutations do not reject at 5 %.

    Tries 81 effects over ``around`` stretched twofold; None when there are too few
    periods to reject anything, or when an end of that range is not rejected.
    """
    if controls.shape[1] * ALPHA < 1:
        return None
    middle, reach = (
        (start_interval[0] + start_interval[1]) / 2,
        start_interval[1] - start_interval[0],
    )
    grid = np.linspace(middle - reach, middle + reach, STEPS)
    accepted = [
        float(effect)
        for effect in grid
        if _block_p_value(
            _null_residuals(method, treated, controls, pre, float(effect)), pre
        )
        > ALPHA
    ]
    if not accepted or accepted[0] == grid[0] or accepted[-1] == grid[-1]:
        return None
    return accepted[0], accepted[-1]


def _null_residuals(
    method: Method, treated: Floats, controls: Floats, pre: int, effect: float
) -> Floats:
    """Absolute residuals of all periods, the effect taken off the treated ones."""
    target = treated.mean(axis=0).copy()
    target[pre:] -= effect
    weights = np.full(len(controls), 1.0 / len(controls))
    if method != "did":
        post = controls.shape[1] - pre
        strength = 1e-6 if method == "sc" else (len(treated) * post) ** 0.25
        zeta = strength * noise_level(controls)
        weights = regularised_unit_weights(target, controls, zeta)
    gap = target - weights @ controls
    return np.asarray(np.abs(gap - gap.mean()), dtype=np.float64)


def _block_p_value(residuals: Floats, pre: int) -> float:
    periods = len(residuals)
    running = np.concatenate([[0.0], np.cumsum(np.concatenate([residuals, residuals]))])
    starts = pre + np.arange(periods)
    shifted = running[starts + periods - pre] - running[starts]
    return float(np.mean(shifted >= shifted[0] * (1 - 1e-12)))


def _iid_p_value(residuals: Floats, pre: int) -> float:
    draw = np.random.default_rng(SEED)
    table = np.tile(residuals, (PERMUTATIONS, 1))
    shuffled = draw.permuted(table, axis=1)[:, pre:].sum(axis=1)
    observed = float(residuals[pre:].sum()) * (1 - 1e-12)
    return (1 + int(np.sum(shuffled >= observed))) / (1 + PERMUTATIONS)
