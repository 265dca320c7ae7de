"""Scores for bursts in a series of counts: how improbable the last hours are.

After each step the counts of the last hour and of the last three are compared with
what is usual at that time (`baseline.py`). The score rests on the chance of such a
count or a larger one when nothing happens (`dispersion.py`). A chance means the same
for a ward with two mentions a day and for a city with three thousand an hour: one
threshold serves all.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from socialcell.clock import as_utc
from socialcell.errors import SocialcellError
from socialcell.listening.alerts.baseline import (
    DAY,
    HOUR,
    IST_OFFSET,
    LONGEST_GAP,
    Calendar,
    Flags,
    Floats,
    Places,
    Usual,
    since,
    step_lengths,
    sums,
)
from socialcell.listening.alerts.dispersion import (
    RATE_VARIATION,
    dispersion,
    rate_variation,
    surprise,
)
from socialcell.listening.alerts.regularity import is_even

ALERT_AT = 0.66
LARGEST_COUNT = 1e15
# An alert asks for so many mentions in the last hour (in a step that is longer), and
# for so many and so many times the usual ones.
LEAST_IN_HOUR = 5
LEAST_MORE, LEAST_TIMES = 1.5, 2.8

WINDOWS = (HOUR, 3 * HOUR)
LEARNT_STEPS = 7  # and a day: before, nothing is usual
HALF_SCORE = 2.0  # a chance of one in a hundred scores 0.5

UNUSUAL, UNUSUAL_DISPERSION = 3.5, 1.5  # surprise from which an hour teaches nothing
MOST_UNUSUAL = 0.4  # of a day
LONGEST_SILENCE = 3 * DAY
SILENT_FROM = 8.0  # mentions to be expected in an hour

EPISODE = timedelta(hours=12)
GROWTH = 5.0


class SeriesError(SocialcellError):
    """A series that cannot be scored: the message says which point and why."""


@dataclass(frozen=True, slots=True)
class ScoredPoint:
    """One point with what was expected of it.

    `observed` and `expected` are counts a step; `expected` is None while nothing is
    known that it could rest on. `score` is in [0, 1]; see `score_series`.
    """

    at: datetime
    observed: float
    expected: float | None
    score: float


def score_series(
    points: Iterable[tuple[datetime, float]],
    festivals: Container[date] = (),
    alert_at: float = ALERT_AT,
) -> list[ScoredPoint]:
    """Score a whole series: `drop_repeats` of its `raw_scores`, whose errors it has."""
    return drop_repeats(raw_scores(points, festivals), alert_at)


def raw_scores(
    points: Iterable[tuple[datetime, float]], festivals: Container[date] = ()
) -> list[ScoredPoint]:
    """Score each point of a series from the points before it and itself.

    A point is the end of a step (aware) and its count; `festivals` are days, in the
    city's time, on which more than usual is usual. With s the surprise, minus the
    common logarithm of the chance, the score is s / (s + 2): 0.5 for one in a hundred,
    0.66 for one in 8,000, 0.75 for one in a million. It is 0 where the series is not
    known for a day yet, after a gap, and where the rise is small (`LEAST_IN_HOUR`,
    `LEAST_MORE`, `LEAST_TIMES`) or as even as a machine's.

    Raises SeriesError when a point does not come after the one before it, or when its
    count is not from 0 to LARGEST_COUNT; a naive time is a mistake in the program and
    raises ValueError.
    """
    moments, counts = _checked(points)
    if not moments:
        return []
    times = np.array([moment.timestamp() for moment in moments])
    expected, surprises = _judge(
        times, np.array(counts, dtype=np.float64), _festive(times, festivals)
    )
    scores = surprises / (surprises + HALF_SCORE)
    begun = _first_judged(times)
    return [
        ScoredPoint(at, count, usual if row >= begun else None, score)
        for row, (at, count, usual, score) in enumerate(
            zip(moments, counts, expected.tolist(), scores.tolist(), strict=True)
        )
    ]


def drop_repeats(scored: Iterable[ScoredPoint], alert_at: float) -> list[ScoredPoint]:
    """The same points, with a score of 0 for what only goes on after it was news.

    Within twelve hours of a score of `alert_at` or more another one is 0 unless its
    surprise is more than `GROWTH` times as large.
    """
    kept_points: list[ScoredPoint] = []
    last: datetime | None = None
    highest = 0.0
    for point in scored:
        if point.score >= alert_at:
            now = HALF_SCORE * point.score / (1 - point.score)
            if last and point.at - last <= EPISODE and now <= GROWTH * highest:
                kept_points.append(replace(point, score=0.0))
                continue
            last, highest = point.at, now
        kept_points.append(point)
    return kept_points


def _checked(
    points: Iterable[tuple[datetime, float]],
) -> tuple[list[datetime], list[float]]:
    moments: list[datetime] = []
    counts: list[float] = []
    for moment, count in points:
        at = as_utc(moment)
        if moments and at <= moments[-1]:
            raise SeriesError(
                "alerts.series_not_in_order",
                at=at.isoformat(),
                last=moments[-1].isoformat(),
            )
        if not 0 <= count <= LARGEST_COUNT:
            raise SeriesError(
                "alerts.series_no_count_at",
                at=at.isoformat(),
                count=count,
                largest=f"{LARGEST_COUNT:g}",
            )
        moments.append(at)
        counts.append(count)
    return moments, counts


def _festive(times: Floats, festivals: Container[date]) -> Flags:
    """Whether the day of each row, in the city's time, is one of a festival."""
    days, places = np.unique((times + IST_OFFSET) // DAY, return_inverse=True)
    epoch = date(1970, 1, 1)
    is_festival = [epoch + timedelta(days=int(day)) in festivals for day in days]
    return np.array(is_festival)[places]


def _first_judged(times: Floats) -> int:
    """The first row with a day and seven steps before it."""
    return max(LEARNT_STEPS, int(np.searchsorted(times, times[0] + DAY)))


def _judge(times: Floats, counts: Floats, festive: Flags) -> tuple[Floats, Floats]:
    """What was expected of each step, and the surprise where it may be an alert."""
    steps = step_lengths(times)
    gaps = np.diff(times, prepend=times[0])
    # What comes after a gap may be of several steps: it is not known of which.
    covered = np.where(gaps <= LONGEST_GAP * steps, gaps, 0.0)
    counted = np.where(covered > 0, counts, 0.0)
    calendar = Calendar(times, steps, festive)
    hour = since(times, HOUR)
    in_hour = sums(counted, *hour)

    usual = calendar.usual(counted, covered)
    learnt = covered * ~_uninformative(times, counted, covered, usual, hour)
    usual = calendar.usual(np.where(learnt > 0, counted, 0.0), learnt)
    expected = usual.rate * covered
    dispersions = dispersion(times, counted, expected, covered)
    usually = sums(expected, *hour)
    weights = np.where(covered > 0, np.minimum(1.0, steps / HOUR), 0.0)
    variations = rate_variation(times, in_hour, usually, dispersions, weights)
    highest = np.zeros(len(times))
    for window in WINDOWS:
        rows = since(times, window)
        mentions, means = sums(counted, *rows), sums(expected, *rows)
        surprises = surprise(mentions, means, dispersions, variations, usual)
        highest = np.maximum(highest, surprises)
    # Steps with a mention, which a conversation within one step does not make more.
    active = (counted > 0).astype(np.float64)
    usual_active = calendar.usual(np.where(learnt > 0, active, 0.0), learnt)
    means = sums(usual_active.rate * covered, *hour)
    ones = np.ones(len(times))
    surprises = surprise(sums(active, *hour), means, ones, variations, usual_active)
    highest = np.maximum(highest, surprises)
    more = in_hour >= np.maximum(LEAST_IN_HOUR, LEAST_MORE + LEAST_TIMES * usually)
    people = ~is_even(counted, expected, dispersions, hour)
    judged = (np.arange(len(times)) >= _first_judged(times)) & (covered > 0)
    return usual.rate * steps, np.where(judged & more & people, highest, 0.0)


def _uninformative(
    times: Floats,
    counts: Floats,
    covered: Floats,
    usual: Usual,
    hour: tuple[Places, Places],
) -> Flags:
    """Rows that teach nothing: bursts, unless they fill the day, and silence where
    mentions were to be expected, unless it goes on for days."""
    in_hour = sums(counts, *hour)
    usually = sums(usual.rate * covered, *hour)
    dispersions = np.full(len(times), UNUSUAL_DISPERSION)
    variations = np.full(len(times), RATE_VARIATION)
    burst = surprise(in_hour, usually, dispersions, variations, usual) > UNUSUAL
    # The whole hour, of which the last row is only known later.
    last = np.searchsorted(times, times + HOUR)
    during = sums(burst.astype(np.float64), np.arange(len(times)), last) > 0
    day = since(times, DAY)
    share = sums(during.astype(np.float64), *day) / (day[1] - day[0])
    # Days of silence have lowered the level of the last days already.
    silent = (in_hour == 0) & (sums(usual.season * covered, *hour) >= SILENT_FROM)
    days = since(times, LONGEST_SILENCE)
    silence = sums(silent.astype(np.float64), *days) / (days[1] - days[0])
    uninformative: Flags = (during & (share < MOST_UNUSUAL)) | (silent & (silence < 1))
    return uninformative
