"""Two levels of clusters: many small ones of people, and a few groups of those."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from socialcell.participation.kmeans import (
    Clusters,
    Labels,
    continued_centres,
    distinct,
    k_means,
    silhouette,
    spread_out,
    weighted_silhouette,
)
from socialcell.participation.votes import Matrix

BASE_CLUSTERS = 100
BASE_ROUNDS = 100
GROUP_ROUNDS = 20
MOST_GROUPS = 5
STARTS = 20
SEED = 20140618  # any fixed number will do: the map must not depend on chance


@dataclass(frozen=True)
class Grouping:
    """People divided into k groups, a label for each.

    `silhouette` is the mean over base clusters, by which k is chosen;
    `people_silhouette` counts each base cluster once for every person in it.
    """

    labels: Labels
    silhouette: float
    people_silhouette: float


def base_clusters(points: Matrix, earlier_labels: Labels | None = None) -> Clusters:
    """At most 100 clusters of people who stand close together.

    `points` is people x 2; `known` gives their base clusters of an earlier run, -1 for
    people new to the map. With fewer than 100 positions, each is its own cluster.
    """
    different = distinct(points)
    k = min(BASE_CLUSTERS, len(different))
    each = np.ones(len(points))
    if earlier_labels is None:
        start, ids = different[:k], np.arange(k)
    else:
        start, ids = continued_centres(points, each, earlier_labels, k)
    return k_means(points, each, start, rounds=BASE_ROUNDS, ids=ids)


def most_groups(bases: int) -> int:
    """The largest k worth trying for so many base clusters."""
    return min(MOST_GROUPS, 2 + bases // 12)


def groupings(
    points: Matrix, bases: Clusters, earlier_labels: Mapping[int, Labels] | None = None
) -> dict[int, Grouping]:
    """A division into k groups for every k from 2 to the most worth trying.

    `known` holds, for each k of an earlier run, every person's group (-1 for people new
    to the map); such a k goes on from there, any other k starts from scratch. A k that
    the points cannot fill is left out.
    """
    ids, place, heads = np.unique(bases.labels, return_inverse=True, return_counts=True)
    centres = bases.centres[np.searchsorted(bases.ids, ids)]
    weights = heads.astype(np.float64)
    groupings_by_k: dict[int, Grouping] = {}
    for k in range(2, min(most_groups(len(ids)), len(distinct(centres))) + 1):
        if earlier_labels is not None and k in earlier_labels:
            start, names = continued_centres(
                points, np.ones(len(points)), earlier_labels[k], k
            )
            labels = k_means(
                centres, weights, start, rounds=GROUP_ROUNDS, ids=names
            ).labels
        else:
            labels = _from_scratch(centres, weights, k)
        if len(np.unique(labels)) == k:
            groupings_by_k[k] = Grouping(
                labels[place],
                silhouette(centres, labels),
                weighted_silhouette(centres, weights, labels),
            )
    return groupings_by_k


def best_k(groupings_by_k: Mapping[int, Grouping]) -> int:
    """The k of the highest silhouette, the smallest among equals; 1 without any."""
    scores = {k: grouping.silhouette for k, grouping in groupings_by_k.items()}
    return max(scores, key=lambda k: (scores[k], -k), default=1)


def _from_scratch(centres: Matrix, weights: Matrix, k: int) -> Labels:
    """The best of several starts by weighted silhouette, the largest group first."""
    random = np.random.default_rng(SEED)
    starts = [distinct(centres)[:k]]
    starts += [spread_out(centres, weights, k, random) for _ in range(STARTS)]
    best: Labels | None = None
    best_score = -np.inf
    for start in starts:
        labels = k_means(
            centres, weights, start, rounds=GROUP_ROUNDS, ids=np.arange(k)
        ).labels
        if len(np.unique(labels)) < k:
            continue
        score = weighted_silhouette(centres, weights, labels)
        if score > best_score + 1e-12:
            best, best_score = labels, score
    if best is None:
        return np.zeros(len(centres), dtype=np.intp)
    return _largest_first(best, weights)


def _largest_first(labels: Labels, weights: Matrix) -> Labels:
    ids, first, place = np.unique(labels, return_index=True, return_inverse=True)
    heads = np.bincount(place, weights=weights)
    order = sorted(range(len(ids)), key=lambda label: (-heads[label], first[label]))
    rank = np.empty(len(ids), dtype=np.intp)
    rank[order] = np.arange(len(ids))
    return rank[place]
