"""Detectors to be compared with ours, written anew from their descriptions.

Each takes the counts of one series and gives a score in [0, 1] for every row, from that
row and the rows before it. `quieted` gives any of them our rule that a burst is told
once, so that the comparison is about the detectors and not about repetition.
"""

from collections import deque
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Counts = NDArray[np.float64]
Scores = NDArray[np.float64]


def windowed_gaussian(counts: Counts, window: int = 6400, step: int = 100) -> Scores:
    """The benchmark's baseline: upper tail under the mean and deviation of a window."""
    scores = np.zeros(len(counts))
    mean, deviation = 0.0, 1.0
    for row, count in enumerate(counts):
        if row % step == 0 and row:
            past = counts[max(0, row - window) : row]
            mean, deviation = float(past.mean()), float(max(past.std(), 1e-6))
        scores[row] = 1 - erfc((count - mean) / deviation / sqrt(2)) / 2
    return scores


def log_gaussian(counts: Counts) -> Scores:
    """The same on logarithms: the least that heavy tails ask for."""
    return windowed_gaussian(np.log1p(counts))


def relative_entropy(
    counts: Counts, bins: int = 5, window: int = 52, level: float = 0.01
) -> Scores:
    """Wang et al. 2011: does the latest window's histogram fit one that was accepted?

    Twice the window times the Kullback-Leibler divergence is held against chi-square;
    a window that fits none becomes a hypothesis of its own and is anomalous once.
    """
    scores = np.zeros(len(counts))
    smallest, largest = counts[0], counts[0]
    known: list[NDArray[np.float64]] = []
    seen: list[int] = []
    limit = chi2.ppf(1 - level, bins - 1)
    for row, count in enumerate(counts):
        smallest, largest = min(smallest, count), max(largest, count)
        if row < window or largest == smallest:
            continue
        latest = counts[row - window + 1 : row + 1]
        histogram = np.histogram(latest, bins, (smallest, largest))[0] / window
        distances = [2 * window * _divergence(histogram, other) for other in known]
        if distances and min(distances) < limit:
            nearest = int(np.argmin(distances))
            seen[nearest] += 1
            scores[row] = 0.0 if seen[nearest] > 1 else 1.0
        else:
            known.append(histogram)
            seen.append(1)
            scores[row] = 1.0
    return scores


def _divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    there = one > 0
    return float(
        np.sum(one[there] * np.log(one[there] / np.maximum(other[there], 1e-6)))
    )


def nearest_neighbours(
    counts: Counts, dimension: int = 19, past: int = 600, k: int = 27
) -> Scores:
    """KNN-CAD (Burnaev and Ishimtsev 2016): conformal rank of distances of windows.

    Windows of 19 values under a Mahalanobis distance; the sum of the distances to the
    27 nearest of the last 600 windows is ranked among the sums of the last 600.
    """
    scores = np.zeros(len(counts))
    windows = np.lib.stride_tricks.sliding_window_view(counts, dimension)
    sums: deque[float] = deque(maxlen=past)
    inverse = np.eye(dimension)
    for place in range(past, len(windows)):
        if place % 100 == 0 or place == past:
            spread = np.cov(windows[place - past : place].T)
            inverse = np.linalg.pinv(spread + 1e-6 * np.eye(dimension))
        apart = windows[place - past : place] - windows[place]
        distances = np.sum(apart @ inverse * apart, axis=1)
        total = float(np.sort(distances)[:k].sum())
        if sums:
            scores[place + dimension - 1] = np.mean(np.asarray(sums) < total)
        sums.append(total)
    return scores


def changes_of_level(
    counts: Counts, hazard: float = 1 / 250, runs: int = 300
) -> Scores:
    """Adams and MacKay 2007 on logarithms: probability that a run has just begun.

    Normal values with unknown mean and variance; run lengths are cut at 300. The score
    is the probability of a run of at most ten points.
    """
    values = np.log1p(counts)
    scores = np.zeros(len(values))
    mean, weight = np.array([values[0]]), np.array([1.0])
    shape, scale = np.array([1.0]), np.array([0.1])
    probability = np.array([1.0])
    for row, value in enumerate(values):
        fit = _student(value, mean, scale * (weight + 1) / (weight * shape), 2 * shape)
        grown = probability * fit * (1 - hazard)
        probability = np.append((probability * fit).sum() * hazard, grown)[:runs]
        probability /= probability.sum()
        scores[row] = probability[:10].sum() if row > 10 else 0.0
        scale = np.append(
            0.1, scale + weight * (value - mean) ** 2 / (2 * (weight + 1))
        )
        mean = np.append(value, (weight * mean + value) / (weight + 1))
        weight, shape = np.append(1.0, weight + 1), np.append(1.0, shape + 0.5)
        mean, weight = mean[:runs], weight[:runs]
        shape, scale = shape[:runs], scale[:runs]
    return scores


def _student(
    value: float,
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
    freedom: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Student's density up to a factor that depends on the degrees of freedom."""
    bend = (1 + (value - mean) ** 2 / (freedom * variance)) ** (-(freedom + 1) / 2)
    shape = np.sqrt(np.maximum(freedom, 1) / (freedom + 1.5))
    return np.maximum(bend * shape / np.sqrt(variance), 1e-300)


def quieted(scores: Scores, steps: int) -> Scores:
    """Leaves a score only where it exceeds every score told within so many steps."""
    told = np.zeros(len(scores))
    last, highest = -steps - 1, 0.0
    for row, score in enumerate(scores):
        if score > 0 and (row - last > steps or score > highest):
            told[row] = score
            last, highest = row, score
    return told


RIVALS = {
    "windowed Gaussian": windowed_gaussian,
    "windowed Gaussian of logarithms": log_gaussian,
    "relative entropy": relative_entropy,
    "nearest neighbours (KNN-CAD)": nearest_neighbours,
    "Bayesian change points": changes_of_level,
}
