"""Phrases that are sought by the sound of their words, in any script and spelling.

A phrase is words of a data file; "*" at the end of a word stands for any ending. It is
sought in a line of sounds, which begins and ends with a space.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from socialcell.language.transliteration import key

Span = tuple[int, int]  # words, the end excluded
_NEAR = 3  # words within which a harmless word says what is meant
_WORD = re.compile("[,;]|[A-Za-z0-9'’À-ɏऀ-ॣ०-ॿ\u200c\u200d]+")


class PairPhrases(TypedDict):
    """A pair as a data file has it; every number is written in digits."""

    first: list[str]
    second: NotRequired[list[str]]
    apart: str
    harmless: NotRequired[list[str]]
    critical: NotRequired[str]


@dataclass(frozen=True, slots=True)
class PhrasePair:
    """Phrases that say it at most `apart` words from each other, or the first alone,
    unless something harmless is near."""

    first: re.Pattern[str]
    second: re.Pattern[str] | None
    apart: int
    harmless: re.Pattern[str] | None

    def is_told_in(self, sounds: Sequence[str]) -> bool:
        """Whether it is said in a sentence, and not of something harmless."""
        return any(not self._is_harmless(span, sounds) for span in self._spans(sounds))

    def _spans(self, sounds: Sequence[str]) -> Iterator[Span]:
        """Where the second is near the first, or overlaps it; of one thing, where that
        is."""
        firsts = list(spans(self.first, sounds))
        if self.second is None:
            yield from firsts
            return
        seconds = list(spans(self.second, sounds)) if firsts else []
        starts = [start for start, _ in seconds]
        ends = [end for _, end in seconds]
        for start, end in firsts:
            yield from seconds[
                bisect_right(ends, end) : bisect_left(starts, end + self.apart)
            ]
            yield from seconds[
                bisect_right(ends, start - self.apart) : bisect_left(starts, start)
            ]

    def _is_harmless(self, span: Span, sounds: Sequence[str]) -> bool:
        nearby_sounds = sounds[max(0, span[0] - _NEAR) : span[1] + _NEAR]
        return self.harmless is not None and bool(
            self.harmless.search(line_of(nearby_sounds))
        )


def pair_of(phrases: PairPhrases) -> PhrasePair:
    """The phrases of a data file as patterns."""
    return PhrasePair(
        pattern(phrases["first"]),
        pattern(phrases["second"]) if "second" in phrases else None,
        int(phrases["apart"]),
        pattern(phrases["harmless"]) if "harmless" in phrases else None,
    )


def sounds_of(text: str) -> list[str]:
    """The sounds of the words; a comma stands between those that it parts."""
    return [sound for sound, _ in placed_sounds(text)]


def placed_sounds(text: str) -> Iterator[tuple[str, int]]:
    """The sounds of the words, each with where its word begins in the text."""
    for word in _WORD.finditer(text):
        if sound := sound_of(word[0]):
            yield sound, word.start()


def sound_of(word: str) -> str:
    """The sound of a word; a comma of a sign that parts words."""
    return "," if word in ",;" else key(word)


def line_of(sounds: Sequence[str]) -> str:
    """The sounds with a space between them and at both ends."""
    return f" {' '.join(sounds)} "


def pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases, the longest first, as whole words of a line of sounds."""
    forms = {" ".join(map(_form, phrase.split())) for phrase in phrases}
    alternatives = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(f"(?<= )(?:{'|'.join(alternatives)})(?= )")


def spans(phrases: re.Pattern[str], sounds: Sequence[str]) -> Iterator[Span]:
    """Where the phrases stand, from the first on; none overlaps another."""
    sound_line = line_of(sounds)
    start, counted = -1, 0
    for match in phrases.finditer(sound_line):
        # From the last match on: from the beginning takes minutes in a long text.
        start += sound_line.count(" ", counted, match.start())
        counted = match.start()
        yield start, start + 1 + match[0].count(" ")


def _form(word: str) -> str:
    """The sound of a word; an a before any ending may be silent there."""
    if word.endswith("*"):
        return re.escape(key(word.rstrip("*")).removesuffix("a")) + r"\S*"
    return re.escape(key(word))
