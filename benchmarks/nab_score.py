"""Scores our detector on labelled series by the Numenta Anomaly Benchmark's rules.

    python benchmarks/nab_score.py FOLDER [--json]

FOLDER holds `*.csv` files (`timestamp,value`) and `windows.json`, which names for each
file the spans in which an anomaly is labelled.

The rules are those of Lavin and Ahmad, "Evaluating Real-time Anomaly Detection
Algorithms: the Numenta Anomaly Benchmark", ICMLA 2015 (arXiv:1510.03336), standard
profile, with the benchmark's own conventions where the paper leaves a choice:

* a window counts once, through its earliest alarm; the credit falls from 1 at the
  window's left edge along a sigmoid towards 0 at its right edge;
* a window without an alarm costs 1;
* every alarm outside the windows costs up to 0.11, less just after a window;
* the first 15 % of the rows, of 5,000 rows at most, are a probation: not scored;
* one threshold serves all files: the one with the best total;
* the total is put on a scale where raising no alarm is 0 and perfection is 100.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from math import exp, floor, inf
from pathlib import Path
from typing import Any

from socialcell.listening.alerts.burst_detector import ALERT_AT, score_series
from socialcell.listening.alerts.series_file import read_series

TP_WEIGHT = 1.0
FP_WEIGHT = 0.11
FN_WEIGHT = 1.0
PROBATION_SHARE = 0.15
PROBATION_ROWS = 5000


@dataclass(frozen=True)
class Labelled:
    """One file: a score for every row, and windows as (first, last) row numbers."""

    name: str
    scores: Sequence[float]
    windows: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Result:
    """The benchmark's number (at most 100) and what stands behind it."""

    score: float
    threshold: float
    found: int
    windows: int
    false_alarms: int


def benchmark(files: Sequence[Labelled]) -> Result:
    """The standard-profile result at the best single threshold over all files."""
    return result_at(files, best_threshold(files))


def result_at(files: Sequence[Labelled], threshold: float) -> Result:
    """The standard-profile result when rows scoring `threshold` or more are alarms."""
    windows = sum(len(file.windows) for file in files)
    if not windows:
        raise ValueError("no file has a labelled window: there is nothing to score")
    total = sum(total_at(file, threshold) for file in files)
    found, false_alarms = _tally(files, threshold)
    nothing, perfect = -FN_WEIGHT * windows, TP_WEIGHT * windows
    score = 100 * (total - nothing) / (perfect - nothing)
    return Result(score, threshold, found, windows, false_alarms)


def best_threshold(files: Sequence[Labelled]) -> float:
    """The threshold with the greatest total over the files; the highest, if tied.

    Walks down through all the scores once and keeps the running total, so every
    possible threshold is tried. Infinity means: better never to raise an alarm.
    """
    best, best_gain = inf, 0.0
    gain = 0.0
    credits: dict[tuple[int, int], float] = {}
    events = sorted(_events(files), key=lambda event: -event[0])
    for threshold, tied in groupby(events, key=lambda event: event[0]):
        for _, window, worth in tied:
            if window is None:
                gain += worth
                continue
            before = credits.get(window, -FN_WEIGHT)
            credits[window] = max(before, worth)
            gain += credits[window] - before
        if gain > best_gain:
            best, best_gain = threshold, gain
    return best


def total_at(file: Labelled, threshold: float) -> float:
    """The weighted sum for one file: credits, less misses, less false alarms."""
    credits = {(0, k): -FN_WEIGHT for k in range(len(file.windows))}
    false_alarms = 0.0
    for score, window, worth in _events([file]):
        if score < threshold:
            continue
        if window is None:
            false_alarms += worth
        else:
            credits[window] = max(credits[window], worth)
    return sum(credits.values()) + false_alarms


def leave_one_out(files: Sequence[Labelled]) -> dict[str, Result]:
    """Each file's result at the threshold that is best for all the others."""
    return {
        file.name: result_at(
            [file], best_threshold([other for other in files if other is not file])
        )
        for file in files
        if file.windows
    }


def sigmoid(position: float) -> float:
    """From +0.987 at -1 (left edge) over 0 at 0 (right edge) to -1 at 3 and beyond."""
    return -1.0 if position >= 3 else 2 / (1 + exp(5 * position)) - 1


def probation(rows: int) -> int:
    """How many rows at the start of a file are not scored."""
    return floor(min(PROBATION_SHARE * rows, PROBATION_SHARE * PROBATION_ROWS))


def worth_of(row: int, windows: Sequence[tuple[int, int]]) -> tuple[int | None, float]:
    """The window that holds a row (or None) and what an alarm in that row is worth.

    Inside, the position runs from -1 at the first row to -1/width at the last. Outside,
    it counts rows since the last window, in units of that window's width less one.
    """
    before: tuple[int, int] | None = None
    for k, (first, last) in enumerate(windows):
        if first <= row <= last:
            position = -(last - row + 1) / (last - first + 1)
            return k, TP_WEIGHT * sigmoid(position) / sigmoid(-1)
        if last < row:
            before = (first, last)
    if before is None or before[0] == before[1]:
        return None, -FP_WEIGHT
    first, last = before
    return None, FP_WEIGHT * sigmoid((row - last) / (last - first))


def _events(
    files: Sequence[Labelled],
) -> Iterable[tuple[float, tuple[int, int] | None, float]]:
    """(score, (file, window) or None, worth) for every row that counts."""
    for f, file in enumerate(files):
        for row in range(probation(len(file.scores)), len(file.scores)):
            window, worth = worth_of(row, file.windows)
            yield file.scores[row], None if window is None else (f, window), worth


def _tally(files: Sequence[Labelled], threshold: float) -> tuple[int, int]:
    """Windows with an alarm, and alarms outside every window."""
    alarms = [window for score, window, _ in _events(files) if score >= threshold]
    return len(set(alarms) - {None}), alarms.count(None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="series and windows.json")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    begun = time.perf_counter()
    files = [scored(series) for series in read_folder(arguments.folder)]
    seconds = time.perf_counter() - begun
    rows = sum(len(file.scores) for file in files)
    show = print_json if arguments.json else print_words
    show(files, rows / seconds)


@dataclass(frozen=True)
class Series:
    """A file as it is given: points in order, and windows as row numbers."""

    name: str
    points: Sequence[tuple[datetime, float]]
    windows: Sequence[tuple[int, int]]


def read_folder(folder: Path) -> list[Series]:
    """The labelled series of a folder, by name."""
    labels = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
    return [read_labelled(folder / name, labels[name]) for name in sorted(labels)]


def read_labelled(path: Path, spans: Sequence[tuple[str, str]]) -> Series:
    """A series whose windows are the rows within each span, both ends included.

    Its times and those of the spans are UTC."""
    points = read_series(path, UTC)
    windows = []
    for first, last in spans:
        since, until = (
            datetime.fromisoformat(end).replace(tzinfo=UTC) for end in (first, last)
        )
        rows = [row for row, (at, _) in enumerate(points) if since <= at <= until]
        if not rows:
            sys.exit(f"{path.name} has no row from {first} to {last}")
        windows.append((rows[0], rows[-1]))
    return Series(path.name, points, windows)


def scored(series: Series) -> Labelled:
    """A series with the scores of our detector."""
    scores = [point.score for point in score_series(series.points)]
    return Labelled(series.name, scores, series.windows)


def print_words(files: Sequence[Labelled], speed: float) -> None:
    best = benchmark(files)
    print(words("all files, best threshold", best))
    print(words("all files, our own threshold", result_at(files, ALERT_AT)))
    for file in files:
        print(words(file.name, result_at([file], best.threshold)))
    for name, result in leave_one_out(files).items():
        print(words(f"{name}, threshold of the others", result))
    print(f"{speed:,.0f} points a second")


def words(name: str, result: Result) -> str:
    return (
        f"{name:<50} {result.score:5.1f}  at {result.threshold:.3f}: "
        f"{result.found} of {result.windows} windows, "
        f"{result.false_alarms} false alarms"
    )


def print_json(files: Sequence[Labelled], speed: float) -> None:
    best = benchmark(files)
    document: dict[str, Any] = {
        "best": asdict(best),
        "own_threshold": asdict(result_at(files, ALERT_AT)),
        "files": {
            file.name: asdict(result_at([file], best.threshold)) for file in files
        },
        "leave_one_out": {
            name: asdict(result) for name, result in leave_one_out(files).items()
        },
        "points_per_second": round(speed),
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
