"""Which of many series of mentions rose as chance seldom makes them, and when."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from socialcell.listening.alerts.baseline import Flags, Floats
from socialcell.listening.alerts.burst_detector import (
    ALERT_AT,
    LEAST_IN_HOUR,
    score_series,
)
from socialcell.listening.alerts.festivals import CityFestivals
from socialcell.listening.alerts.people_times import HOUR, STEP

DAY = timedelta(days=1)
HISTORY = 28 * DAY


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
    no mention counts as silent since the first mention of any series.
    """
    first = min((times[0] for times in series.values() if times), default=now)
    begin = max(since - HISTORY, first)
    found_spikes = [
        spike
        for name, times in series.items()
        if _has_many(times, since)
        for spike in _spikes_of(name, times, begin, since, now)
    ]
    return sorted(
        found_spikes, key=lambda spike: (spike.at, -spike.score, spike.series)
    )


def in_hour(times: Sequence[datetime], at: datetime) -> int:
    """How many are in the hour before a moment."""
    return bisect_left(times, at) - bisect_left(times, at - HOUR)


def _has_many(times: Sequence[datetime], since: datetime) -> bool:
    """Whether an hour since then holds enough to be news: most series are never
    counted by steps."""
    recent = times[bisect_left(times, since - HOUR) :]
    last = recent[LEAST_IN_HOUR - 1 :]
    return any(b - a < HOUR for a, b in zip(recent, last, strict=False))


def _spikes_of(
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
    places = [bisect_left(times, edge) for edge in edges]
    counts = np.diff(places).astype(np.float64)
    looked_at = np.array([since < edge <= now for edge in edges[1:]])
    if not _may_rise(counts, looked_at):
        return []
    points = zip(edges[1:], counts.tolist(), strict=True)
    scored = score_series(points, CityFestivals())
    hour = int(HOUR / STEP)
    found_spikes: list[Spike] = []
    for n in np.flatnonzero(looked_at).tolist():
        point = scored[n]
        if point.score < ALERT_AT:
            continue
        window = scored[max(0, n - hour + 1) : n + 1]
        usual = sum(step_point.expected or 0.0 for step_point in window)
        observed = in_hour(times, point.at)
        found_spikes.append(Spike(name, point.at, point.score, observed, usual))
    return found_spikes


def _may_rise(counts: Floats, looked_at: Flags) -> bool:
    """Whether an hour holds enough to be news, and no less than the mean of the same
    hour of the days before: what is cheap to know saves scoring the series."""
    hour, day = int(HOUR / STEP), int(DAY / STEP)
    total = np.concatenate((np.zeros(hour), np.cumsum(counts)))
    in_hours = total[hour:] - total[: len(counts)]
    rows = np.flatnonzero(looked_at & (in_hours >= LEAST_IN_HOUR))
    past = rows[:, None] - day * np.arange(1, HISTORY // DAY + 1)
    usual = np.where(past >= 0, in_hours[np.maximum(past, 0)], 0.0).sum(axis=1)
    days = np.maximum((past >= 0).sum(axis=1), 1)
    return bool((in_hours[rows] >= usual / days).any())
