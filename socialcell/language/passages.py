"""Passages of a long text, in which a danger is heard that the rest of it drowns."""

import math
import re

_END = re.compile(r"(?<=[.!?।॥])\s+|\n+")
_SHORTEST = 3  # words; less belongs to the sentence before
_MOST = 12


def passages(text: str) -> list[str]:
    """Every two neighbouring sentences of a text of three or more; else none.

    At most twelve: they are longer in a text of more sentences.
    """
    sentences: list[str] = []
    for sentence in map(str.strip, _END.split(text)):
        if sentences and len(sentence.split()) < _SHORTEST:
            sentences[-1] += f" {sentence}"
        elif sentence:
            sentences.append(sentence)
    size = math.ceil(len(sentences) / _MOST)
    if len(sentences) <= 2 * size:
        return []
    return [
        " ".join(sentences[start : start + 2 * size])
        for start in range(0, len(sentences) - size, size)
    ]
