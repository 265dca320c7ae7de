"""Texts that say the same, or nearly, put together under the first of them."""

import re
from collections.abc import Sequence

import numpy as np

from socialcell.language.text_similarity import Nearness, TextComparison
from socialcell.language.transliteration import key

# Jaccard similarity of letter n-grams, or of words as they sound, from which two posts
# count as the same text: a call that is passed on with another place in it has 0.5 to
# 0.7. Words by sound find one that is spelt otherwise in each copy.
_SAME_SIMILARITY = 0.5
# Parts without content of their own: addresses, handles and tags, numbers, and marks
# of a forwarded text.
_WITHOUT_CONTENT = re.compile(
    r"https?://\S+|www\.\S+|[@＠#＃]\S+|\d+"
    r"|^\W*(?:rt|fwd|forwarded|correction|corrected|reminder|update)\b\W*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[\u0900-\u097f\u200c\u200d]+[^\W\d_]*)*")


def distinct_texts(texts: Sequence[str], limit: int) -> list[list[int]]:
    """Positions of the first texts that differ from each other, at most so many, each
    with those of the later texts that say the same."""
    plain = [_WITHOUT_CONTENT.sub(" ", text) for text in texts]
    compared = TextComparison(plain, None)
    words = [_sounds(text) for text in plain]
    remaining = list(range(len(plain)))
    groups: list[list[int]] = []
    while remaining and len(groups) < limit:
        first = remaining[0]
        similarities = np.maximum(
            compared.nearness_to(first), _shared_words(words[first], words)
        )
        groups.append(
            [first]
            + [
                position
                for position in remaining[1:]
                if similarities[position] >= _SAME_SIMILARITY
            ]
        )
        remaining = [
            position for position in remaining if position not in set(groups[-1])
        ]
    return groups


def _sounds(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(key, _WORD.findall(text))))


def _shared_words(own: frozenset[str], others: Sequence[frozenset[str]]) -> Nearness:
    """Jaccard similarity of one set of words to each of the others."""
    return np.array(
        [len(own & words) / (len(own | words) or 1) for words in others], np.float64
    )
