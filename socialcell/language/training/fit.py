"""Fits a linear model: support vectors on n-grams weighed by how they tell classes.

The weighing is that of Wang and Manning 2012 (Baselines and bigrams): every n-gram is
scaled by the log of its share inside a class over its share outside.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.svm import LinearSVC

from socialcell.language.labelled_posts import LabelledPost
from socialcell.language.linear_model import Linear
from socialcell.language.ngram_features import Grams, bags
from socialcell.language.normalisation import normalised

_LARGEST = 127  # of an int8
_STEPS = 20_000  # at most, until the machine has settled
_CLIPPED = 0.9999  # the quantile of weights that becomes the largest


def fit(
    training: Sequence[LabelledPost],
    classes: Sequence[str],
    grams: Grams,
    cost: float,
    seed: int,
) -> Linear:
    """A model of `classes`, with the slope 1."""
    whole = matrix([post.text for post in training], grams)
    labels = np.array([classes.index(post.label) for post in training])
    columns, bias = [], []
    for number in range(len(classes)):
        weights, offset = _one_class(whole, labels == number, cost, seed)
        columns.append(weights)
        bias.append(offset)
    return quantised(columns, bias, tuple(classes), grams)


def matrix(texts: Sequence[str], grams: Grams) -> Any:
    """Counts over the root of the text's number of n-grams, kinds side by side."""
    parts = []
    for start in range(0, len(texts), 2000):
        batch = [normalised(text) for text in texts[start : start + 2000]]
        kinds = []
        for bag in bags(batch, grams):
            share = (1.0 / np.sqrt(np.maximum(bag.lengths, 1))).astype(np.float32)
            place = (bag.rows, bag.buckets)
            shape = (len(batch), 1 << grams.bits)
            kinds.append(sparse.csr_matrix((share[bag.rows], place), shape=shape))
        parts.append(sparse.hstack(kinds, format="csr"))
    return sparse.vstack(parts, format="csr")


def _one_class(
    matrix: Any, inside: NDArray[np.bool_], cost: float, seed: int
) -> tuple[NDArray[np.float64], float]:
    """Weights of one class against the rest, in terms of the plain n-grams."""
    occurrences = matrix.astype(bool)
    here = np.asarray(occurrences[inside].sum(axis=0)).ravel() + 1.0
    there = np.asarray(occurrences[~inside].sum(axis=0)).ravel() + 1.0
    telling = np.abs(np.log((here / here.sum()) / (there / there.sum())))
    scaled = matrix.copy()
    scaled.data = scaled.data * telling[scaled.indices].astype(np.float32)
    machine = LinearSVC(
        C=cost, class_weight="balanced", max_iter=_STEPS, random_state=seed
    )
    machine.fit(scaled, inside)
    return machine.coef_[0] * telling, float(machine.intercept_[0])


def quantised(
    columns: list[NDArray[np.float64]],
    bias: list[float],
    classes: tuple[str, ...],
    grams: Grams,
) -> Linear:
    """Whole numbers from -127 to 127; one scale a class, the rarest peaks are cut."""
    limits = [float(np.quantile(np.abs(column), _CLIPPED)) for column in columns]
    scale = np.array([max(limit, 1e-12) / _LARGEST for limit in limits])
    small = [
        np.clip(np.rint(column / step), -_LARGEST, _LARGEST).astype(np.int8)
        for column, step in zip(columns, scale, strict=True)
    ]
    weights = np.stack(small).reshape(len(classes), grams.kinds, 1 << grams.bits)
    return Linear(
        classes=classes,
        grams=grams,
        weights=np.ascontiguousarray(weights.transpose(1, 0, 2)),
        scale=scale,
        bias=np.array(bias),
        slope=1.0,
    )


def calibrated(model: Linear, held_out: Sequence[LabelledPost]) -> Linear:
    """The slope that makes the held-out labels most likely."""
    margins = model.margins([post.text for post in held_out])
    truth = np.array([model.classes.index(post.label) for post in held_out])

    def surprise(slope: float) -> float:
        logits = margins * slope
        logits -= logits.max(axis=1, keepdims=True)
        whole = np.log(np.exp(logits).sum(axis=1))
        return float(np.mean(whole - logits[np.arange(len(truth)), truth]))

    best = minimize_scalar(surprise, bounds=(0.05, 50.0), method="bounded")
    return replace(model, slope=round(float(best.x), 4))
