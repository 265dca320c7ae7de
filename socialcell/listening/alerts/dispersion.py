"""How improbable a count is, by a negative binomial of the series' own dispersion.

A step's count varies more than Poisson's, by its dispersion (people answer each other),
and the rate itself varies from hour to hour. Both are learnt from the last four weeks
and drawn to what is common while little is known.
"""

import numpy as np

from socialcell.listening.alerts.baseline import (
    DAY,
    HISTORY_DAYS,
    HOUR,
    Floats,
    Usual,
    sums,
)

DISPERSION, DISPERSION_MENTIONS = 1.25, 50.0
LEAST_DISPERSION = 1.05
RATE_VARIATION, RATE_WEIGHT = 0.1, 4000.0  # the weight in squared mentions an hour
LEAST_RATE_VARIATION = 0.04
MOST_DEVIATIONS = 4.0
RATE_ERROR = 1.5
LEAST_MEAN = 0.02
HIGHEST_SURPRISE = 300.0


def dispersion(
    times: Floats, counts: Floats, expected: Floats, covered: Floats
) -> Floats:
    """The variance of a step's count to its mean, as it was in the last four weeks.

    From the differences of one step to the next (J. von Neumann, Distribution of the
    ratio of the mean square successive difference to the variance, 1941), which a
    change of the rate over hours does not touch.
    """
    there = (covered > 0) & (np.roll(covered, 1) > 0)
    residuals = counts - expected
    squares = np.where(there, (residuals - np.roll(residuals, 1)) ** 2 / 2, 0.0)
    first = np.searchsorted(times, times - HISTORY_DAYS * DAY, "right")
    last = np.searchsorted(times, times - 2 * HOUR, "right")
    total = sums(squares, first, last) + DISPERSION * DISPERSION_MENTIONS
    mentions = sums(np.where(there, counts, 0.0), first, last) + DISPERSION_MENTIONS
    return np.maximum(LEAST_DISPERSION, total / mentions)


def rate_variation(
    times: Floats,
    in_hour: Floats,
    expected: Floats,
    dispersions: Floats,
    weights: Floats,
) -> Floats:
    """The squared variation of the rate from hour to hour, in the last four weeks.

    What the counts of hours vary more than `dispersions` explain; a burst counts with
    `MOST_DEVIATIONS` at most. `weights` are the hours that a row is.
    """
    first = np.searchsorted(times, times - HISTORY_DAYS * DAY, "right")
    last = np.searchsorted(times, times - 2 * HOUR, "right")
    by_chance = dispersions * expected
    most = MOST_DEVIATIONS**2 * (by_chance + RATE_VARIATION * expected**2)
    squares = np.minimum((in_hour - expected) ** 2, most) - by_chance
    total = sums(weights * squares, first, last) + RATE_VARIATION * RATE_WEIGHT
    return np.maximum(
        LEAST_RATE_VARIATION,
        total / (sums(weights * expected**2, first, last) + RATE_WEIGHT),
    )


def surprise(
    counts: Floats, means: Floats, dispersions: Floats, variations: Floats, usual: Usual
) -> Floats:
    """Minus the common logarithm of the chance of a count or a larger one.

    The counts are negative binomial: their variance is `dispersions` times the mean,
    and the squared mean times what the rate varies and is uncertain.
    """
    # Imported on first use: every import of posts loads this module, few ask it.
    from scipy.special import betainc

    means = np.maximum(means, LEAST_MEAN)
    days = np.maximum(usual.days, 1.0)
    rate = variations * (1 + 1 / days) + RATE_ERROR * dispersions / usual.mentions
    ratio = dispersions + rate * means  # variance to mean
    chance = betainc(np.maximum(counts, 1e-9), means / (ratio - 1), 1 - 1 / ratio)
    with np.errstate(divide="ignore"):
        logarithm = -np.log10(chance)
    return np.where(counts > means, np.minimum(logarithm, HIGHEST_SURPRISE), 0.0)
