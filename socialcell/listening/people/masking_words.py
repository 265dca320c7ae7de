"""The words of a text with their places, split once for all that looks at words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from socialcell.listening.people.masking_number_words import is_number_word
from socialcell.listening.people.masking_platforms import may_name_platform
from socialcell.listening.people.name_lists import (
    MOST_FOLLOWING,
    PERSONAL,
    is_unknown,
    word_kinds,
    word_lists,
)

# Python's \w lacks the vowel signs of Devanagari.
_WORD = re.compile(r"[A-Za-zÀ-ɏ'’]+|[\u0900-\u0963\u0970-\u097f\u200c\u200d]+")
_MOST_WORDS = 50_000  # that are remembered
_LONGEST_SHORTENED = 4  # letters of a title with a full stop: Smt., डॉ.


class WordCue:
    """What a word may be a sign of: bits, so that a text's words are summed up in one
    number."""

    NUMBER = 1
    PLATFORM = 2
    LISTED = 4  # in the lists of names, titles, roles, offices, places
    PERSON = 8  # and a name, or what a person is called by
    SURNAME = 16  # none of the lists or the language, and ends as surnames do
    ACTOR = 32
    NAME = PERSON | SURNAME | ACTOR


@dataclass(slots=True)
class TextWords:
    """Words in small letters, the cues of each and of all, and where each begins and
    ends in `text`."""

    text: str
    lower: tuple[str, ...]
    cues: tuple[int, ...]
    all_cues: int
    _spans: tuple[tuple[int, int], ...] | None = None

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each word begins and ends; for most texts nobody asks."""
        if self._spans is None:
            self._spans = tuple(map(re.Match.span, _WORD.finditer(self.text)))
        return self._spans

    def written(self, at: int) -> str:
        """A word as it stands in the text."""
        start, end = self.spans[at]
        return self.text[start:end]

    def is_next(self, at: int) -> bool:
        """Whether a word follows the one before it with a space or a full stop between,
        as in "Dr. Kale"."""
        if at == 0 or at >= len(self.lower):
            return False
        end = self.spans[at - 1][1]
        between = self.text[end : self.spans[at][0]]
        if between in (" ", "\u00a0", "  "):
            return True
        is_short = end - self.spans[at - 1][0] <= _LONGEST_SHORTENED
        return is_short and between in (".", ". ", ".\u00a0")

    def ends_sentence(self, at: int) -> bool:
        """Whether a full stop stands behind a word."""
        return self.text.startswith(".", self.spans[at][1])

    def following(self, at: int) -> tuple[str, ...]:
        """A word and those behind it, as far as the sentence goes."""
        end = at + 1
        while end < at + MOST_FOLLOWING and self.is_next(end):
            if self.text[self.spans[end - 1][1]] == ".":
                break
            end += 1
        return self.lower[at:end]

    def joined(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Places in the text of spans of words, those that touch as one."""
        joined: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if joined and (
                start < joined[-1][1]
                or (start == joined[-1][1] and self.is_next(start))
            ):
                joined[-1] = joined[-1][0], max(joined[-1][1], end)
            else:
                joined.append((start, end))
        for start, end in joined:
            yield self.spans[start][0], self.spans[end - 1][1]


def text_words(text: str) -> TextWords:
    """Split a text into runs of letters of one script."""
    lower = tuple(map(str.lower, _WORD.findall(text)))
    cues = tuple(map(_CUES.__getitem__, lower))
    all_cues = 0
    for cue in {*cues}:
        all_cues |= cue
    return TextWords(text, lower, cues, all_cues)


class _Cues(dict[str, int]):
    """A word in small letters → its cues. Words come again: each is looked up in the
    lists once."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[word] = (
            WordCue.NUMBER * is_number_word(word)
            | WordCue.PLATFORM * may_name_platform(word)
            | WordCue.LISTED * (word in word_kinds())
            | WordCue.PERSON * (not PERSONAL.isdisjoint(word_kinds().get(word, ())))
            | WordCue.SURNAME * _is_like_surname(word)
            | WordCue.ACTOR * (word in _ACTORS)
        )
        return self[word]


def _is_like_surname(word: str) -> bool:
    is_listed = word in word_kinds()
    return word.endswith(_LATIN_SURNAMES) and not is_listed and is_unknown(word)


_CUES = _Cues()
_LATIN_SURNAMES = tuple(word_lists("third_persons")["surname_ends_latn"])
_ACTORS = frozenset(word_lists("third_persons")["actors"])
