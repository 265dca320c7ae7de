"""The words of a text with their places, split once for all that looks at words."""

import re
from dataclasses import dataclass
from functools import cached_property

# Python's \w lacks the vowel signs of Devanagari.
_WORD = re.compile(r"[A-Za-zÀ-ɏ'’]+|[\u0900-\u0963\u0970-\u097f\u200c\u200d]+")

_LONGEST_SHORTENED = 4  # letters of a title with a full stop: Smt., डॉ.


@dataclass(frozen=True)
class TextWords:
    """Words in small letters, and where each begins and ends in `text`."""

    text: str
    lower: tuple[str, ...]

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each word begins and ends; for most texts nobody asks."""
        return tuple(hit.span() for hit in _WORD.finditer(self.text))

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


def text_words(text: str) -> TextWords:
    """Split a text into runs of letters of one script."""
    return TextWords(text, tuple(map(str.lower, _WORD.findall(text))))
