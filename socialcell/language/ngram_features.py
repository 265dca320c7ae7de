"""Hashed character and word n-grams of many texts at once, in numpy.

A text is a bag of 32-bit hashes. Sums over a bag are sums of integers, so that neither
the order of the texts nor the size of the batch can change a result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialcell.language import transliteration

_Array = NDArray[Any]

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_WORD_PRIME = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Grams:
    """Which n-grams a model looks at: lengths of runs of letters and of words.

    `sounds` are lengths of runs in the words as they sound, which is the same in both
    scripts and in every casual spelling.
    """

    chars: tuple[int, int]
    words: int  # 0 for none
    bits: int  # 2**bits buckets for each kind
    sounds: tuple[int, int] = (0, 0)  # (0, 0) for none

    @property
    def kinds(self) -> int:
        """How many bags a text has."""
        return 1 + bool(self.words) + bool(self.sounds[1])


@dataclass(frozen=True, slots=True)
class Bag:
    """Occurrences of one kind: `rows[i]` is the text, `buckets[i]` the hashed n-gram.

    `lengths` counts the occurrences of each text.
    """

    rows: _Array
    buckets: _Array
    lengths: _Array


def bags(texts: Sequence[str], grams: Grams) -> list[Bag]:
    """One bag of character n-grams and, if asked for, of word n-grams and of sounds.

    `texts` are normalised. Shapes: one entry an occurrence, texts in order.
    """
    text_bags = _bags(texts, grams)
    if grams.sounds[1]:
        sound_texts = [sounds_of(text) for text in texts]
        text_bags += _bags(sound_texts, Grams(grams.sounds, 0, grams.bits))
    return text_bags


def sounds_of(text: str) -> str:
    """A normalised text with the sound of each word, and signs as they are."""
    return " ".join(filter(None, map(_sound, text.split())))


def _sound(word: str) -> str:
    return transliteration.key(word) or ("" if word.isalnum() else word)


def _bags(texts: Sequence[str], grams: Grams) -> list[Bag]:
    padded = [f" {text} " for text in texts]
    sizes = np.fromiter(map(len, padded), np.int64, len(padded))
    codes = np.frombuffer("".join(padded).encode("utf-32-le"), "<u4").astype(np.uint64)
    rows = np.repeat(np.arange(len(padded)), sizes)
    count, mask = len(padded), np.uint64((1 << grams.bits) - 1)
    text_bags = [_bag(list(_runs(codes, rows, grams.chars)), count, mask)]
    if grams.words:
        text_bags.append(_bag(list(_phrases(codes, rows, grams.words)), count, mask))
    return text_bags


def _bag(parts: list[tuple[_Array, _Array]], count: int, mask: np.uint64) -> Bag:
    if not parts:  # every text is shorter than the shortest run
        parts = [(np.zeros(0, np.int64), np.zeros(0, np.uint64))]
    rows = np.concatenate([rows for rows, _ in parts])
    hashes = np.concatenate([hashes for _, hashes in parts])
    buckets = (_mixed(hashes) & mask).astype(np.int32)
    return Bag(rows, buckets, np.bincount(rows, minlength=count))


def _runs(
    codes: _Array, rows: _Array, lengths: tuple[int, int]
) -> Iterator[tuple[_Array, _Array]]:
    """Runs of letters by length; a space stands only at an end of a run.

    So none runs into the next text: two spaces are between them.
    """
    first, last = lengths
    space = codes == 32
    before = np.concatenate([[0], np.cumsum(space)])
    hashes = np.zeros_like(codes)
    for length in range(1, last + 1):
        starts = len(codes) - length + 1
        if starts <= 0:
            break
        hashes = hashes[:starts] * _PRIME + codes[length - 1 :] + np.uint64(1)
        if length < first:
            continue
        if length == 1:
            whole = ~space
        elif length == 2:
            whole = ~(space[:-1] & space[1:])
        else:
            # No space stands between the first letter of a run and its last.
            whole = before[length - 1 : length - 1 + starts] == before[1 : 1 + starts]
        yield rows[:starts][whole], hashes[whole]


def _phrases(codes: _Array, rows: _Array, most: int) -> Iterator[tuple[_Array, _Array]]:
    """Words and phrases of up to `most` words."""
    space = codes == 32
    starts = np.flatnonzero(~space[1:] & space[:-1]) + 1
    if not len(starts):
        yield np.zeros(0, np.int64), np.zeros(0, np.uint64)
        return
    ends = np.flatnonzero(space[1:] & ~space[:-1]) + 1
    owner = rows[starts]
    words = _word_hashes(codes, starts, ends)
    hashes = np.zeros_like(words)
    for length in range(1, most + 1):
        left = len(words) - length + 1
        if left <= 0:
            break
        hashes = hashes[:left] * _WORD_PRIME + words[length - 1 :]
        whole = owner[:left] == owner[length - 1 :]
        yield owner[:left][whole], hashes[whole]


def _word_hashes(codes: _Array, starts: _Array, ends: _Array) -> _Array:
    """Polynomial hash of each word, from sums of the letters' shares."""
    place = np.arange(len(codes)) - np.repeat(
        np.concatenate([[0], starts]),
        np.diff(np.concatenate([[0], starts, [len(codes)]])),
    )
    powers = np.cumprod(np.full(int(place.max()) + 1, _PRIME, np.uint64))
    totals = np.concatenate(
        [[np.uint64(0)], np.cumsum(codes * powers[place], dtype=np.uint64)]
    )
    return _mixed(totals[ends] - totals[starts])


def _mixed(hashes: _Array) -> _Array:
    """Every bit of the hash depends on all of them."""
    mixed: _Array = (hashes ^ (hashes >> np.uint64(32))) * _MIX
    mixed ^= mixed >> np.uint64(29)
    return mixed
