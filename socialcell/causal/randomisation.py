"""Randomisation inference for difference-in-differences."""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from socialcell.causal.placebo import ALPHA, SEED, Interval
from socialcell.causal.simplex import Floats

MOST_ASSIGNMENTS = 10_000


def smallest_p_value(units: int, treated: int) -> float:
    """The smallest two-sided p-value that a draw of `treated` among `units` can give.

    1 / C(units, treated); twice that where half are treated, for the draw that swaps
    both halves has the same difference with the other sign (Rosenbaum 2002, 2.4).
    """
    mirrored = 2 if 2 * treated == units else 1
    return min(1.0, mirrored / comb(units, treated))


@dataclass(frozen=True)
class Randomisation:
    """DiD under every (or 10,000 drawn) assignments of treatment to units."""

    p_value: float
    interval: Interval | None
    assignments: int


def randomisation_test(treated: Floats, controls: Floats, pre: int) -> Randomisation:
    """Fisher's exact test of the DiD effect, inverted for a 95 % interval.

    For an assignment p with effect e(p) and overlap d(p) = mean of the real treatment
    indicator among its treated less that among its controls, an assumed constant effect
    x is as extreme as observed when |e(p) - x d(p)| >= |e - x|. Each assignment accepts
    an interval of x about e; x is kept while more than 5 % accept it (Rosenbaum 2002,
    section 2). None when there are fewer than 20 assignments.
    """
    everyone = np.vstack([treated, controls])
    change = everyone[:, pre:].mean(axis=1) - everyone[:, :pre].mean(axis=1)
    units, size = len(everyone), len(treated)
    assigned = _assignments(units, size)
    share = size * (units - size) / units
    real = np.zeros(units)
    real[:size] = 1.0
    effects = (assigned @ change - size * change.mean()) / share
    overlaps = (assigned @ real - size * size / units) / share
    effect = effects[0]
    p_value = float(np.mean(np.abs(effects) >= abs(effect) * (1 - 1e-12)))
    excess = effects - effect * overlaps
    up = _accepted_reach(excess, overlaps)
    down = _accepted_reach(-excess, overlaps)
    spare = int(np.floor(ALPHA * len(assigned) + 1e-9))
    reach_up = float(np.sort(up)[::-1][spare]) if spare < len(up) else np.inf
    reach_down = float(np.sort(down)[::-1][spare]) if spare < len(down) else np.inf
    if not (np.isfinite(reach_up) and np.isfinite(reach_down)):
        return Randomisation(p_value, None, len(assigned))
    interval = (float(effect) - reach_down, float(effect) + reach_up)
    return Randomisation(p_value, interval, len(assigned))


def _accepted_reach(excess: Floats, overlaps: Floats) -> Floats:
    """Largest step s >= 0 with s <= |excess - s overlap|; infinite for the real one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(excess > 0, excess / (1 + overlaps), -excess / (1 - overlaps))
    same = np.abs(overlaps) > 1 - 1e-9
    return np.where(same, np.inf, reach)


def _assignments(units: int, size: int) -> Floats:
    """Rows of zeros and ones (assignments, units); the real assignment comes first."""
    if comb(units, size) <= MOST_ASSIGNMENTS:
        chosen = np.array(list(combinations(range(units), size)))
    else:
        draw = np.random.default_rng(SEED)
        order = draw.random((MOST_ASSIGNMENTS, units)).argsort(axis=1)
        chosen = np.vstack([np.arange(size), order[1:, :size]])
    table = np.zeros((len(chosen), units))
    np.put_along_axis(table, chosen, 1.0, axis=1)
    return table
