"""Tagging, and tagging with storing, against the loop one would write first.

    python -m benchmarks.bench_tag [--full] [--fsync MS]

`--fsync` measures tagging with storing only, and has strace hold every fsync of both
contenders that much longer: a ratio to one commit each is mostly a statement about the
disk, and the disk at hand may answer from its cache.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import spacy
from spacy.language import Language

from benchmarks import corpus, naive
from benchmarks.filled import Filled
from benchmarks.ratios import Figure, Rates, fsync_ms, ratio, scratch, take_turns, tell
from socialcell.connectors.base import Record
from socialcell.language import read

SLOW_SHARE = 10  # a peer that is slower gets one post where we get so many
DELAYED = "SOCIALCELL_BENCH_FSYNC_MS"  # set in the process that strace runs
TAGGING_GOAL, STORING_GOAL = 15, 80  # against nlp(text) of a model of English


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--fsync", type=float, metavar="MS")
    asked = parser.parse_args()
    posts, rounds = (5000, 7) if asked.full else (1500, 5)
    if asked.fsync is None:
        tell(tagging(posts, rounds))
        tell(tagging_and_storing(posts, rounds, peers()))
    elif DELAYED not in os.environ:
        _run_again(asked.fsync)
    else:
        tell(tagging_and_storing(posts, rounds, model(), f" (+ {asked.fsync:g} ms)"))


def _run_again(milliseconds: float) -> None:
    """This very command under strace; only fsync and fdatasync stop there."""
    calls, delay = "fsync,fdatasync", round(milliseconds * 1000)
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null"]
    strace += [f"--trace={calls}", f"--inject={calls}:delay_enter={delay}"]
    us = [sys.executable, "-m", "benchmarks.bench_tag", *sys.argv[1:]]
    os.execvpe(strace[0], [*strace, *us], os.environ | {DELAYED: str(milliseconds)})


def peers() -> dict[str, Language]:
    """The naive pipelines by name: rules alone, which have no goal, and the model."""
    return {
        "nlp(text) of rules + VADER": naive.rules(),
        "nlp(text) of rules with ids + VADER": naive.rules(with_ids=True),
        **model(),
    }


def model() -> dict[str, Language]:
    """The English model, which is the peer that the goals are set against."""
    name, nlp = naive.model()
    return {f"nlp(text) of {name} + VADER": nlp}


def tagging(posts: int, rounds: int) -> Iterator[Figure]:
    """Readings a CPU second: ours in batches, theirs one text at a time."""
    slices = [list(corpus.texts(posts, seed)) for seed in range(rounds + 1)]
    bare = spacy.blank("xx")

    def ours(number: int) -> int:
        return len(read(slices[number]))

    def tokens(number: int) -> int:
        return sum(1 for text in slices[number] if bare.make_doc(text) is not None)

    contenders = {"read": ours, "tokenizer": tokens}
    for name, nlp in peers().items():
        contenders[name] = _loop(naive.tagger(nlp), slices)
    rates = take_turns(contenders, rounds, clock=time.process_time)
    yield ratio("tagging / bare tokenizer of blank xx", rates, "read", "tokenizer")
    for name in contenders:
        if name not in ("read", "tokenizer"):
            goal = TAGGING_GOAL if name in model() else None
            yield ratio(f"tagging / {name}", rates, "read", name, goal)


def _loop(
    tag: Callable[[str], naive.Tags], slices: list[list[str]]
) -> Callable[[int], int]:
    def loop(number: int) -> int:
        some = slices[number][:: SLOW_SHARE // 2]
        return sum(1 for text in some if tag(text) is not None)

    return loop


def tagging_and_storing(
    posts: int, rounds: int, against: dict[str, Language], disk: str = ""
) -> Iterator[Figure]:
    """Mentions a second from record to rollup; theirs commits each post by itself."""
    slices = [
        list(corpus.records(posts, seed, first=seed * posts))
        for seed in range(rounds + 1)
    ]
    with scratch() as folder:
        rates = _stored(slices, rounds, folder, against)
        sync = fsync_ms(folder)
    for name in against:
        told = f"tag + store{disk} / {name} + add and commit each"
        goal = STORING_GOAL if name in model() else None
        yield ratio(told, rates, "ours", name, goal, fsync_ms=sync)


def _stored(
    slices: list[list[Record]], rounds: int, folder: Path, against: dict[str, Language]
) -> Rates:
    filled = Filled(f"sqlite:///{folder}/ours.db")

    def ours(number: int) -> int:
        filled.store(slices[number])
        return filled.tag()

    contenders: dict[str, Callable[[int], int]] = {"ours": ours}
    stores = []
    for at, (name, nlp) in enumerate(against.items()):
        store = naive.OneByOne(folder / f"naive{at}.db", naive.tagger(nlp))
        stores.append(store)
        contenders[name] = _keep(store, slices)
    try:
        return take_turns(contenders, rounds)
    finally:
        filled.close()
        for store in stores:
            store.close()


def _keep(store: naive.OneByOne, slices: list[list[Record]]) -> Callable[[int], int]:
    def keep(number: int) -> int:
        some = slices[number][::SLOW_SHARE]
        for record in some:
            assert record.author is not None
            assert record.authored_at is not None
            uid = record.author.uid
            store.keep(record.external_id, record.text, uid, record.authored_at)
        return len(some)

    return keep


if __name__ == "__main__":
    main()
