"""Scores our detector of spikes and three plain ones on made civic streams.

    python -m benchmarks.streams [--seeds 1 2 3] [--json]

Each seed gives twenty streams with 120 crises (`civic_streams.py`, whose author had
not seen the detector). A line is one detector at one threshold: crises found, those
found in streams of three mentions an hour or less, minutes until half of the found were
told, and false alarms a week and stream. The line marked * is what ships.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

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
from socialcell.listening.detect import ALERT_AT, score_series

OUR_THRESHOLDS = (0.5, 0.55, 0.6, ALERT_AT, 0.7, 0.75, 0.8)
BASELINES: tuple[tuple[str, Detector, tuple[float, ...]], ...] = (
    ("median + k MAD", MedianDetector(), (4, 6, 8, 10, 14, 20)),
    ("Poisson tail, 10^-k", PoissonDetector(), (4, 6, 8, 12, 16, 24)),
    ("8 an hour and k times usual", RatioDetector(8), (2, 3, 4, 6, 8)),
)


@dataclass(frozen=True)
class Line:
    """One detector at one threshold over all streams of all seeds."""

    detector: str
    threshold: float
    ships: bool
    result: Result


def our_scores(stream: Stream) -> list[tuple[datetime, float]]:
    """When each step that is known was over, and its score."""
    times = [stream.start + (n + 1) * stream.step for n in range(len(stream.counts))]
    known = [
        (time, float(count))
        for time, count in zip(times, stream.counts.tolist(), strict=True)
        if count != MISSING
    ]
    return [(scored.at, scored.score) for scored in score_series(known)]


def lines(streams: Sequence[Stream]) -> Iterator[Line]:
    """Ours at each threshold, then the plain detectors."""
    scores = {stream.name: our_scores(stream) for stream in streams}
    for threshold in OUR_THRESHOLDS:
        alarms = {
            name: merge_alarms([at for at, score in scored if score >= threshold])
            for name, scored in scores.items()
        }
        ships = threshold == ALERT_AT
        yield Line("ours", threshold, ships, evaluate(streams, alarms))
    for name, detector, thresholds in BASELINES:
        for threshold in thresholds:
            alarms = {
                stream.name: detector.scores(stream, threshold) for stream in streams
            }
            yield Line(name, threshold, False, evaluate(streams, alarms))


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
    print(f"{'detector':28} {'at':>6}   found  small  minutes  false a week")
    for line in found:
        result, mark = line.result, "*" if line.ships else " "
        print(
            f"{line.detector:28} {line.threshold:6g} {mark} "
            f"{result.found:4}/{result.events:3} "
            f"{result.small_found:3}/{result.small_events:2} "
            f"{result.median_delay or float('nan'):8.1f} {result.false_alarms:9.2f}"
        )
    return 0


def renamed(seed: int, streams: Sequence[Stream]) -> Iterator[Stream]:
    """The streams of a seed under names that no other seed has."""
    for stream in streams:
        yield replace(stream, name=f"{seed}.{stream.name}")


if __name__ == "__main__":
    sys.exit(main())
