"""Parts of a longer text, in which a danger is heard that the rest of it drowns."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

_END = re.compile(r"(?<=[.!?।॥])\s+|\n+")
_SHORTEST = 3  # words; less belongs to the sentence before
_MOST = 12


def sentences(text: str) -> list[str]:
    """The sentences of a text of two or more; else none.

    At most twelve: of a text of more each is several in a row.
    """
    single: list[str] = []
    for sentence in map(str.strip, _END.split(text)):
        if single and len(sentence.split()) < _SHORTEST:
            single[-1] += f" {sentence}"
        elif sentence:
            single.append(sentence)
    if len(single) < 2:
        return []
    size = math.ceil(len(single) / _MOST)
    starts = range(0, len(single), size)
    return [" ".join(single[start : start + size]) for start in starts]


def passages(sentences: Sequence[str]) -> list[str]:
    """Every two neighbours of three sentences or more; of two, none: they are all."""
    if len(sentences) <= 2:
        return []
    return [f"{first} {second}" for first, second in pairwise(sentences)]
