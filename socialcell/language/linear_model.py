"""A linear model over hashed n-grams: small whole numbers as weights, no framework."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from socialcell.language.ngram_features import Bag, Grams, bags
from socialcell.language.normalisation import normalised

_LEAST = 1e-5  # chance that is not told from none
_AT_ONCE = 16  # texts whose weights are looked up together


@dataclass(frozen=True, slots=True)
class Linear:
    """`weights` is int8 of shape (kinds, classes, buckets): kinds are runs and words.

    A text's margin for class c is `bias[c]` plus, over both kinds, the sum of the
    weights of its n-grams times `scale[c]` over the root of their number. Chances are
    the softmax of `slope` times margin (one temperature, fitted on held-out posts:
    Guo et al. 2017, On calibration of modern neural networks).
    """

    classes: tuple[str, ...]
    grams: Grams
    weights: NDArray[np.int8]
    scale: NDArray[np.float64]
    bias: NDArray[np.float64]
    slope: float

    def margins(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Shape (texts, classes). A row does not depend on the other rows."""
        margins = np.zeros((len(texts), len(self.classes)))
        if not texts:
            return margins
        clean = [normalised(text) for text in texts]
        for weights, bag in zip(self.weights, bags(clean, self.grams), strict=True):
            share = 1.0 / np.sqrt(np.maximum(bag.lengths, 1))
            margins += _sums(weights, bag, len(texts)) * share[:, None] * self.scale
        return margins + self.bias

    def chances(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Calibrated probabilities of the classes, one dict a text."""
        margins = self.margins(texts) * self.slope
        return [
            dict(zip(self.classes, softmax(row), strict=True))
            for row in margins.tolist()
        ]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What a weight file holds beside what its card says."""
        return {"weights": self.weights, "scale": self.scale, "bias": self.bias}


def _sums(weights: NDArray[np.int8], bag: Bag, texts: int) -> NDArray[np.float64]:
    """Shape (texts, classes): sums of whole numbers, exact in any order.

    The weights of a few texts at a time: those of a whole batch take megabytes.
    """
    sums = np.zeros((texts, len(weights)))
    buckets = bag.buckets[np.argsort(bag.rows, kind="stable")]
    ones = np.ones(int(bag.lengths.max(initial=0)), np.float32)
    ends = [0, *np.cumsum(bag.lengths).tolist()]
    for first in range(0, texts, _AT_ONCE):
        part = ends[first : first + _AT_ONCE + 1]
        looked_up = np.take(weights.T, buckets[part[0] : part[-1]], axis=0)
        floats = looked_up.astype(np.float32)
        for text, (start, end) in enumerate(pairwise(part), first):
            sums[text] = ones[: end - start] @ floats[start - part[0] : end - part[0]]
    return sums


def softmax(logits: Sequence[float]) -> list[float]:
    """Probabilities in proportion to the exponentials, without overflow."""
    highest = max(logits)
    weights = [math.exp(logit - highest) for logit in logits]
    whole = math.fsum(weights)
    return [weight / whole for weight in weights]


def log_odds(chance: float) -> float:
    """Of a probability, which is kept a little away from 0 and 1."""
    inside = min(max(chance, _LEAST), 1.0 - _LEAST)
    return math.log(inside / (1.0 - inside))


def sigmoid(odds: float) -> float:
    """The probability of these log odds."""
    return 1.0 / (1.0 + math.exp(-odds)) if odds > -700.0 else 0.0
