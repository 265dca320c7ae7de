"""Makes series of counts with bursts, seasons and labelled anomalies, from a seed.

Everything the detector has to live with is drawn anew for each series: the volume (3 to
80 a step), a daily wave, quieter week-ends, a slow wander, sometimes a shift of the
level, over-dispersed counts, heavy-tailed little bursts several times a day, and
outages counted as zeros. Labelled are two kinds of event: sharp ones that fade within
minutes to hours and broad ones that last for half a day; half announce themselves. As
in the Numenta benchmark, windows lie around the onset and cover a tenth of a series.
"""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]

DAYS = 50
STEPS_A_DAY = 288


def make(seed: int) -> tuple[Counts, list[tuple[int, int]]]:
    """Counts of 50 days by five minutes, and windows as (first, last) rows."""
    draw = np.random.default_rng(seed)
    level = np.exp(draw.uniform(np.log(3), np.log(80)))
    rate = level * np.exp(_season(draw))
    _add_small_bursts(draw, rate, level)
    windows = _add_events(draw, rate, level)
    shape = draw.uniform(2, 20)
    counts = draw.poisson(rate * draw.gamma(shape, 1 / shape, len(rate)))
    for _ in range(draw.integers(0, 3)):
        start = draw.integers(len(counts))
        counts[start : start + draw.integers(5, 60)] = 0
    return counts.astype(float), windows


def _season(draw: np.random.Generator) -> Counts:
    steps = np.arange(DAYS * STEPS_A_DAY)
    wave = draw.uniform(0.2, 0.8) * np.sin(
        2 * np.pi * (steps / STEPS_A_DAY - draw.uniform())
    )
    weekend = np.log(draw.uniform(0.5, 1)) * (steps // STEPS_A_DAY % 7 >= 5)
    shift = np.zeros(len(steps))
    if draw.random() < 0.4:
        shift[int(draw.uniform(0.3, 0.7) * len(steps)) :] = draw.uniform(-0.6, 0.6)
    return wave + weekend + _wander(draw, len(steps)) + shift


def _wander(draw: np.random.Generator, steps: int) -> Counts:
    """A first-order autoregression that forgets in half a day."""
    keep = np.exp(-2 / STEPS_A_DAY)
    noise = draw.normal(0, draw.uniform(0.1, 0.3) * np.sqrt(1 - keep**2), steps)
    wander = np.zeros(steps)
    for step in range(1, steps):
        wander[step] = keep * wander[step - 1] + noise[step]
    return wander


def _add_small_bursts(draw: np.random.Generator, rate: Counts, level: float) -> None:
    tail, a_day = draw.uniform(1.3, 2.5), draw.uniform(0.5, 4)
    for _ in range(draw.poisson(a_day * DAYS)):
        height = 1.5 * level * (draw.pareto(tail) + 1)
        _add_burst(
            rate, int(draw.integers(len(rate))), height, 0.3 + draw.exponential(2)
        )


def _add_events(
    draw: np.random.Generator, rate: Counts, level: float
) -> list[tuple[int, int]]:
    rows, number = len(rate), int(draw.integers(1, 5))
    half = int(0.05 * rows / number)
    windows = []
    for part in range(number):
        first = (0.12 + 0.88 * part / number) * rows + half
        last = (0.12 + 0.88 * (part + 1) / number) * rows - half
        onset = int(draw.uniform(first, last))
        sharp = draw.random() < 0.7
        low, high = (15, 100) if sharp else (5, 15)
        height = level * np.exp(draw.uniform(np.log(low), np.log(high)))
        fade = draw.uniform(0.01, 0.14) if sharp else draw.uniform(0.25, 0.7)
        _add_burst(rate, onset, height, max(1.0, fade * STEPS_A_DAY))
        if draw.random() < 0.5:
            lead = int(draw.integers(3, 36))
            rate[onset - lead : onset] += 0.15 * height * np.linspace(0, 1, lead)
        windows.append((onset - half, min(rows - 1, onset + half)))
    return windows


def _add_burst(rate: Counts, onset: int, height: float, fade: float) -> None:
    rows = min(len(rate) - onset, int(8 * fade) + 1)
    rate[onset : onset + rows] += height * np.exp(-np.arange(rows) / fade)
