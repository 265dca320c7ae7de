"""Cuts a text into the pieces of words that the encoder knows, the likeliest cut.

Every piece has a log chance; the cut of a word is the one of the highest sum (Viterbi
1967; unigram pieces: Kudo 2018, Subword regularization). No piece spans a space.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

START, END, UNKNOWN = 0, 1, 2
RESERVED = ("<s>", "</s>", "<unk>")
_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"@\w[\w.]*")
_JOINERS = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff")
_STRETCHED = re.compile(r"(.)\1{3,}", re.DOTALL)
_WORD_START = "\u2581"
_LONGEST = 4000  # code points of a text that are looked at
_UNLIKELY = 10.0  # log chance below the rarest piece, for a letter without a piece
_REMEMBERED = 100_000


def plain_words(text: str) -> list[str]:
    """Words in the form that the encoder learned: lower case, no links, one handle."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST].translate(_JOINERS))
    text = _HANDLE.sub("@user", _LINK.sub(" ", text)).lower()
    return _STRETCHED.sub(r"\1\1\1", text).split()


class Pieces:
    """A table of pieces with their log chances; words already cut are remembered."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        self.pieces, self.scores = tuple(pieces), tuple(scores)
        rows = zip(pieces, scores, strict=True)
        self._pieces_by_text: Mapping[str, tuple[int, float]] = {
            piece: (number, score)
            for number, (piece, score) in enumerate(rows)
            if number >= len(RESERVED)
        }
        self._longest = max((len(piece) for piece in self._pieces_by_text), default=1)
        self._unknown = min(scores, default=0.0) - _UNLIKELY
        self._cut: dict[str, tuple[int, ...]] = {}

    def numbers(self, text: str, most: int) -> list[int]:
        """Piece numbers between START and END, at most `most` with those two."""
        numbers = [START]
        for word in plain_words(text):
            numbers.extend(self._of(word))
            if len(numbers) >= most:
                break
        return [*numbers[: most - 1], END]

    def _of(self, word: str) -> tuple[int, ...]:
        numbers = self._cut.get(word)
        if numbers is None:
            if len(self._cut) >= _REMEMBERED:
                self._cut.clear()
            numbers = self._cut[word] = self._best_cut(_WORD_START + word)
        return numbers

    def _best_cut(self, word: str) -> tuple[int, ...]:
        size = len(word)
        best = [0.0] + [float("-inf")] * size
        previous: list[tuple[int, int]] = [(0, UNKNOWN)] * (size + 1)
        for start in range(size):
            here = best[start]
            for end in range(start + 1, min(start + self._longest, size) + 1):
                piece = self._pieces_by_text.get(word[start:end])
                if piece is not None and here + piece[1] > best[end]:
                    best[end], previous[end] = here + piece[1], (start, piece[0])
            if here + self._unknown > best[start + 1]:
                best[start + 1] = here + self._unknown
                previous[start + 1] = (start, UNKNOWN)
        numbers = []
        end = size
        while end:
            end, number = previous[end]
            numbers.append(number)
        return tuple(reversed(numbers))
