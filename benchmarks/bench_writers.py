"""Writes of two processes to one SQLite file, against BEGIN IMMEDIATE alone.

    python -m benchmarks.bench_writers [--full]

Each fsync is held for 20 ms by strace, as a slow disk takes. The peer has the same
rows and settings of durability, and waits as SQLite does by itself.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.ratios import Figure, ratio, scratch, tell
from benchmarks.writers import WAYS, Outcome, Writers, can_hold_fsync, kept, run_writers

FSYNC_MS = 20.0
PROCESSES = 2
Measured = dict[str, list[list[Outcome]]]
"""way → the outcomes of its processes, a list a round."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    if not can_hold_fsync():
        return  # as on a machine without strace
    rounds, seconds = (5, 20.0) if full else (3, 6.0)
    with scratch() as folder:
        tell(at_full_speed(folder, rounds, seconds))
        for rate in (34, 100):
            tell(at_a_rate(folder, rounds, seconds, rate))


def at_full_speed(folder: Path, rounds: int, seconds: float) -> Iterator[Figure]:
    """Six threads a process that do nothing but write."""
    measured = _measure(folder, rounds, seconds, 0)
    rates = {
        way: [sum(len(each.waits) for each in outcomes) / seconds for outcomes in every]
        for way, every in measured.items()
    }
    for way in WAYS[1:]:
        name = f"writes a second, {way} / BEGIN IMMEDIATE, as fast as they can"
        goal = 2.0 if way == "common" else None
        yield ratio(name, rates, way, "plain", goal, **_details(measured, way))


def at_a_rate(
    folder: Path, rounds: int, seconds: float, rate: float
) -> Iterator[Figure]:
    """So many writes a second come, whether or not those before are done."""
    measured = _measure(folder, rounds, seconds, rate / PROCESSES)
    for way in WAYS[1:]:
        each = [
            _p95(ours) / _p95(theirs)
            for ours, theirs in zip(measured[way], measured["plain"], strict=True)
        ]
        yield Figure(
            f"p95 of a write, {way} / BEGIN IMMEDIATE, {rate:g} a second",
            statistics.median(each),
            min(each),
            max(each),
            1.0,
            at_most=True,
            detail=_details(measured, way),
        )


def _measure(folder: Path, rounds: int, seconds: float, rate: float) -> Measured:
    measured: Measured = {way: [] for way in WAYS}
    for number in range(rounds):
        shift = number % len(WAYS)
        for way in WAYS[shift:] + WAYS[:shift]:
            file = folder / f"{way}-{rate:g}-{number}.db"
            writers = [Writers(way, rate=rate)] * PROCESSES
            outcomes = run_writers(file, writers, seconds, FSYNC_MS)
            if kept(file) != sum(len(each.waits) for each in outcomes):
                raise AssertionError(f"{way} lost a write")
            measured[way].append(outcomes)
    return measured


def _details(measured: Measured, way: str) -> dict[str, float]:
    """Ours and the peer's in milliseconds, medians of rounds but for the greatest."""
    details = {}
    for name in (way, "plain"):
        rounds = measured[name]
        details[f"{name} p95 ms"] = _median(_p95, rounds)
        details[f"{name} longest ms"] = round(1000 * max(map(_longest, rounds)))
        details[f"{name} refused"] = sum(o.refused for each in rounds for o in each)
    return details


def _median(
    measure: Callable[[list[Outcome]], float], rounds: list[list[Outcome]]
) -> float:
    return round(1000 * statistics.median(map(measure, rounds)))


def _p95(outcomes: list[Outcome]) -> float:
    return statistics.quantiles(_waits(outcomes), n=20)[18]


def _longest(outcomes: list[Outcome]) -> float:
    return max(_waits(outcomes))


def _waits(outcomes: list[Outcome]) -> list[float]:
    return [wait for outcome in outcomes for wait in outcome.waits]


if __name__ == "__main__":
    main()
