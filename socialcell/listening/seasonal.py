"""What count was to be expected at a moment, learnt from the counts before it.

The logarithm of a count is taken to be the sum of a level, an effect of the hour of the
day and an effect of the hour of the week. All three follow the residuals, which are
clipped first, so that no burst, however large, moves the baseline far.
"""

from math import expm1, log1p
from statistics import median

HOUR = 3600.0
DAY = 24 * HOUR

LEVEL_DAYS = 3.0
SCALE_DAYS = 7.0
HOUR_PRIOR_DAYS = 3.0
WEEK_PRIOR_WEEKS = 2.0
REMEMBERED_PRIORS = 3.0
CLIP = 3.0
SEASON_CLIP = 1.5
SMALLEST_SCALE = 0.05
SMALLEST_DEVIATION = 1.0  # one mention an hour
TRACKING_DAYS = 0.5
TRACKING_BOOST = 20.0
FASTEST_LEVEL = 0.1
LARGEST_DEVIATION = 4.0
TO_STANDARD_DEVIATION = 1.2533  # sqrt(pi / 2): from mean absolute deviation, if normal


class Baseline:
    """A streaming, robust, seasonal expectation of a series of counts.

    Call `expected(at)` before the count of that moment is known and `learn(at, count)`
    after. Times are seconds since the epoch, in increasing order; the length of a step
    is the median of the latest gaps, so nothing but the past is used. A missing
    interval is simply not learnt from: it is unknown, not zero. A count covers `span`
    seconds, or else one step.
    """

    def __init__(self, span: float | None = None) -> None:
        self.step = HOUR
        self._span = span
        self.seen = 0
        self.deviation = SMALLEST_DEVIATION
        self._level = 0.0
        self._scale = 0.5
        self._tracking = 0.0
        self._hours = _Effects(24, HOUR_PRIOR_DAYS)
        self._week = _Effects(168, WEEK_PRIOR_WEEKS)
        self._first = 0.0
        self._last = 0.0
        self._gaps: list[float] = []

    def expected(self, at: float) -> float:
        """The usual count at a moment, >= 0; 0 when nothing has been learnt yet."""
        return _count(self._usual(at))

    def learn(self, at: float, count: float) -> None:
        """Take in the count of a moment (finite, >= 0, later than the last one)."""
        if not self.seen:
            self._begin(at, count)
        self._measure_step(at)
        usual = self._usual(at)
        surprise, excess = log1p(count) - usual, count - _count(usual)
        limit = CLIP * self._scale
        clipped = max(-limit, min(limit, surprise))
        self._move_level(clipped, limit, at - self._first)
        self._learn_season(at, surprise)
        self._learn_spread(abs(surprise), abs(excess))
        self.seen += 1
        self._last = at

    def steps(self, seconds: float) -> float:
        """How many steps of the series make up so many seconds, at least one."""
        return max(1.0, seconds / self.step)

    def _smallest_deviation(self) -> float:
        """A mention an hour, by the step: a twelfth of one in five minutes; and one
        mention where a step is longer than an hour."""
        hours = (self._span or self.step) / HOUR
        return SMALLEST_DEVIATION * min(1.0, hours)

    def _usual(self, at: float) -> float:
        return self._level + self._hours.at(at) + self._week.at(at)

    def _begin(self, at: float, count: float) -> None:
        self._level = log1p(count)
        self.deviation = max(SMALLEST_DEVIATION, count / 2)
        self._first = at

    def _measure_step(self, at: float) -> None:
        """Follow the typical gap; only the first gaps and odd ones need the median."""
        if not self.seen:
            return
        gap = at - self._last
        if gap == self.step and len(self._gaps) == 31:
            return
        self._gaps = [*self._gaps[-30:], gap]
        self.step = median(self._gaps)

    def _move_level(self, clipped: float, limit: float, age: float) -> None:
        """Follow slowly, and fast while the residuals stay on one side.

        The tracking signal is that of Trigg and Leach (1967): the smoothed residual in
        units of its size, near 0 for noise and near +-1 after a shift of the level.
        """
        self._tracking += (clipped / limit - self._tracking) / self.steps(
            TRACKING_DAYS * DAY
        )
        boost = TRACKING_BOOST * self._tracking**2 if age > 2 * DAY else 0.0
        rate = (1 + boost) / min(self.seen + 1, self.steps(LEVEL_DAYS * DAY))
        self._level += clipped * min(FASTEST_LEVEL, rate)

    def _learn_season(self, at: float, surprise: float) -> None:
        """Clipped wider than the level: an hour may be unlike the rest every day."""
        limit = max(SEASON_CLIP, CLIP * self._scale)
        clipped = max(-limit, min(limit, surprise))
        per_hour = self.steps(HOUR)
        self._hours.learn(at, clipped, per_hour)
        if at - self._first > 7 * DAY:
            self._week.learn(at, clipped, per_hour)

    def _learn_spread(self, surprise: float, excess: float) -> None:
        """Mean absolute deviations of log counts and of counts, winsorised."""
        rate = 1 / min(self.seen + 10, self.steps(SCALE_DAYS * DAY))
        surprise = min(surprise, LARGEST_DEVIATION * self._scale)
        excess = min(excess, LARGEST_DEVIATION * self.deviation)
        self._scale += rate * (TO_STANDARD_DEVIATION * surprise - self._scale)
        self._scale = max(SMALLEST_SCALE, self._scale)
        self.deviation += rate * (TO_STANDARD_DEVIATION * excess - self.deviation)
        self.deviation = max(self._smallest_deviation(), self.deviation)


def _count(logged: float) -> float:
    return max(0.0, expm1(logged))


class _Effects:
    """Averages of residuals by hour of a cycle, drawn towards 0 while little is known.

    `prior` is how many rounds of the cycle the assumption of no effect weighs.
    """

    def __init__(self, hours: int, prior: float) -> None:
        self._prior = prior
        self._effects = [0.0] * hours
        self._rounds = [0.0] * hours

    def at(self, at: float) -> float:
        return self._effects[int(at // HOUR) % len(self._effects)]

    def learn(self, at: float, residual: float, per_hour: float) -> None:
        hour = int(at // HOUR) % len(self._effects)
        self._rounds[hour] = min(
            self._rounds[hour] + 1 / per_hour, REMEMBERED_PRIORS * self._prior
        )
        weight = per_hour * (self._rounds[hour] + self._prior)
        self._effects[hour] += residual / weight
