"""Streaming scores for bursts in a series of counts: how unlike a usual day this is.

After each step the count of the hour that ends with it is compared with what is usual
at that time, and its excess with the largest excess of a usual day of the same series.
The score answers "how many times a usual day's peak is this?", which means the same for
a series of three mentions an hour and for one of three thousand: one threshold serves
all.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import exp, log, log1p

from socialcell.clock import as_utc
from socialcell.errors import SocialcellError
from socialcell.listening.seasonal import DAY, HOUR, Baseline

ALERT_AT = 0.65
# Fewer mentions in an hour (in a step that is longer) are no news, however unusual.
LEAST_IN_HOUR = 8
LARGEST_COUNT = 1e15
ROUNDING = 1e-9

EPISODE = DAY / 2
LONGEST_SILENCE = 3 * DAY
GROWTH = log(2)
PEAK_DAYS = 14
PEAK_PRIOR_DAYS = 1
LARGEST_PEAK_CHANGE = 2.0
SMALLEST_PEAK = log(2)  # a rise by one unit is usual anywhere
SMALLEST_BLOCK_STEPS = 7


class SeriesError(SocialcellError):
    """A series that cannot be scored: the message says which point and why."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One point with what was expected of it.

    `observed` and `expected` are counts a step; `expected` is None for the first point,
    about which nothing could be known. `score` is in [0, 1]; see `SpikeDetector`.
    """

    at: datetime
    observed: float
    expected: float | None
    score: float


def score_series(points: Iterable[tuple[datetime, float]]) -> list[Scored]:
    """Score a whole series, each point from the points before it and itself.

    Raises SeriesError as `SpikeDetector.see` does.
    """
    detector = SpikeDetector()
    return [detector.see(at, observed) for at, observed in points]


class SpikeDetector:
    """Takes one point at a time and says how far it rises above a usual day.

    With x the excess of the last hour's count (of one step, where that is longer) over
    its seasonal baseline in units of its own mean deviation (at least one mention), and
    P the running mean over days of the daily maximum of log(1 + x), the ratio to a
    usual peak is R = exp(log(1 + x) - P), and the score is R / (1 + R): 0.5 at a usual
    day's peak, 0.75 at three times that, 0.9 at nine times. The logarithm of the daily
    maximum of heavy-tailed counts is a Gumbel variable whose spread depends on the tail
    only, so such ratios can be compared between series.

    A burst is news once. Within twelve hours of the last score above 0, a point scores
    0 unless its R is more than twice the R of that score. A point scores 0, too, when
    it is at or below the expectation (silence is a matter of coverage), and while there
    are fewer than `LEAST_IN_HOUR` mentions in the hour up to it, or in a longer step.

    An hour without a mention where `LEAST_IN_HOUR` were to be expected is taken for an
    outage that was counted as zeros, for three days at most: it teaches nothing, so
    that its end is no burst.
    """

    def __init__(self) -> None:
        self._baseline = Baseline()
        self._hourly = Baseline(span=HOUR)
        self._window: deque[tuple[float, float]] = deque()  # of the last hour
        self._peak = _UsualPeak(prior=2.0)
        self._block_start = 0.0
        self._block_points = 0
        self._reported: tuple[float, float] | None = None
        self._last: datetime | None = None
        self._mentioned = 0.0  # when there was a mention last

    def see(self, at: datetime, observed: float) -> Scored:
        """Score a point, then learn from it.

        `at` is aware and later than the last point's; `observed` is a count from 0 to
        LARGEST_COUNT. Anything else raises SeriesError and changes nothing; a naive
        time is a mistake in the program and raises ValueError.
        """
        at = as_utc(at)
        self._check(at, observed)
        seconds = at.timestamp()
        in_hour = self._in_hour(seconds, observed)
        if self._last is None:
            self._block_start = self._mentioned = seconds
            self._learn(at, observed, in_hour)
            return Scored(at, observed, None, 0.0)
        self._close_block(seconds)
        expected = self._baseline.expected(seconds)
        usual = self._hourly.expected(seconds)
        if observed > 0:
            self._mentioned = seconds
        silent = in_hour == 0 and usual >= LEAST_IN_HOUR
        if silent and seconds - self._mentioned <= LONGEST_SILENCE:
            self._last = at
            return Scored(at, observed, expected, 0.0)
        rise = self._rise(in_hour - usual)
        more = observed > expected * (1 + ROUNDING) and in_hour >= LEAST_IN_HOUR
        score = self._news(seconds, rise) if more else 0.0
        self._learn(at, observed, in_hour)
        return Scored(at, observed, expected, score)

    def _check(self, at: datetime, observed: float) -> None:
        if self._last is not None and at <= self._last:
            raise SeriesError(
                f"{at.isoformat()} does not come after {self._last.isoformat()}: "
                "sort the series by time and keep one value for each moment"
            )
        if not 0 <= observed <= LARGEST_COUNT:
            raise SeriesError(
                f"the value at {at.isoformat()} is {observed}: a count is a number "
                f"from 0 to {LARGEST_COUNT:g}; leave out rows whose count is unknown"
            )

    def _close_block(self, seconds: float) -> None:
        """At the end of a day, learn its peaks, unless half of it is missing."""
        length = max(DAY, SMALLEST_BLOCK_STEPS * self._baseline.step)
        if seconds - self._block_start < length:
            return
        complete = self._block_points >= self._baseline.steps(length) / 2
        self._peak.close(complete)
        self._block_start += length * ((seconds - self._block_start) // length)
        self._block_points = 0

    def _rise(self, excess: float) -> float:
        """log R: the excess of the last hour against the peaks of a usual day."""
        self._block_points += 1
        return self._peak.ratio(log1p(max(0.0, excess) / self._hourly.deviation))

    def _in_hour(self, seconds: float, observed: float) -> float:
        """The mentions of the hour up to a point; its missing steps count as 0."""
        window = self._window
        window.append((seconds, observed))
        while window[0][0] <= seconds - HOUR:
            window.popleft()
        return sum(count for _, count in window)

    def _learn(self, at: datetime, observed: float, in_hour: float) -> None:
        """An hour of which most is missing teaches nothing."""
        seconds = at.timestamp()
        self._baseline.learn(seconds, observed)
        if len(self._window) >= self._baseline.steps(HOUR) / 2:
            self._hourly.learn(seconds, in_hour)
        self._last = at

    def _news(self, seconds: float, rise: float) -> float:
        """The score, or 0 when an episode that is being told about only goes on."""
        if self._reported is not None:
            since, highest = self._reported
            if seconds - since <= EPISODE and rise <= highest + GROWTH:
                return 0.0
        self._reported = seconds, rise
        return 1 / (1 + exp(-rise))


class _UsualPeak:
    """The mean over days of the day's highest value, and the current day's so far."""

    def __init__(self, prior: float) -> None:
        self._usual = prior
        self._days = 0
        self._highest = 0.0

    def ratio(self, value: float) -> float:
        """How far a value (a logarithm) is above the usual peak."""
        self._highest = max(self._highest, value)
        return value - self._usual

    def close(self, complete: bool) -> None:
        """End the day; a day that was mostly missing teaches nothing."""
        if complete:
            self._days += 1
            change = self._highest - self._usual
            change = max(-LARGEST_PEAK_CHANGE, min(LARGEST_PEAK_CHANGE, change))
            self._usual += change / min(self._days + PEAK_PRIOR_DAYS, PEAK_DAYS)
            self._usual = max(SMALLEST_PEAK, self._usual)
        self._highest = 0.0
