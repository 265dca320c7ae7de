"""The opinion map: who thinks alike, what sets groups apart, what they share."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from socialcell.participation.clusters import (
    Grouping,
    base_clusters,
    best_k,
    groupings,
)
from socialcell.participation.kmeans import Clusters, Labels
from socialcell.participation.memory import Memory, remembered_k
from socialcell.participation.placement import (
    Plane,
    extremity,
    find_plane,
    placed,
    project,
    working_matrix,
)
from socialcell.participation.routing import priority
from socialcell.participation.stances import (
    Stance,
    Tally,
    consensus,
    group_aware_consensus,
    representative,
    stance,
    tallies,
)
from socialcell.participation.votes import Matrix, Votes, VotesError

FEWEST_PLACED = 50
FEWEST_MEMBERS = 10
LEAST_SILHOUETTE = 0.25
STRAIGHT_VOTES = 10


@dataclass(frozen=True)
class Group:
    """People who vote alike, and the statements that tell them from the others.

    `tallies` holds their votes on every statement of the map, in its order.
    """

    id: int
    members: tuple[str, ...]
    representative: tuple[Stance, ...]
    tallies: tuple[Tally, ...]


@dataclass(frozen=True)
class Statement:
    """One statement's counts over everybody, and where it stands.

    `group_consensus` is high only when every group agrees, None without groups;
    `priority` is its weight in the lottery for the next vote, None once moderated out.
    """

    id: str
    tally: Tally
    moderated: bool
    extremity: float
    group_consensus: float | None
    priority: float | None


@dataclass(frozen=True)
class OpinionMap:
    """A conversation's map. `reasons` says why it may not be published; none, it may.

    `projection` gives every voter's point; `explained` the share of variance of the two
    axes; the silhouettes are over base clusters and over people, None with fewer than
    two groups.
    """

    participants: tuple[str, ...]
    placed: tuple[str, ...]
    statements: tuple[Statement, ...]
    projection: Mapping[str, tuple[float, float]]
    explained: tuple[float, float]
    groups: tuple[Group, ...]
    agree: tuple[str, ...]
    disagree: tuple[str, ...]
    silhouette: float | None
    people_silhouette: float | None
    reasons: tuple[str, ...]
    straight_liners: tuple[str, ...]
    memory: Memory

    @property
    def publishable(self) -> bool:
        return not self.reasons


def opinion_map(
    votes: Votes,
    *,
    moderated_out: Collection[str] = (),
    banned: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
    earlier: Memory | None = None,
) -> OpinionMap:
    """Map a conversation, from scratch or going on from an earlier run's memory.

    Banned people are dropped before anything is computed. Statements moderated out keep
    their column, as zeros, in the map and are never chosen. `weights` (1 for people not
    named) count in tallies, consensus and representative statements, not in the map.
    Names that the votes do not have are passed over. The same input always gives the
    same map. After Small et al. 2021 (Polis), with our own rules for publication.
    """
    votes = votes.without(banned)
    moderated = np.isin(np.array(votes.statements, dtype=str), list(moderated_out))
    working = working_matrix(votes.matrix, moderated)
    plane = find_plane(working, earlier.axes_for(votes.statements) if earlier else None)
    points = project(working, plane)
    inside = placed(votes.matrix, _rows(earlier, votes))
    people = tuple(compress(votes.participants, inside))
    bases, groupings_by_k = _cluster(points[inside], people, earlier)
    k, memory = _settle(votes, plane, people, bases, groupings_by_k, earlier)
    grouping = groupings_by_k.get(k)
    labels = grouping.labels if grouping else np.zeros(len(people), dtype=np.intp)
    each = head_counts(votes.participants, weights or {})
    groups = _groups(votes, moderated, inside, labels, each)
    counts = tallies(votes.matrix, each)
    agree, disagree = consensus(*_open(votes.statements, counts, moderated))
    return OpinionMap(
        participants=votes.participants,
        placed=people,
        statements=_statements(votes, moderated, plane, counts, groups),
        projection=_projection(votes, points),
        explained=(float(plane.explained[0]), float(plane.explained[1])),
        groups=groups,
        agree=tuple(agree),
        disagree=tuple(disagree),
        silhouette=grouping.silhouette if grouping else None,
        people_silhouette=grouping.people_silhouette if grouping else None,
        reasons=unpublishable(len(people), groups, grouping),
        straight_liners=straight_liners(votes),
        memory=memory,
    )


def unpublishable(
    placed: int, groups: Collection[Group], grouping: Grouping | None
) -> tuple[str, ...]:
    """Why these groups may not be shown to the public; empty when they may.

    Separation is judged over people: over base clusters, two camps of one position
    each would score 0, though nothing could be further apart.
    """
    reasons = []
    if placed == 0:
        reasons.append("there are no votes")
    elif placed < FEWEST_PLACED:
        reasons.append(f"{placed} people are placed; {FEWEST_PLACED} are needed")
    reasons += [
        f"group {group.id} has {len(group.members)} members; "
        f"{FEWEST_MEMBERS} are needed"
        for group in groups
        if len(group.members) < FEWEST_MEMBERS
    ]
    if grouping is None:
        reasons.append("there are not two groups with different opinions")
    elif grouping.people_silhouette < LEAST_SILHOUETTE:
        reasons.append(
            f"the groups overlap: silhouette {grouping.people_silhouette:.2f}, "
            f"{LEAST_SILHOUETTE} is needed"
        )
    return tuple(reasons)


def straight_liners(votes: Votes) -> tuple[str, ...]:
    """People with ten votes or more, every one the same: reported, never dropped."""
    names = []
    for name, row in zip(votes.participants, votes.matrix, strict=True):
        cast = row[~np.isnan(row)]
        if len(cast) >= STRAIGHT_VOTES and len(np.unique(cast)) == 1:
            names.append(name)
    return tuple(names)


def head_counts(people: Collection[str], weights: Mapping[str, float]) -> Matrix:
    """How many heads each person counts for.

    Without weights, one. With weights, in proportion to them, scaled so that all heads
    together are Kish's effective number of people, (sum w)^2 / sum w^2: tests of
    weighted counts must not claim more people than the weights are worth.
    """
    each = np.array([weights.get(person, 1.0) for person in people], dtype=np.float64)
    if np.any(each < 0) or not np.all(np.isfinite(each)):
        raise VotesError("participation.bad_weights")
    total = float(np.sum(each**2))
    scaled: Matrix = each * (float(each.sum()) / total) if total else each
    return scaled


def _cluster(
    points: Matrix, people: tuple[str, ...], earlier: Memory | None
) -> tuple[Clusters | None, dict[int, Grouping]]:
    if not people:
        return None, {}
    if earlier is None:
        bases = base_clusters(points)
        return bases, groupings(points, bases)
    bases = base_clusters(points, earlier.bases_of(people))
    return bases, groupings(points, bases, earlier.groups_of(people))


def _settle(
    votes: Votes,
    plane: Plane,
    people: tuple[str, ...],
    bases: Clusters | None,
    groupings_by_k: Mapping[int, Grouping],
    earlier: Memory | None,
) -> tuple[int, Memory]:
    best = best_k(groupings_by_k)
    k, wins = remembered_k(best, groupings_by_k, earlier)
    labels = [] if bases is None else bases.labels.tolist()
    memory = Memory(
        axes={
            name: (float(x), float(y))
            for name, x, y in zip(votes.statements, *plane.axes, strict=True)
        },
        bases=dict(zip(people, labels, strict=True)),
        groups={
            size: dict(zip(people, grouping.labels.tolist(), strict=True))
            for size, grouping in groupings_by_k.items()
        },
        k=k,
        candidate=best,
        wins=wins,
    )
    return k, memory


def _groups(
    votes: Votes,
    moderated: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    labels: Labels,
    each: Matrix,
) -> tuple[Group, ...]:
    rows = np.flatnonzero(inside)
    ids = np.unique(labels).tolist()
    mine = {group_id: rows[labels == group_id] for group_id in ids}
    counts = {
        group_id: tallies(votes.matrix[mine[group_id]], each[mine[group_id]])
        for group_id in ids
    }
    groups = []
    for group_id in ids:
        stances = [
            stance(
                name, own, _sum(counts[other][at] for other in ids if other != group_id)
            )
            for at, (name, own) in enumerate(
                zip(votes.statements, counts[group_id], strict=True)
            )
            if not moderated[at]
        ]
        chosen = representative(stances) if len(ids) > 1 else []
        members = tuple(votes.participants[row] for row in mine[group_id])
        groups.append(Group(group_id, members, tuple(chosen), tuple(counts[group_id])))
    return tuple(groups)


def _statements(
    votes: Votes,
    moderated: NDArray[np.bool_],
    plane: Plane,
    counts: list[Tally],
    groups: tuple[Group, ...],
) -> tuple[Statement, ...]:
    reach = extremity(plane)
    return tuple(
        Statement(
            id=name,
            tally=counts[at],
            moderated=bool(moderated[at]),
            extremity=float(reach[at]),
            group_consensus=group_aware_consensus(
                [group.tallies[at] for group in groups]
            )
            if groups
            else None,
            priority=None
            if moderated[at]
            else priority(
                counts[at].agrees, counts[at].passes, counts[at].votes, float(reach[at])
            ),
        )
        for at, name in enumerate(votes.statements)
    )


def _projection(votes: Votes, points: Matrix) -> dict[str, tuple[float, float]]:
    return {
        name: (float(x), float(y))
        for name, (x, y) in zip(votes.participants, points, strict=True)
    }


def _rows(earlier: Memory | None, votes: Votes) -> list[int]:
    if earlier is None:
        return []
    return [row for row, name in enumerate(votes.participants) if name in earlier.bases]


def _open(
    statements: tuple[str, ...], counts: list[Tally], moderated: NDArray[np.bool_]
) -> tuple[list[str], list[Tally]]:
    still = np.flatnonzero(~moderated)
    return [statements[at] for at in still], [counts[at] for at in still]


def _sum(counts: Iterable[Tally]) -> Tally:
    total = [0.0, 0.0, 0.0]
    for tally in counts:
        total[0] += tally.agrees
        total[1] += tally.disagrees
        total[2] += tally.votes
    return Tally(*total)
