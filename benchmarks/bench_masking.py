"""Masking of texts against reading them, and against folding them for search.

python -m benchmarks.bench_masking [--full]
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks import corpus
from benchmarks.ratios import Figure, ratio, take_turns, tell
from socialcell.connectors.base import RecordAuthor
from socialcell.language import read
from socialcell.listening.people.masking_persons import public_names
from socialcell.listening.people.visibility import People
from socialcell.settings.language import NcModels
from socialcell.text import index_form

POSTS = 2_000
READ = 3.0  # masking is to be so many times as quick as tagging
FOLDED = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    rounds = 11 if parser.parse_args().full else 5
    tell(masking(rounds))


def masking(rounds: int) -> Iterator[Figure]:
    """Posts for each second of processor time; each has an author of its own."""
    people = People(
        b"a key", frozenset({("x", "pmcpune")}), public_names([], NcModels.ALL)
    )
    texts = [record.text for record in corpus.records(POSTS)]
    authors = [
        RecordAuthor(f"{10**12 + n}", f"asha_kale{n}", f"Asha Kale {n}")
        for n in range(POSTS)
    ]

    def masked(_number: int) -> int:
        for text, author in zip(texts, authors, strict=True):
            people.masked("x", text, author)
        return POSTS

    contenders: dict[str, Callable[[int], int]] = {
        "masked": masked,
        "read": lambda _number: len(read(texts)),
        "folded": lambda _number: _fold(texts),
    }
    rates = take_turns(contenders, rounds, clock=time.process_time)
    yield ratio("masking / tagging without encoder", rates, "masked", "read", READ)
    yield ratio("masking / folding for search", rates, "masked", "folded", FOLDED)


def _fold(texts: Sequence[str]) -> int:
    return len([index_form(text) for text in texts])


if __name__ == "__main__":
    main()
