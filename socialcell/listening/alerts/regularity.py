"""Floods that machines send: mentions that come more evenly than people do."""

import numpy as np

from socialcell.listening.alerts.baseline import Flags, Floats, Places, sums

EVEN_STEPS = 5
LEAST_EVEN = 0.6  # of what is above the usual
VARIATION_STEPS = 12
MOST_VARIATION = 0.5  # of the usual dispersion


def is_even(
    counts: Floats,
    expected: Floats,
    dispersions: Floats,
    hour: tuple[Places, Places],
) -> Flags:
    """Whether the rise of the last hour is a machine's: most of it is the same number
    in each step, and the steps vary less than the series does by itself.

    `counts` and `expected` are a step's, `dispersions` variances to means; `hour` holds
    the first place and the one after the last of each row's last hour. False where an
    hour has fewer than `EVEN_STEPS` steps.
    """
    excess = sums(counts, *hour) - sums(expected, *hour)
    even = _even_excess(counts, expected, hour) > LEAST_EVEN * excess
    return even & (_variation(counts) < MOST_VARIATION * dispersions)


def _even_excess(
    counts: Floats, expected: Floats, hour: tuple[Places, Places]
) -> Floats:
    """How many mentions of the last hour came as evenly as a machine's.

    The part above the usual of a morphological opening: at each step the largest of the
    minima of `EVEN_STEPS` steps in a row that hold it and are over.
    """
    rows = len(counts)
    if rows < EVEN_STEPS:
        return np.zeros(rows)
    least = np.zeros(rows)
    windows = np.lib.stride_tricks.sliding_window_view(counts, EVEN_STEPS)
    least[EVEN_STEPS - 1 :] = windows.min(axis=1)
    opened = [least]
    for later in range(1, EVEN_STEPS):
        opened.append(opened[-1].copy())
        opened[-1][:-later] = np.maximum(opened[-1][:-later], least[later:])
    first, last = hour
    enough = last - first >= EVEN_STEPS
    whole = np.maximum(first, last - EVEN_STEPS)
    even = sums(np.maximum(opened[-1] - expected, 0.0), first, whole)
    for back in range(EVEN_STEPS):
        place = np.arange(rows) - back
        inside = (place >= whole) & enough
        place = np.maximum(place, 0)
        even += np.where(
            inside, np.maximum(opened[back][place] - expected[place], 0), 0
        )
    return np.where(enough, even, 0.0)


def _variation(counts: Floats) -> Floats:
    """The variance to the mean of the last dozen counts, from the differences of one to
    the next; the largest of them, where a flood begins, is left out."""
    if len(counts) < VARIATION_STEPS:
        return np.full(len(counts), np.inf)
    view = np.lib.stride_tricks.sliding_window_view
    squares = view(np.diff(counts) ** 2, VARIATION_STEPS - 1)
    mentions = np.maximum(view(counts, VARIATION_STEPS).sum(axis=1), 1.0)
    ratios = (squares.sum(axis=1) - squares.max(axis=1)) / 2 / mentions
    return np.concatenate((np.full(VARIATION_STEPS - 1, np.inf), ratios))
