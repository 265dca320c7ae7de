"""Weighted k-means in the plane, from starts that never depend on chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from socialcell.participation.votes import Matrix

Labels = NDArray[np.intp]

STILL = 0.01
DIGITS = 9  # points that differ by less than rounding are the same point


@dataclass(frozen=True)
class Clusters:
    """`labels` gives each point its cluster's id; `centres[i]` belongs to `ids[i]`.

    Ids survive from the start they came from; a cluster that lost all its points is
    gone, and its id with it.
    """

    labels: Labels
    ids: Labels
    centres: Matrix


def k_means(
    points: Matrix, weights: Matrix, start: Matrix, *, rounds: int, ids: Labels
) -> Clusters:
    """Lloyd's iteration until every centre moves less than 0.01, or for `rounds`.

    `points` is n x 2, `weights` n, `start` the k x 2 centres to begin with and `ids`
    their k ids. Ties go to the earlier centre.
    """
    centres = start
    labels = np.zeros(len(points), dtype=np.intp)
    for _ in range(rounds):
        labels = _nearest(points, centres)
        alive = np.unique(labels)
        moved = _means(points, weights, labels, alive)
        shift = np.linalg.norm(moved - centres[alive], axis=1).max()
        settled = len(alive) == len(centres) and shift < STILL
        labels = np.searchsorted(alive, labels)
        centres, ids = moved, ids[alive]
        if settled:
            break
    return Clusters(ids[labels], ids, centres)


def distinct(points: Matrix) -> Matrix:
    """The different points among these, in order of first appearance."""
    _, first = np.unique(_rounded(points), axis=0, return_index=True)
    return points[np.sort(first)]


def spread_out(
    points: Matrix, weights: Matrix, k: int, random: np.random.Generator
) -> Matrix:
    """k starting centres drawn as k-means++ does (Arthur and Vassilvitskii 2007)."""
    odds = weights / weights.sum()
    chosen = [points[random.choice(len(points), p=odds)]]
    for _ in range(k - 1):
        gaps = np.array([np.sum((points - centre) ** 2, axis=1) for centre in chosen])
        odds = gaps.min(axis=0) * weights
        chosen.append(points[random.choice(len(points), p=odds / odds.sum())])
    return np.array(chosen)


def continued_centres(
    points: Matrix, weights: Matrix, earlier_labels: Labels, k: int
) -> tuple[Matrix, Labels]:
    """Centres to begin with, taken from an earlier clustering of the same points.

    `known` holds each point's earlier cluster, -1 where it had none. Clusters are
    recentred on where their points are now; those with the same centre are merged (the
    lower id stays); while there are fewer than k, the point farthest from its nearest
    centre is split off with a new id. More than k are all kept.
    """
    ids = np.unique(earlier_labels[earlier_labels >= 0])
    members = earlier_labels >= 0
    if len(ids) == 0:
        start = distinct(points)[:k]
        return start, np.arange(len(start))
    centres = _means(points[members], weights[members], earlier_labels[members], ids)
    _, first = np.unique(_rounded(centres), axis=0, return_index=True)
    ids, centres = ids[np.sort(first)], centres[np.sort(first)]
    while len(centres) < k:
        gaps = np.linalg.norm(points[:, None] - centres[None], axis=2).min(axis=1)
        farthest = int(np.argmax(gaps))
        if gaps[farthest] < 10.0**-DIGITS:
            break
        centres = np.vstack([centres, points[farthest]])
        ids = np.append(ids, ids.max() + 1)
    return centres, ids


def silhouette(points: Matrix, labels: Labels) -> float:
    """The mean over points of (b - a) / max(a, b); a point alone scores 0.

    a is the mean distance to the other points of its cluster, b the smallest mean
    distance to another cluster (Rousseeuw 1987). Needs two clusters.
    """
    return float(np.mean(_silhouettes(points, np.ones(len(points)), labels)))


def weighted_silhouette(points: Matrix, weights: Matrix, labels: Labels) -> float:
    """The silhouette of the people behind the points: weights are head counts."""
    return float(np.average(_silhouettes(points, weights, labels), weights=weights))


def _silhouettes(points: Matrix, weights: Matrix, labels: Labels) -> Matrix:
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    ids, places = np.unique(labels, return_inverse=True)
    belongs = (labels[:, None] == ids[None]) * weights[:, None]
    heads = belongs.sum(axis=0)
    sums = gaps @ belongs
    rows = np.arange(len(points))
    company = heads[places] - 1
    near = sums[rows, places] / np.where(company > 0, company, 1)
    others = sums / heads
    others[rows, places] = np.inf
    far = others.min(axis=1)
    widest = np.maximum(near, far)
    scores = (far - near) / np.where(widest > 0, widest, 1)
    result: Matrix = np.where(company > 0, scores, 0.0)
    return result


def _nearest(points: Matrix, centres: Matrix) -> Labels:
    gaps = np.sum((points[:, None] - centres[None]) ** 2, axis=2)
    labels: Labels = np.argmin(gaps, axis=1)
    return labels


def _means(points: Matrix, weights: Matrix, labels: Labels, ids: Labels) -> Matrix:
    belongs = (labels[None] == ids[:, None]) * weights[None]
    means: Matrix = (belongs @ points) / belongs.sum(axis=1)[:, None]
    return means


def _rounded(points: Matrix) -> Matrix:
    return np.round(points, DIGITS) + 0.0  # no -0.0
