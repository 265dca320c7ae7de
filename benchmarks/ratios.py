"""Rates of contenders taken side by side, and the ratios between them.

A machine that others use too changes its speed from minute to minute. So contenders
take turns within a round, each round gives one ratio, and the median of those counts.
"""

import gc
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Rates = dict[str, list[float]]
"""contender → things a second, one rate a round."""


@dataclass(frozen=True)
class Figure:
    """One ratio: median, least and greatest over the rounds, and what it should be."""

    name: str
    ratio: float
    low: float
    high: float
    goal: float | None = None
    at_most: bool = False
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal


def take_turns(
    contenders: Mapping[str, Callable[[int], int]],
    rounds: int,
    warm_up: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Rates:
    """Each contender once a round, in an order that turns; they return how many.

    A contender is given the number of the round. `warm_up` rounds are not counted.
    `clock` counts seconds: `time.process_time` where all that is done is to compute,
    so that a neighbour's work is not counted.
    """
    rates: Rates = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(warm_up + rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            gc.collect()
            begun = clock()
            done = contenders[name](number)
            rate = done / (clock() - begun)
            if number >= warm_up:
                rates[name].append(rate)
    return rates


def ratio(
    name: str,
    rates: Rates,
    ours: str,
    theirs: str,
    goal: float | None = None,
    **detail: Any,
) -> Figure:
    """Our rate over theirs, round by round."""
    each = [a / b for a, b in zip(rates[ours], rates[theirs], strict=True)]
    told = {
        f"{who} per second": round(statistics.median(rates[who]), 1)
        for who in (ours, theirs)
    }
    return Figure(
        name,
        statistics.median(each),
        min(each),
        max(each),
        goal,
        detail=told | detail,
    )


def tell(figures: Iterable[Figure]) -> None:
    """Figures as JSON lines, as soon as they are there."""
    for figure in figures:
        print(json.dumps(asdict(figure) | {"met": figure.met}), flush=True)


@contextmanager
def scratch() -> Any:
    """A folder on the disk of the system's temporary files, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="socialcell-bench-") as name:
        yield Path(name)


def fsync_ms(folder: Path, times: int = 30) -> float:
    """Milliseconds to write 4 kB and have them on the disk, the median."""
    taken = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(times):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(taken), 2)
