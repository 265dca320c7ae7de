"""What came of the question whether a problem is solved, read from a contact's words.

A word list says what means yes, no, done, undone or doubt; what says both, or neither,
is left to a person. Nothing is guessed.
"""

import csv
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib import resources

from socialcell.text import fold, index_form

_MOST_WORDS = 25  # of an answer; a longer text tells a story that a person reads
_SIGNS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f]")  # of skin and of emoji style


class ClosingAnswer(StrEnum):
    """What a contact says to the closing question."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


def read_answer(text: str) -> ClosingAnswer:
    """What a message says to the question whether it is solved: yes, no or unclear.

    "हो झालं" is yes, "nahi zala" and "no still leaking" are no; a question, a half, a
    thank-you alone, or yes and no in one message are unclear.
    """
    words = _words(text)
    if not words or len(words) > _MOST_WORDS:
        return ClosingAnswer.UNCLEAR
    kinds = set(_kinds(words))
    denies, lasts = "no" in kinds, "undone" in kinds
    affirms, done = "yes" in kinds, bool(kinds & {"done", "solved"})
    # "No problem" denies the problem and not its end; "a leak, yes" affirms it.
    about_problem = "problem" in kinds and "solved" not in kinds
    if "doubt" in kinds or (about_problem and not (lasts or (denies and done))):
        return ClosingAnswer.UNCLEAR
    if denies or lasts:
        both = affirms or (done and not denies)
        return ClosingAnswer.UNCLEAR if both else ClosingAnswer.NO
    return ClosingAnswer.YES if affirms or done else ClosingAnswer.UNCLEAR


def _words(text: str) -> list[str]:
    """Folded words; signs that say something by themselves are words, too."""
    bare = _SIGNS.sub("", text)
    spaced = "".join(f" {sign} " if sign in _signs() else sign for sign in bare)
    words: list[str] = []
    for part in spaced.split():
        words += [part] if part in _signs() else index_form(part).split()
    return words


def _kinds(words: list[str]) -> Iterator[str]:
    """The kinds of what a message says, the longest phrase first."""
    phrases, longest = _phrases()
    place = 0
    while place < len(words):
        for length in range(min(longest, len(words) - place), 0, -1):
            kind = phrases.get(tuple(words[place : place + length]))
            if kind is not None and not _is_number_sign(words, place, length):
                yield kind
                place += length
                break
        else:
            place += 1


def _is_number_sign(words: list[str], place: int, length: int) -> bool:
    """Whether it is the "no" of "ward no 5"."""
    following = words[place + length] if place + length < len(words) else ""
    return length == 1 and words[place] == "no" and following.isdecimal()


@cache
def _phrases() -> tuple[dict[tuple[str, ...], str], int]:
    phrases: dict[tuple[str, ...], str] = {}
    for kind, phrase in _rows():
        key = (phrase,) if phrase in _signs() else tuple(index_form(phrase).split())
        phrases[key] = kind
    return phrases, max(map(len, phrases))


@cache
def _signs() -> frozenset[str]:
    """Single characters of the list that are no letters: emoji and marks."""
    return frozenset(
        phrase
        for _kind, phrase in _rows()
        if len(phrase) == 1 and not index_form(phrase)
    )


@cache
def _rows() -> tuple[tuple[str, str], ...]:
    """Kind and phrase of each row of the word list."""
    place = resources.files("socialcell.desk") / "data" / "closing_words.csv"
    rows = csv.DictReader(place.read_text("utf-8").splitlines())
    return tuple(
        (row["kind"], fold(phrase.strip()))
        for row in rows
        for phrase in row["phrases"].split("|")
    )
