"""Placebos in space and in time: the same estimate where nothing was done."""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from socialcell.causal.panel import Fit, Method, estimate
from socialcell.causal.simplex import Floats

ALPHA = 0.05
MOST_PLACEBOS = 200
SEED = 20_211

Interval = tuple[float, float]


@dataclass(frozen=True)
class Placebos:
    """The same estimate on untreated units, as if each had been treated.

    All arrays are (placebos,): effect, root mean square of the pre-period gap, slope of
    the pre-period gap per period, and root mean square of the post-period gap.
    """

    effects: Floats
    pre_rms: Floats
    slopes: Floats
    post_rms: Floats

    def spread(self) -> float | None:
        """Standard error: sqrt of the mean squared deviation (algorithm 4 of SDID)."""
        return float(np.std(self.effects)) if len(self.effects) > 1 else None

    def interval(self, effect: float) -> Interval | None:
        """95 % interval: effect -+ Student's t with placebos - 1 degrees x spread."""
        spread = self.spread()
        if spread is None:
            return None
        # Imported on first use: lists of campaigns load this module, few ask it.
        from scipy import stats

        reach = float(stats.t.ppf(1 - ALPHA / 2, len(self.effects) - 1)) * spread
        return effect - reach, effect + reach


def placebos_in_space(
    method: Method, controls: Floats, pre: int, treated_count: int = 1
) -> Placebos:
    """Treat every set of ``treated_count`` controls in turn, the rest being controls.

    All sets when there are at most 200, otherwise 200 drawn with a fixed seed; none
    when a set would leave no control. ``controls`` is (units, periods).
    """
    rows = []
    for chosen in _placebo_sets(len(controls), treated_count):
        pretend = np.zeros(len(controls), dtype=bool)
        pretend[list(chosen)] = True
        fit = estimate(method, controls[pretend], controls[~pretend], pre)
        rows.append((fit.att, pre_rms(fit), pre_slope(fit), post_rms(fit)))
    table = np.array(rows, dtype=float).reshape(-1, 4)
    return Placebos(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def _placebo_sets(units: int, size: int) -> list[tuple[int, ...]]:
    if units <= size:
        return []
    if comb(units, size) <= MOST_PLACEBOS:
        return list(combinations(range(units), size))
    draw = np.random.default_rng(SEED)
    return [
        tuple(int(unit) for unit in draw.choice(units, size, replace=False))
        for _ in range(MOST_PLACEBOS)
    ]


def pre_rms(fit: Fit) -> float:
    """Root mean square of the pre-period gap about its own mean."""
    gap = fit.gaps[: fit.pre]
    return float(np.sqrt(np.mean((gap - gap.mean()) ** 2)))


def post_rms(fit: Fit) -> float:
    """Root mean square of the treated periods' gap."""
    return float(np.sqrt(np.mean(fit.gaps[fit.pre :] ** 2)))


def pre_slope(fit: Fit) -> float:
    """Least-squares slope of the pre-period gap, outcome units per period."""
    if fit.pre < 2:
        return 0.0
    time = np.arange(fit.pre) - (fit.pre - 1) / 2
    return float(time @ fit.gaps[: fit.pre] / (time @ time))


def placebo_p_value(method: Method, fit: Fit, placebos: Placebos) -> float | None:
    """Rank of the real effect among the placebos: (1 + as large) / (1 + placebos).

    ``sc`` compares post/pre root mean square ratios (Abadie, Diamond and Hainmueller
    2010), the others absolute effects. None without placebos.
    """
    if not len(placebos.effects):
        return None
    real, others = abs(fit.att), np.abs(placebos.effects)
    if method == "sc":
        floor = 1e-9 * max(1.0, float(np.abs(fit.actual).max()))
        real = post_rms(fit) / max(pre_rms(fit), floor)
        others = placebos.post_rms / np.maximum(placebos.pre_rms, floor)
    as_large = int(np.sum(others >= real * (1 - 1e-12)))
    return (1 + as_large) / (1 + len(others))


@dataclass(frozen=True)
class TimePlacebos:
    """Effects found before anything happened: (windows,), and the window's length."""

    effects: Floats
    length: int


def placebos_in_time(
    method: Method, treated: Floats, controls: Floats, pre: int, most: int = 20
) -> TimePlacebos:
    """Pretend that treatment began earlier, on windows that end before it did.

    A window is as long as the treated time, at most a third of the pre-period; each
    keeps at least half of the pre-period as its own. ``most`` windows, evenly spread.
    """
    length = max(1, min(controls.shape[1] - pre, pre // 3))
    first, last = max(2, pre // 2), pre - length
    starts = np.unique(np.linspace(first, last, most).round().astype(int))
    effects = [
        estimate(
            method, treated[:, : start + length], controls[:, : start + length], start
        ).att
        for start in starts
        if first <= start <= last
    ]
    return TimePlacebos(np.array(effects), length)
