"""Finds a name in texts however it is spelled: in either script, with any ending.

Two steps: a pattern that a database can look for lets every spelling through, and much
besides; then the words are compared as they sound.
"""

from collections.abc import Iterable
from functools import lru_cache

from socialcell.language.transliteration import key
from socialcell.listening.people.masking_words import text_words
from socialcell.listening.people.name_lists import sounds_of, stem

# The letters, in either script, that may be heard as a consonant of `key`.
_LETTERS = {
    **{"k": "kqxक", "K": "kqकख", "g": "gdjग", "G": "gगघ", "c": "cचछ", "j": "jzजझ"},
    **{"t": "tतट", "T": "tतटथठ", "d": "dदड", "D": "dदडधढ", "n": "nmनणञङंँम"},
    **{"p": "pप", "f": "fpपफ", "b": "bब", "B": "bबभ", "m": "mम", "y": "yय"},
    **{"r": "rरऱृऋ", "l": "lलळऴ", "v": "vwव", "s": "sxशषस", "h": "hह"},
}
_BETWEEN = r"\S{0,6}"  # vowels, doubled letters, joiners
_CONSONANTS = 3  # of a word that the pattern asks for: more take long, fewer let all by
_MANY = 12  # patterns in one search; with more, every text is looked at


class NameSpellings:
    """Names of two words and more; names of one word say nobody's name here."""

    def __init__(self, names: Iterable[str]) -> None:
        sounds = {parts for name in names if len(parts := sounds_of(name)) > 1}
        self._words = frozenset(word for parts in sounds for word in parts)
        # Of each name the word with the most consonants: few texts have it.
        self._rarest = frozenset(max(parts, key=_weight) for parts in sounds)

    def __bool__(self) -> bool:
        return bool(self._rarest)

    @property
    def pattern(self) -> str | None:
        """A regular expression that each text with one of the names matches, in the
        form that Python and PostgreSQL share; None: there are too many."""
        patterns = {_pattern(word) for word in self._rarest}
        return "|".join(sorted(patterns)) if len(patterns) <= _MANY else None

    def is_in(self, text: str) -> bool:
        """Whether a text has a word that sounds as the rarest word of a name."""
        return any(_sounds(word) & self._rarest for word in text_words(text).lower)

    def has_word(self, word: str) -> bool:
        """Whether a word in small letters sounds as any word of the names."""
        return bool(_sounds(word) & self._words)


@lru_cache(maxsize=100_000)
def _sounds(word: str) -> frozenset[str]:
    """How a word sounds, with its ending and without."""
    return frozenset({key(word), key(stem(word))})


def _weight(sound: str) -> tuple[int, int]:
    return sum(letter in _LETTERS for letter in sound), len(sound)


def _pattern(sound: str) -> str:
    # What is heard as ks may be written x, one letter.
    consonants = [letter for letter in sound.replace("ks", "k") if letter in _LETTERS]
    return _BETWEEN.join(map(_either_case, consonants[:_CONSONANTS])) or r"\S"


def _either_case(consonant: str) -> str:
    letters = _LETTERS[consonant]
    return f"[{letters}{''.join(c.upper() for c in letters if c.isascii())}]"
