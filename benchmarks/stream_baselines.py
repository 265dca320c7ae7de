# SPDX-License-Identifier: Apache-2.0
"""Three plain detectors over hourly rolling sums, and the judging of alarms.

A detector looks again after every step and knows only that step and earlier ones.
An alarm carries the time at which its step is over, for it cannot be known before.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol

import numpy as np

from benchmarks.civic_streams import (
    DAY,
    HOUR,
    MISSING,
    SMALL,
    WARM_UP,
    WEEK,
    Counts,
    Flags,
    Rates,
    Stream,
)

APART = timedelta(hours=6)  # alarms closer than this are one
LATE = timedelta(hours=1)  # an hourly sum still holds what ended within the hour


def sum_hours(counts: Counts) -> Rates:
    """Sum the hour up to and with each step; missing steps count as nothing."""
    known = np.where(counts == MISSING, 0, counts)
    return np.convolve(known, np.ones(HOUR))[: len(counts)]


def recall_sums(counts: Counts, lag: int, times: int) -> Rates:
    """Give the hourly sums one to `times` lags back, one row for each lag.

    What lies before the stream, and hours with missing steps, are not a number.
    """
    missing = np.convolve(counts == MISSING, np.ones(HOUR))[: len(counts)] > 0
    sums = np.where(missing, np.nan, sum_hours(counts))
    sums[: HOUR - 1] = np.nan
    rows = np.full((times, len(counts)), np.nan)
    for row in range(times):
        back = lag * (row + 1)
        rows[row, back:] = sums[: max(len(counts) - back, 0)]
    return rows


def merge_alarms(alarms: Sequence[datetime]) -> list[datetime]:
    """Keep an alarm only if the last one kept is at least six hours before it."""
    kept: list[datetime] = []
    for alarm in sorted(alarms):
        if not kept or alarm - kept[-1] >= APART:
            kept.append(alarm)
    return kept


def list_alarms(stream: Stream, raised: Flags) -> list[datetime]:
    """List the alarms of the raised steps, without those of the first two weeks."""
    steps = np.flatnonzero(raised).tolist()
    times = [stream.start + (step + 1) * stream.step for step in steps]
    return merge_alarms([time for time in times if time - stream.start > WARM_UP])


class Detector(Protocol):
    """Whatever turns a stream and a threshold into alarms."""

    def scores(self, stream: Stream, threshold: float) -> list[datetime]:
        """List the alarms of a stream at a threshold."""


class MedianDetector:
    """So many median deviations above the median of the same hour, two weeks back."""

    def scores(self, stream: Stream, threshold: float) -> list[datetime]:
        """List the alarms; the deviation counts as one mention at the least."""
        past = recall_sums(stream.counts, DAY, 14)
        unknown = np.isnan(past).all(axis=0)
        past[:, unknown] = 0.0
        middle = np.nanmedian(past, axis=0)
        deviation = np.nanmedian(np.abs(past - middle), axis=0)
        limit = middle + threshold * np.maximum(1.4826 * deviation, 1.0)
        return list_alarms(stream, (sum_hours(stream.counts) > limit) & ~unknown)


def rate_surprise(sums: Rates, rates: Rates) -> Rates:
    """Give minus the common logarithm of the chance of such a sum or a larger one.

    Zero where the sum is not above the rate.
    """
    factorials = np.concatenate(
        ([0.0], np.cumsum(np.log(np.arange(1, sums.max() + 1))))
    )
    surprise = np.zeros(len(sums))
    above = sums > rates
    high, rate = sums[above], rates[above]
    term, tail, place = np.ones(len(high)), np.ones(len(high)), high.copy()
    for _ in range(1000):
        place += 1
        term *= rate / place
        tail += term
        if term.max(initial=0.0) < 1e-9:
            break
    first = high * np.log(rate) - rate - factorials[high.astype(np.int64)]
    surprise[above] = -(first + np.log(tail)) / np.log(10)
    return surprise


class PoissonDetector:
    """A sum too large by chance for a Poisson count at the usual rate.

    The rate is the mean of the same hour of the week in the weeks so far, and of one
    hour more at the mean of the stream so far, so that it is never nothing.
    """

    def scores(self, stream: Stream, threshold: float) -> list[datetime]:
        """List the alarms; the threshold is minus the logarithm of the chance."""
        past = recall_sums(stream.counts, WEEK, len(stream.counts) // WEEK)
        known = np.where(stream.counts == MISSING, 0, stream.counts)
        present = np.cumsum(stream.counts != MISSING)
        overall = HOUR * (np.cumsum(known) + 1) / (present + 1)
        rates = (np.nansum(past, axis=0) + overall) / (
            np.sum(~np.isnan(past), axis=0) + 1
        )
        surprise = rate_surprise(sum_hours(stream.counts), rates)
        return list_alarms(stream, surprise > threshold)


@dataclass(frozen=True)
class RatioDetector:
    """At least so many mentions an hour, and so many times the usual.

    The usual is the mean of the same hour over two weeks.
    """

    fewest: int = 5

    def scores(self, stream: Stream, threshold: float) -> list[datetime]:
        """List the alarms; the threshold is how many times the usual it takes."""
        past = recall_sums(stream.counts, DAY, 14)
        hours = np.sum(~np.isnan(past), axis=0)
        usual = np.nansum(past, axis=0) / np.maximum(hours, 1)
        sums = sum_hours(stream.counts)
        raised = (sums >= self.fewest) & (sums >= threshold * usual) & (hours > 0)
        return list_alarms(stream, raised)


@dataclass(frozen=True)
class Result:
    """How well alarms met the events; `median_delay` is in minutes.

    `false_alarms` is a week and stream. `causes` counts what raised them.
    """

    events: int
    found: int
    small_events: int
    small_found: int
    median_delay: float | None
    false_alarms: float
    causes: dict[str, int] = field(default_factory=dict)


def name_cause(stream: Stream, alarm: datetime) -> str:
    """Name what raised a false alarm: a disturbance, a festival or chance."""
    for disturbance in stream.disturbances:
        if disturbance.begin < alarm <= disturbance.end + LATE:
            return disturbance.kind
    if any(day.begin < alarm <= day.end for day in stream.festivals):
        return "festival"
    return "chance"


def evaluate(
    streams: Sequence[Stream], alarms: Mapping[str, Sequence[datetime]]
) -> Result:
    """Judge the alarms, given by the name of the stream.

    An event is found if an alarm comes after its begin and at most an hour after its
    end. An alarm is false if it comes in no event nor in the six hours after one.
    Alarms of the first two weeks count for nothing, for no event begins in them.
    """
    delays: list[float] = []
    causes: Counter[str] = Counter()
    small_events = small_found = 0
    weeks = 0.0
    for stream in streams:
        length = len(stream.counts) * stream.step
        weeks += (length - WARM_UP) / timedelta(weeks=1)
        kept = merge_alarms(
            [time for time in alarms[stream.name] if time - stream.start > WARM_UP]
        )
        before = len(delays)
        for event in stream.events:
            hits = [time for time in kept if event.begin < time <= event.end + LATE]
            if hits:
                delays.append((hits[0] - event.begin) / timedelta(minutes=1))
        if stream.base <= SMALL:
            small_events += len(stream.events)
            small_found += len(delays) - before
        for time in kept:
            if not any(
                event.begin < time <= event.end + APART for event in stream.events
            ):
                causes[name_cause(stream, time)] += 1
    return Result(
        events=sum(len(stream.events) for stream in streams),
        found=len(delays),
        small_events=small_events,
        small_found=small_found,
        median_delay=median(delays) if delays else None,
        false_alarms=causes.total() / weeks if weeks else 0.0,
        causes=dict(causes),
    )
