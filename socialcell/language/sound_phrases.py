"""PhraseList that are sought by the sound of their words, in any script and spelling.

A phrase is words of a data file; "*" at the end of a word stands for any ending. It is
sought in a line of sounds, which begins and ends with a space.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, NotRequired, TypedDict

from socialcell.language.transliteration import key

Span = tuple[int, int]  # words, the end excluded
_NEAR = 3  # words within which a harmless word says what is meant
_REMEMBERED = 10_000  # sounds
_WORD = re.compile("[,;]|[A-Za-z0-9'’À-ɏऀ-ॣ०-ॿ\u200c\u200d]+")


class PairPhrases(TypedDict):
    """A pair as a data file has it; every number is written in digits."""

    first: list[str]
    second: NotRequired[list[str]]
    apart: str
    harmless: NotRequired[list[str]]
    critical: NotRequired[str]


class SoundLine(NamedTuple):
    """Sounds in a row, as text, and the numbers of the lists that may stand in it."""

    sounds: Sequence[str]
    text: str
    hints: int  # of every list that shares a word with it, the bit `PhraseList.bit`

    def part(self, start: int, end: int) -> "SoundLine":
        """The sounds from `start` to before `end`."""
        sounds = self.sounds[max(0, start) : end]
        return SoundLine(sounds, line_of(sounds), self.hints)


@dataclass(frozen=True, slots=True)
class PhraseList:
    """A list of phrases, each of which is whole words of a line."""

    pattern: re.Pattern[str]
    bit: int

    def is_in(self, line: SoundLine) -> bool:
        """Whether one of them stands in a line of the same book."""
        return bool(line.hints & self.bit) and bool(self.pattern.search(line.text))

    def spans(self, line: SoundLine) -> Iterator[Span]:
        """Where they stand, from the first on; none overlaps another."""
        if not line.hints & self.bit:
            return
        start, counted = -1, 0
        for match in self.pattern.finditer(line.text):
            # From the last match on: from the beginning takes minutes in a long text.
            start += line.text.count(" ", counted, match.start())
            counted = match.start()
            yield start, start + 1 + match[0].count(" ")


@dataclass(frozen=True, slots=True)
class PhrasePair:
    """PhraseList that say it at most `apart` words from each other, or the first alone,
    unless something harmless is near."""

    first: PhraseList
    second: PhraseList | None
    apart: int
    harmless: PhraseList | None
    bits: int  # of the lists that it takes

    def is_told_in(self, line: SoundLine) -> bool:
        """Whether it is said in a sentence, and not of something harmless."""
        return self.may_be_in(line) and any(
            not self.is_harmless(line.part(start - _NEAR, end + _NEAR))
            for start, end in self._spans(line)
        )

    def may_be_in(self, line: SoundLine) -> bool:
        """Whether a word of each of its lists is there."""
        return line.hints & self.bits == self.bits

    def _spans(self, line: SoundLine) -> Iterator[Span]:
        """Where the second is near the first, or overlaps it; of one thing, where that
        is."""
        firsts = list(self.first.spans(line))
        if self.second is None:
            yield from firsts
            return
        seconds = list(self.second.spans(line)) if firsts else []
        starts = [start for start, _ in seconds]
        ends = [end for _, end in seconds]
        for start, end in firsts:
            yield from seconds[
                bisect_right(ends, end) : bisect_left(starts, end + self.apart)
            ]
            yield from seconds[
                bisect_right(ends, start - self.apart) : bisect_left(starts, start)
            ]

    def is_harmless(self, line: SoundLine) -> bool:
        """Whether something harmless is anywhere in a line."""
        return self.harmless is not None and self.harmless.is_in(line)


class PhraseBook:
    """Lists of phrases, and which of them a word can belong to.

    A post holds no phrase of nearly all lists. Its words show that sooner than a search
    for every list does: a phrase cannot stand where its longest word does not. Lines
    are made when all lists are in the book.
    """

    def __init__(self) -> None:
        self._lists = 0
        self._bits_by_word: dict[str, int] = {}
        self._bits_by_beginning: dict[str, int] = {}
        self._longest_beginning = 0
        self._remembered: dict[str, int] = {}

    def phrases(self, listed: Iterable[str]) -> PhraseList:
        """A list of this book."""
        phrases = list(listed)
        bit = 1 << self._lists
        self._lists += 1
        for phrase in phrases:
            word, bits_by_text = max(
                (self._entry(word) for word in phrase.split()),
                key=lambda entry: len(entry[0]),
            )
            bits_by_text[word] = bits_by_text.get(word, 0) | bit
        lengths = map(len, self._bits_by_beginning)
        self._longest_beginning = max(lengths, default=0)
        return PhraseList(pattern(phrases), bit)

    def pair(self, listed: PairPhrases) -> PhrasePair:
        """The lists of a pair as a data file has it."""
        first = self.phrases(listed["first"])
        second = self.phrases(listed["second"]) if "second" in listed else None
        return PhrasePair(
            first,
            second,
            int(listed["apart"]),
            self.phrases(listed["harmless"]) if "harmless" in listed else None,
            first.bit | (0 if second is None else second.bit),
        )

    def line(self, sounds: Sequence[str]) -> SoundLine:
        """The sounds as a line in which the lists of this book are sought."""
        hints = 0
        for sound in sounds:
            hints |= self._bits(sound)
        return SoundLine(sounds, line_of(sounds), hints)

    def _entry(self, word: str) -> tuple[str, dict[str, int]]:
        """The sound of a word of a phrase, or what it begins with, and where that is
        kept."""
        if word.endswith("*"):
            return _beginning(word), self._bits_by_beginning
        return key(word), self._bits_by_word

    def _bits(self, sound: str) -> int:
        """Of the lists with a phrase whose longest word may be this one."""
        bits = self._remembered.get(sound)
        if bits is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            bits = self._bits_by_word.get(sound, 0)
            for length in range(min(len(sound), self._longest_beginning) + 1):
                bits |= self._bits_by_beginning.get(sound[:length], 0)
            self._remembered[sound] = bits
        return bits


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


def line_of(sounds: Iterable[str]) -> str:
    """The sounds with a space between them and at both ends."""
    return f" {' '.join(sounds)} "


def pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases, the longest first, as whole words of a line of sounds."""
    forms = {" ".join(map(_form, phrase.split())) for phrase in phrases}
    alternatives = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(f"(?<= )(?:{'|'.join(alternatives)})(?= )")


def _form(word: str) -> str:
    if word.endswith("*"):
        return re.escape(_beginning(word)) + r"\S*"
    return re.escape(key(word))


def _beginning(word: str) -> str:
    """The sound of a word before any ending; an a there may be silent."""
    return key(word.rstrip("*")).removesuffix("a")
