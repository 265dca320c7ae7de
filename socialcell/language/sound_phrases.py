"""Phrases that are sought by the sound of their words, in any script and spelling.

A phrase is words of a data file; "*" at the end of a word stands for any ending. It is
sought in a line of sounds, which begins and ends with a space.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from socialcell.language.transliteration import key

Span = tuple[int, int]  # words, the end excluded
_WORD = re.compile("[,;]|[A-Za-z0-9'’À-ɏऀ-ॣ०-ॿ\u200c\u200d]+")


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
