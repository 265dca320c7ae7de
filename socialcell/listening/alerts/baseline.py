"""What count was to be expected at a moment, learnt from the days before it.

The usual rate of a moment is the weighted mean of the same time of day in the last four
weeks, each day brought to the weekday and the festival of the moment, times the level
of the last three days. It follows the algorithm of Noufaily et al., An improved
algorithm for outbreak detection in multiple surveillance systems, Statistics in
Medicine 32(7), 2013, in its parts: a window round the same time, weights for the past,
counts that are too high made smaller, and more spread than Poisson's.

Everything is computed for all rows at once and looks back by a day at least, by an hour
for the level, so that no row is expected from itself or from what came later.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7
IST_OFFSET = 5.5 * HOUR  # of the city's midnight

HISTORY_DAYS = 28
# Before and after the same time of an earlier day, less a step.
MARGIN = HOUR
HALF_LIFE_DAYS = 20.0
PRIOR_MENTIONS = 1.5  # at the mean of the series, for what is hardly known
WEEKDAY_PRIORS = np.array([1.04] * 5 + [0.9] * 2)
WEEKDAY_PRIOR_MENTIONS, WEEKDAY_PRIOR_WEEKS = 60.0, 1.0
FESTIVAL_LEVEL = 1.5  # times the usual
LEVEL_DAYS = 3
LEVEL_PRIOR_MENTIONS = 40.0
CLIP_RATIO, CLIP_ROOTS, CLIP_LEAST = 3.0, 2.0, 1.0
GAPS = 31  # of which the length of a step is the median
LONGEST_GAP = 1.5  # steps; what comes after a longer one may be of several steps


def step_lengths(times: Floats) -> Floats:
    """The typical gap in seconds as it is known at each row: the median of the last
    `GAPS`. An hour at the first row."""
    gaps = np.diff(times)
    steps = np.full(len(times), HOUR)
    for row in range(1, min(GAPS, len(times))):
        steps[row] = np.median(gaps[:row])
    if len(gaps) >= GAPS:
        windows = np.lib.stride_tricks.sliding_window_view(gaps, GAPS)
        even = (windows == windows[:, :1]).all(axis=1)
        steps[GAPS:] = np.where(even, gaps[: len(even)], 0.0)
        odd = np.flatnonzero(~even)
        steps[GAPS + odd] = np.median(windows[odd], axis=1)
    return steps


def sums(values: Floats, first: Places, last: Places) -> Floats:
    """Of each row, the sum of the values from place `first` up to before `last`."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    return np.asarray(total[last] - total[first], dtype=np.float64)


def since(times: Floats, seconds: float | Floats) -> tuple[Places, Places]:
    """The places of the rows of the last so many seconds, each row itself included:
    the first, and the one after the last."""
    tolerance = 1e-3
    first = np.searchsorted(times, times - seconds + tolerance, side="right")
    here = np.arange(len(times))
    return np.minimum(first, here), here + 1


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual at each row: mentions a second, the same without the level of the
    last days, how many mentions of the past that rests on, and of how many days."""

    rate: Floats
    season: Floats
    mentions: Floats
    days: Floats


class Calendar:
    """Where the same time of earlier days is in a series, and what day each row is.

    `times` are ends of steps in seconds since the epoch, ascending; `steps` their
    lengths; `festive` says of each row whether its day is a festival's.
    """

    def __init__(self, times: Floats, steps: Floats, festive: Flags) -> None:
        self._times = times
        span = np.maximum(HOUR, steps)
        margin = np.maximum(0.0, MARGIN - steps)
        # The middle of a step says which day it belongs to.
        day = ((times - steps / 2 + IST_OFFSET) // DAY).astype(np.int64)
        self._weekday = (day + 3) % WEEK  # the epoch was a Thursday
        self._festival = np.where(festive, FESTIVAL_LEVEL, 1.0)
        self._lags = [
            (
                np.searchsorted(times, times - lag * DAY - span - margin, "right"),
                np.searchsorted(times, times - lag * DAY + margin, "right"),
            )
            for lag in range(1, HISTORY_DAYS + 1)
        ]
        self._before = np.searchsorted(times, times - span, "right")
        self._oldest = np.searchsorted(times, times - (HISTORY_DAYS + 1) * DAY, "right")
        self._level = [
            (
                np.searchsorted(times, times - span - (days + 1) * DAY, "right"),
                np.searchsorted(times, times - span - days * DAY, "right"),
            )
            for days in range(LEVEL_DAYS)
        ]

    def usual(self, counts: Floats, covered: Floats) -> Usual:
        """What is usual, from counts and the seconds that each of them covers; where
        nothing is known both are 0."""
        mean, weekdays = self._weekdays(counts, covered)
        past, exposure = self._past(counts, covered, weekdays)
        rate = (past.sum(axis=0) + PRIOR_MENTIONS) / (
            exposure.sum(axis=0) + PRIOR_MENTIONS / mean
        )
        weights = 0.5 ** (np.arange(1, HISTORY_DAYS + 1) / HALF_LIFE_DAYS)[:, None]
        weighed = weights * exposure
        for _ in range(2):
            usual = rate * exposure
            most = CLIP_RATIO * usual + CLIP_ROOTS * np.sqrt(usual) + CLIP_LEAST
            mentions = (weights * np.minimum(past, most)).sum(axis=0) + PRIOR_MENTIONS
            rate = mentions / (weighed.sum(axis=0) + PRIOR_MENTIONS / mean)
        days = (exposure > 0).sum(axis=0).astype(np.float64)
        level = self._levels(counts, covered, rate)
        return Usual(rate * level, rate, mentions, days)

    def _weekdays(self, counts: Floats, covered: Floats) -> tuple[Floats, Floats]:
        """The mean rate of the last weeks, and the level of each weekday."""
        mentions = sums(counts, self._oldest, self._before)
        seconds = sums(covered, self._oldest, self._before)
        mean = (mentions + 0.5) / (seconds + HOUR)
        levels = np.empty((WEEK, len(counts)))
        for day, prior in enumerate(WEEKDAY_PRIORS):
            own = self._weekday == day
            day_mentions = sums(np.where(own, counts, 0.0), self._oldest, self._before)
            day_seconds = sums(np.where(own, covered, 0.0), self._oldest, self._before)
            level = (day_mentions + WEEKDAY_PRIOR_MENTIONS * prior) / (
                day_seconds * mean + WEEKDAY_PRIOR_MENTIONS
            )
            weeks = day_seconds / DAY
            levels[day] = prior * (level / prior) ** (
                weeks / (weeks + WEEKDAY_PRIOR_WEEKS)
            )
        return mean, levels

    def _past(
        self, counts: Floats, covered: Floats, weekdays: Floats
    ) -> tuple[Floats, Floats]:
        """Counts round the same time of each earlier day (28 by rows), and the seconds
        of the row's own day that they stand for."""
        rows = np.arange(len(counts))
        level = weekdays[self._weekday, rows] * self._festival
        past = np.empty((HISTORY_DAYS, len(counts)))
        exposure = np.empty_like(past)
        for lag, (first, last) in enumerate(self._lags, 1):
            place = np.maximum(last - 1, 0)
            then = weekdays[(self._weekday - lag) % WEEK, rows] * self._festival[place]
            past[lag - 1] = sums(counts, first, last)
            exposure[lag - 1] = sums(covered, first, last) * then / level
        return past, exposure

    def _levels(self, counts: Floats, covered: Floats, rate: Floats) -> Floats:
        """The median, over the last days, of what came to what was expected."""
        expected = rate * covered
        ratios = [
            (sums(counts, first, last) + LEVEL_PRIOR_MENTIONS)
            / (sums(expected, first, last) + LEVEL_PRIOR_MENTIONS)
            for first, last in self._level
        ]
        return np.asarray(np.median(ratios, axis=0), dtype=np.float64)
