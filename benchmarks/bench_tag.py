"""Tagging, and tagging with storing, against the loop one would write first.

python -m benchmarks.bench_tag [--full]
"""

import argparse
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    posts, rounds = (5000, 7) if full else (1500, 5)
    tell(tagging(posts, rounds))
    tell(tagging_and_storing(posts, rounds))


def peers() -> dict[str, Language]:
    """The naive pipelines that can be had here, by name."""
    found = {
        "nlp(text) of rules + VADER": naive.rules(),
        "nlp(text) of rules with ids + VADER": naive.rules(with_ids=True),
    }
    if (model := naive.model()) is not None:
        found[f"nlp(text) of {model[0]} + VADER"] = model[1]
    return found


def tagging(posts: int, rounds: int) -> Iterator[Figure]:
    """Readings a second: ours in batches, theirs one text at a time."""
    slices = [list(corpus.texts(posts, seed)) for seed in range(rounds + 1)]
    bare = spacy.blank("xx")

    def ours(number: int) -> int:
        return len(read(slices[number]))

    def tokens(number: int) -> int:
        return sum(1 for text in slices[number] if bare.make_doc(text) is not None)

    contenders = {"read": ours, "tokenizer": tokens}
    for name, nlp in peers().items():
        contenders[name] = _loop(naive.tagger(nlp), slices)
    rates = take_turns(contenders, rounds)
    yield ratio("tagging / bare tokenizer of blank xx", rates, "read", "tokenizer")
    for name in contenders:
        if name not in ("read", "tokenizer"):
            yield ratio(f"tagging / {name}", rates, "read", name, 15)


def _loop(
    tag: Callable[[str], naive.Tags], slices: list[list[str]]
) -> Callable[[int], int]:
    def loop(number: int) -> int:
        some = slices[number][:: SLOW_SHARE // 2]
        return sum(1 for text in some if tag(text) is not None)

    return loop


def tagging_and_storing(posts: int, rounds: int) -> Iterator[Figure]:
    """Mentions a second from record to rollup; theirs commits each post by itself."""
    slices = [
        list(corpus.records(posts, seed, first=seed * posts))
        for seed in range(rounds + 1)
    ]
    with scratch() as folder:
        rates = _stored(slices, rounds, folder)
        sync = fsync_ms(folder)
    for name in rates:
        if name != "ours":
            goal = 80
            yield ratio(
                f"tag + store / {name}", rates, "ours", name, goal, fsync_ms=sync
            )


def _stored(slices: list[list[Record]], rounds: int, folder: Path) -> Rates:
    filled = Filled(f"sqlite:///{folder}/ours.db")

    def ours(number: int) -> int:
        filled.store(slices[number])
        return filled.tag()

    contenders: dict[str, Callable[[int], int]] = {"ours": ours}
    stores = []
    for at, (name, nlp) in enumerate(peers().items()):
        store = naive.OneByOne(folder / f"naive{at}.db", naive.tagger(nlp))
        stores.append(store)
        contenders[f"{name} + add and commit each"] = _keep(store, slices)
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
