"""What exactly is broken, and what it lies at: read from the words of a post.

The topic "water" holds burst pipes and dry taps, and a locality many streets. A word
list says which words name a problem and which a landmark; what it does not know is not
guessed.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from socialcell.text import fold, index_form

_WHOLE, _SPOT, _LANDMARK = "whole", "spot", "landmark"
_OPEN = "*"


@dataclass(frozen=True, slots=True)
class SpotWords:
    """What a text names: `problems` of its topic, `landmarks`; `is_whole`: a problem
    that a whole locality has, such as no water."""

    problems: frozenset[str]
    landmarks: frozenset[str]
    is_whole: bool


def read_spot(topic: str, texts: Iterable[str]) -> SpotWords:
    """What the texts of a case of a topic name."""
    problems: set[str] = set()
    landmarks: set[str] = set()
    is_whole = False
    for text in texts:
        for group, name in _named_in(text):
            kind, _, of_topic = group.partition(":")
            if kind == _LANDMARK:
                landmarks.add(name)
            elif of_topic == topic:
                problems.add(name)
                is_whole = is_whole or kind == _WHOLE
    return SpotWords(frozenset(problems), frozenset(landmarks), is_whole)


@lru_cache(maxsize=1000)  # a new case is compared with up to 200 of its topic
def _named_in(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_names(index_form(text).split()))


def _names(words: list[str]) -> Iterator[tuple[str, str]]:
    """Group and id of each phrase that stands in a text."""
    phrases = _phrases()
    for place, word in enumerate(words):
        for length in range(1, len(word) + 1):
            for group, name, rest in phrases.get(word[:length], ()):
                if _stands(words, place, rest):
                    yield group, name


def _stands(words: list[str], place: int, phrase: tuple[str, ...]) -> bool:
    """Whether a phrase stands at a place; its last word may go on where it is open."""
    own = words[place : place + len(phrase)]
    if len(own) < len(phrase):
        return False
    last = phrase[-1]
    ends = own[-1].startswith(last[:-1]) if last.endswith(_OPEN) else own[-1] == last
    return ends and tuple(own[:-1]) == phrase[:-1]


@cache
def _phrases() -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    """Group, id and words of each phrase, by its first word as far as it is fixed."""
    phrases: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    place = resources.files("socialcell.desk") / "data" / "spot_words.csv"
    for row in csv.DictReader(place.read_text("utf-8").splitlines()):
        for written in row["phrases"].split("|"):
            words = index_form(fold(written.removesuffix(_OPEN))).split()
            first = words[0]
            if written.endswith(_OPEN):
                words[-1] += _OPEN
            entry = (row["group"], row["id"], tuple(words))
            phrases.setdefault(first, []).append(entry)
    return phrases
