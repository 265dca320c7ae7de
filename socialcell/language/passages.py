"""Parts of a longer text, in which a danger is heard that the rest of it drowns."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

_END = re.compile(r"(?<=[.!?।॥])\s+|\n+")
_SHORTEST = 3  # words; less belongs to the sentence before
MOST = 12  # parts of a text that are read by themselves


def sentences(text: str) -> list[str]:
    """The sentences of a text of two or more; else none."""
    single: list[str] = []
    for sentence in map(str.strip, _END.split(text)):
        if single and len(sentence.split()) < _SHORTEST:
            single[-1] += f" {sentence}"
        elif sentence:
            single.append(sentence)
    return single if len(single) > 1 else []


def in_rows(sentences: Sequence[str]) -> list[str]:
    """At most twelve parts: of a text of more sentences each is several in a row."""
    size = max(1, math.ceil(len(sentences) / MOST))
    starts = range(0, len(sentences), size)
    return [" ".join(sentences[start : start + size]) for start in starts]


def passages(parts: Sequence[str]) -> list[str]:
    """Every two neighbours of three parts or more; of two, none: they are all."""
    if len(parts) <= 2:
        return []
    return [f"{first} {second}" for first, second in pairwise(parts)]
