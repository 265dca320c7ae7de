"""Phrases that many people suddenly use: those of now beside the same hours before.

A phrase's share of the people who write now is compared with its share in the same
hours of the days before, by the signed root of the log-likelihood ratio G² of a 2 × 2
table (T. Dunning, Accurate Methods for the Statistics of Surprise and Coincidence,
Computational Linguistics 19(1), 1993). People are counted, not repetitions: one who
says it ten times counts once.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib import resources
from math import copysign, log, sqrt

import yaml

from socialcell.listening.people.protected_topics import protected_topic_in
from socialcell.text import index_form

WINDOW = timedelta(hours=3)
DAYS = 28
# Fewer people are no news; a phrase of fewer than that is not even listed.
LEAST = 5
PEOPLE_TO_ALERT = 8
# By chance alone one phrase in 30,000 comes to this, and a window has some thousand.
LISTED_AT = 4.0
LONGEST_PHRASE = 3
# Of phrases that share so much of their mentions only the best is listed.
_SAME = 0.5
_ADDRESSES = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@＠﹫]\S+|\bu/\S+")
_CLAUSES = re.compile(r"[.!?…,;:।॥|()\[\]\"“”\n]+")


@dataclass(frozen=True, slots=True)
class PhraseText:
    """A mention: its id, who says it (before: on which day, too), its words."""

    id: int
    who: Hashable
    clauses: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rise:
    """A phrase: people who say it now, how many would by its share before, and G."""

    phrase: str
    score: float
    observed: int
    expected: float
    mentions: tuple[int, ...]


def clauses(text: str) -> tuple[tuple[str, ...], ...]:
    """The folded words of a text, clause by clause; addresses and numbers end one."""
    part_words = (
        index_form(part).split() for part in _CLAUSES.split(_ADDRESSES.sub("|", text))
    )
    return tuple(clause for words in part_words for clause in _unbroken(words))


def rising(now: Sequence[PhraseText], before: Iterable[PhraseText]) -> list[Rise]:
    """Phrases whose share rose, the highest score first, one for each subject.

    The work is that of reading every text once: only phrases that enough people use
    now are looked for in the earlier texts.
    """
    people: dict[str, set[Hashable]] = defaultdict(set)
    where: dict[str, list[int]] = defaultdict(list)
    for mention in now:
        for phrase in _phrases(mention.clauses):
            people[phrase].add(mention.who)
            where[phrase].append(mention.id)
    frequent = {phrase for phrase, who in people.items() if len(who) >= LEAST}
    n = len({mention.who for mention in now})
    earlier: dict[str, set[Hashable]] = defaultdict(set)
    everybody: set[Hashable] = set()
    for mention in before:
        everybody.add(mention.who)
        for phrase in _phrases(mention.clauses) & frequent:
            earlier[phrase].add(mention.who)
    rises = []
    for phrase in frequent:
        a, b = len(people[phrase]), len(earlier[phrase])
        score = signed_root(a, n, b, len(everybody))
        if score >= LISTED_AT:
            expected = n * b / len(everybody)
            rises.append(Rise(phrase, score, a, expected, tuple(where[phrase])))
    rises.sort(key=lambda rise: (-rise.score, -len(rise.phrase), rise.phrase))
    barred = {mention.id for mention in now if _is_barred(mention)} if rises else set()
    return [mention for mention in _apart(rises) if _is_free(mention, barred)]


def signed_root(a: int, n: int, b: int, m: int) -> float:
    """√G² of a of n beside b of m, negative when the share fell; 0 without a `before`.

    Under no change it is about a standard normal variable.
    """
    if not n or not m:
        return 0.0
    share = (a + b) / (n + m)
    total = sum(
        observed * log(observed / due)
        for observed, due in (
            (a, n * share),
            (n - a, n * (1 - share)),
            (b, m * share),
            (m - b, m * (1 - share)),
        )
        if observed
    )
    return copysign(sqrt(max(0.0, 2 * total)), a / n - b / m)


def _apart(rises: Iterable[Rise]) -> Iterator[Rise]:
    mention_sets: list[set[int]] = []
    for rise in rises:
        own = set(rise.mentions)
        if all(
            len(own & ids) < _SAME * min(len(own), len(ids)) for ids in mention_sets
        ):
            mention_sets.append(own)
            yield rise


def _is_barred(mention: PhraseText) -> bool:
    """Whether a mention is about a protected topic."""
    return (
        protected_topic_in(
            " ".join(word for clause in mention.clauses for word in clause)
        )
        is not None
    )


def _is_free(rise: Rise, barred: Set[int]) -> bool:
    """Whether most of a phrase's mentions may be watched, and its own words."""
    n = len(barred & set(rise.mentions))
    return protected_topic_in(rise.phrase) is None and n < len(rise.mentions) / 2


def _phrases(clauses: Iterable[Sequence[str]]) -> set[str]:
    """One to three words in a row that neither begin nor end with a stop word."""
    stop = _stop_words()
    return {
        " ".join(clause[at : at + length])
        for clause in clauses
        for at in range(len(clause))
        if clause[at] not in stop
        for length in range(1, LONGEST_PHRASE + 1)
        if at + length <= len(clause) and clause[at + length - 1] not in stop
    }


def _unbroken(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The runs of words between numbers."""
    run: list[str] = []
    for word in [*words, "0"]:
        if not word.isdecimal():
            run.append(word)
        elif run:
            yield tuple(run)
            run = []


@lru_cache
def _stop_words() -> frozenset[str]:
    place = resources.files("socialcell.listening") / "data" / "stop_words.yaml"
    lists: Mapping[str, list[str]] = yaml.load(
        place.read_bytes(),
        Loader=yaml.BaseLoader,  # noqa: S506 - builds strings only
    )
    return frozenset(index_form(word) for words in lists.values() for word in words)
