"""How well bursts are found: in real series, thinned ones, made ones, and by others.

    python -m benchmarks.spikes FOLDER [--made 24] [--rivals]

FOLDER is that of `nab_score.py`. Every line is the benchmark's standard-profile score
with one threshold for all the series of the line.

* Thinned: each mention of the real series is kept with a probability, which gives the
  same events at a lower volume. The last line uses one threshold for all volumes.
* Made: the series of `spike_series.py`, by five minutes and summed by the hour.
* Rivals: the detectors of `spike_rivals.py`, each with the better of two ways of
  telling: every row, or a burst once a day as we do.
"""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.nab_score import (
    Labelled,
    Series,
    benchmark,
    leave_one_out,
    read_folder,
    result_at,
    scored,
    words,
)
from benchmarks.spike_rivals import RIVALS, quieted
from benchmarks.spike_series import make
from socialcell.listening.alerts.burst_detector import ALERT_AT

KEPT = (1.0, 0.5, 0.2, 0.08, 0.03)
START = datetime(2026, 1, 5, tzinfo=UTC)
FIRST_SEED = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="series and windows.json")
    parser.add_argument("--made", type=int, default=24, help="number of made series")
    parser.add_argument("--rivals", action="store_true", help="compare with others")
    arguments = parser.parse_args()
    real = read_folder(arguments.folder)
    by_minutes = made(arguments.made, 1)
    by_hours = made(arguments.made, 12)
    show_thinned(real)
    show("made, by five minutes", [scored(one) for one in by_minutes])
    show("made, by the hour", [scored(one) for one in by_hours])
    if arguments.rivals:
        for name, rival in RIVALS.items():
            show_rival(f"real, {name}", real, rival)
            show_rival(f"made, {name}", by_minutes, rival)


def made(number: int, together: int) -> list[Series]:
    """Made series as if read from files, so many steps of five minutes together."""
    step = together * timedelta(minutes=5)
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + number):
        counts, windows = make(seed)
        sums = counts.reshape(-1, together).sum(axis=1).tolist()
        points = [(START + i * step, count) for i, count in enumerate(sums)]
        rows = [(first // together, last // together) for first, last in windows]
        found.append(Series(str(seed), points, rows))
    return found


def show_thinned(real: Sequence[Series]) -> None:
    draw = np.random.default_rng(FIRST_SEED)
    everything = []
    for share in KEPT:
        files = [scored(thinned(series, share, draw)) for series in real]
        show(f"real, {share:.0%} of the mentions", files)
        everything += files
    show("real, all five volumes together", everything)


def thinned(series: Series, share: float, draw: np.random.Generator) -> Series:
    """Each mention kept with a probability."""
    counts = draw.binomial([int(count) for _, count in series.points], share).tolist()
    times = [at for at, _ in series.points]
    points = [(at, float(count)) for at, count in zip(times, counts, strict=True)]
    return Series(f"{series.name} {share}", points, series.windows)


def show(name: str, files: Sequence[Labelled]) -> None:
    print(words(name, benchmark(files)))
    print(words("    at our own threshold", result_at(files, ALERT_AT)))
    alone = leave_one_out(files)
    windows = sum(result.windows for result in alone.values())
    mean = sum(result.score * result.windows for result in alone.values()) / windows
    print(f"{'    each at the threshold of the others':<50} {mean:5.1f}", flush=True)


def show_rival(
    name: str,
    corpus: Sequence[Series],
    rival: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> None:
    every_row, once = [], []
    for series in corpus:
        scores = rival(np.array([count for _, count in series.points]))
        every_row.append(Labelled(series.name, scores.tolist(), series.windows))
        told = quieted(scores, 288).tolist()
        once.append(Labelled(series.name, told, series.windows))
    best = max((benchmark(every_row), benchmark(once)), key=lambda result: result.score)
    print(words(name, best), flush=True)


if __name__ == "__main__":
    main()
