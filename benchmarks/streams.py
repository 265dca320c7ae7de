"""Scores our detector of spikes and three plain ones on made civic streams.

    python -m benchmarks.streams [--seeds 1 2 3] [--json]

Each seed gives twenty streams with 120 crises (`civic_streams.py`, whose author had
not seen the detector). A line is one detector at one threshold: crises found, those
found in streams of three mentions an hour or less, minutes until half of the found were
told, and false alarms a week and stream. The line marked * is what ships. The plain
detectors are shown at thresholds of their own, and at the lowest that raises no more
false alarms than ours does at what ships.

Ours is given what the daemon knows, too: steps in which one post was repeated are left
out, as the daemon leaves reposts out, and the days of festivals are named beforehand.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from benchmarks.civic_streams import MISSING, Stream, make_streams
from benchmarks.stream_baselines import (
    Detector,
    MedianDetector,
    PoissonDetector,
    RatioDetector,
    Result,
    evaluate,
    merge_alarms,
)
from socialcell.listening.alerts.burst_detector import (
    ALERT_AT,
    ScoredPoint,
    drop_repeats,
    raw_scores,
)

OUR_THRESHOLDS = (0.5, 0.55, 0.6, 0.62, 0.64, ALERT_AT, 0.68, 0.7, 0.75, 0.8)
# The name, the detector, thresholds to print, and the highest to look for.
BASELINES: tuple[tuple[str, Detector, tuple[float, ...], float], ...] = (
    ("median + k MAD", MedianDetector(), (4, 6, 8, 10, 14, 20), 100),
    ("Poisson tail, 10^-k", PoissonDetector(), (4, 6, 8, 12, 16, 24), 1000),
    ("8 an hour and k times usual", RatioDetector(8), (2, 3, 4, 6, 8), 100),
)
HALVINGS = 10


@dataclass(frozen=True)
class Line:
    """One detector at one threshold over all streams of all seeds."""

    detector: str
    threshold: float
    ships: bool
    result: Result


def known_steps(stream: Stream) -> list[tuple[datetime, float]]:
    """The end and the count of each step that is known and holds no repeated post."""
    steps = zip(stream.counts.tolist(), stream.reposts.tolist(), strict=True)
    return [
        (stream.start + (n + 1) * stream.step, float(count))
        for n, (count, repeated) in enumerate(steps)
        if count != MISSING and not repeated
    ]


def festival_days(stream: Stream) -> frozenset[date]:
    """The days of the festivals of a stream."""
    return frozenset(
        (festival.begin + timedelta(days=n)).date()
        for festival in stream.festivals
        for n in range((festival.end - festival.begin).days)
    )


def our_alarms(scored: Sequence[ScoredPoint], threshold: float) -> list[datetime]:
    """When our detector alerts at a threshold."""
    told = drop_repeats(scored, threshold)
    return merge_alarms([one.at for one in told if one.score >= threshold])


def lines(streams: Sequence[Stream]) -> Iterator[Line]:
    """Ours at each threshold, then the plain detectors at each of theirs, then these at
    no more false alarms than ours has where it ships."""
    scores = {
        stream.name: raw_scores(known_steps(stream), festival_days(stream))
        for stream in streams
    }
    allowed = 0.0
    for threshold in OUR_THRESHOLDS:
        alarms = {name: our_alarms(own, threshold) for name, own in scores.items()}
        result = evaluate(streams, alarms)
        ships = threshold == ALERT_AT
        allowed = result.false_alarms if ships else allowed
        yield Line("ours", threshold, ships, result)
    for name, detector, thresholds, _ in BASELINES:
        for threshold in thresholds:
            yield Line(name, threshold, False, result_of(detector, streams, threshold))
    for name, detector, thresholds, highest in BASELINES:
        low, high = thresholds[0], highest
        for _ in range(HALVINGS):
            middle = (low * high) ** 0.5
            result = result_of(detector, streams, middle)
            if result.false_alarms > allowed:
                low = middle
            else:
                high = middle
        result = result_of(detector, streams, high)
        yield Line(f"{name}, no more false", high, False, result)


def result_of(
    detector: Detector, streams: Sequence[Stream], threshold: float
) -> Result:
    """A plain detector at a threshold."""
    alarms = {stream.name: detector.scores(stream, threshold) for stream in streams}
    return evaluate(streams, alarms)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    streams = [
        stream for seed in options.seeds for stream in renamed(seed, make_streams(seed))
    ]
    found = list(lines(streams))
    if options.json:
        print(json.dumps([asdict(line) for line in found], indent=1))
        return 0
    print(f"{'detector':42} {'at':>6}   found  small  minutes  false a week")
    for line in found:
        result, mark = line.result, "*" if line.ships else " "
        print(
            f"{line.detector:42} {line.threshold:6.3g} {mark} "
            f"{result.found:4}/{result.events:3} "
            f"{result.small_found:3}/{result.small_events:2} "
            f"{result.median_delay or float('nan'):8.1f} {result.false_alarms:9.3f}"
        )
    return 0


def renamed(seed: int, streams: Sequence[Stream]) -> Iterator[Stream]:
    """The streams of a seed under names that no other seed has."""
    for stream in streams:
        yield replace(stream, name=f"{seed}.{stream.name}")


if __name__ == "__main__":
    sys.exit(main())
