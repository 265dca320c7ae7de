"""Which of many series of mentions rose above a usual day, and when."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from socialcell.listening.detect import ALERT_AT, LEAST_IN_HOUR, score_series

STEP = timedelta(minutes=5)
HOUR = timedelta(hours=1)
HISTORY = timedelta(days=14)


@dataclass(frozen=True)
class Spike:
    """A series at a moment: mentions of the hour before it, and how many are usual."""

    series: str
    at: datetime
    score: float
    observed: int
    expected: float


def spikes(
    series: Mapping[str, Sequence[datetime]], since: datetime, now: datetime
) -> list[Spike]:
    """Spikes in (since, now], earliest first.

    `series` holds the sorted times of each series' mentions from `HISTORY` before
    `since` on. Each point is scored from what came before it alone. A series of which
    nothing was heard yet was silent since the first mention of any of them.
    """
    first = min((times[0] for times in series.values() if times), default=now)
    begin = max(since - HISTORY, first)
    found = [
        spike
        for name, times in series.items()
        if _may_rise(times, since, now)
        for spike in _of(name, times, begin, since, now)
    ]
    return sorted(found, key=lambda spike: (spike.at, -spike.score, spike.series))


def in_hour(times: Sequence[datetime], at: datetime) -> int:
    """How many are in the hour before a moment."""
    return bisect_left(times, at) - bisect_left(times, at - HOUR)


def _may_rise(times: Sequence[datetime], since: datetime, now: datetime) -> bool:
    """Whether an hour holds enough to be news, and no less than the mean hour: what is
    cheap to know saves scoring the rest."""
    mean = len(times) * (HOUR / (now - since + HISTORY))
    least = max(LEAST_IN_HOUR, mean)
    recent = times[bisect_left(times, since - HOUR) :]
    return any(in_hour(times, at + STEP) >= least for at in recent)


def _of(
    name: str,
    times: Sequence[datetime],
    begin: datetime,
    since: datetime,
    now: datetime,
) -> list[Spike]:
    # The last step ends now or less than a step ago; the first holds the beginning.
    end = now - (now - now.replace(minute=0, second=0, microsecond=0)) % STEP
    steps = int((end - begin) / STEP) + 1
    edges = [end - STEP * (steps - n) for n in range(steps + 1)]
    cuts = [bisect_left(times, edge) for edge in edges]
    counts = [b - a for a, b in pairwise(cuts)]
    scored = score_series(zip(edges[1:], map(float, counts), strict=True))
    hour = int(HOUR / STEP)
    found: list[Spike] = []
    for n, point in enumerate(scored):
        if point.score < ALERT_AT or not since < point.at <= now:
            continue
        window = scored[max(0, n - hour + 1) : n + 1]
        usual = sum(one.expected or 0.0 for one in window)
        observed = in_hour(times, point.at)
        found.append(Spike(name, point.at, point.score, observed, usual))
    return found
