"""Where people and statements stand on the map: who is placed, and at which point."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from socialcell.participation.votes import Matrix

ENOUGH_VOTES = 7
ENOUGH_PEOPLE = 15
NOTHING = 1e-9


@dataclass(frozen=True)
class Plane:
    """Two axes through the opinions.

    `centre` has one mean vote per statement, `axes` is 2 x statements (unit rows, or
    zero where no variance is left) and `explained` the share of variance of each axis.
    """

    centre: Matrix
    axes: Matrix
    explained: Matrix


def working_matrix(matrix: Matrix, moderated: NDArray[np.bool_]) -> Matrix:
    """The votes with the column of every moderated-out statement set to 0 for all."""
    working = matrix.copy()
    working[:, moderated] = 0.0
    return working


def placed(matrix: Matrix, already: Collection[int] = ()) -> NDArray[np.bool_]:
    """Which rows have voted enough to be placed.

    Enough is min(7, number of statements) votes in the raw matrix. `already` are rows
    placed in an earlier run: once in, always in. With fewer than 15 people in, the most
    active others are added (earlier rows first among equals) until 15 are.
    """
    votes = np.sum(~np.isnan(matrix), axis=1)
    inside: NDArray[np.bool_] = votes >= min(ENOUGH_VOTES, matrix.shape[1])
    inside[list(already)] = True
    by_activity = np.argsort(-votes, kind="stable")
    others = [row for row in by_activity if not inside[row]]
    inside[others[: max(0, ENOUGH_PEOPLE - int(inside.sum()))]] = True
    return inside


def find_plane(working: Matrix, earlier: Matrix | None = None) -> Plane:
    """The first two principal components of the votes.

    An unseen vote takes the mean of the votes its statement did get. The sign of an
    axis follows `earlier` (2 x statements, the axes of the previous run, NaN for
    statements it did not have); without one the largest loading is made positive.
    """
    is_vote = ~np.isnan(working)
    counts = np.maximum(is_vote.sum(axis=0), 1)
    centre = np.where(is_vote, working, 0.0).sum(axis=0) / counts
    centred = np.where(is_vote, working - centre, 0.0)
    axes = np.zeros((2, working.shape[1]))
    explained = np.zeros(2)
    if centred.size:
        _, strengths, rows = np.linalg.svd(centred, full_matrices=False)
        total = float(np.sum(strengths**2))
        for axis in range(min(2, len(strengths))):
            if strengths[axis] > NOTHING:
                axes[axis] = rows[axis] * _sign(rows[axis], earlier, axis)
                explained[axis] = strengths[axis] ** 2 / total
    return Plane(centre, axes, explained)


def project(working: Matrix, plane: Plane) -> Matrix:
    """Each person's point (people x 2), from the votes they cast and no others.

    The sum over cast votes of (vote - centre) times the axes, stretched by
    sqrt(statements / votes) so that people with few votes are not drawn to the middle.
    """
    is_vote = ~np.isnan(working)
    off_centre = np.where(is_vote, working - plane.centre, 0.0)
    stretch = np.sqrt(working.shape[1] / np.maximum(is_vote.sum(axis=1), 1))
    points: Matrix = stretch[:, None] * (off_centre @ plane.axes.T)
    return points


def extremity(plane: Plane) -> Matrix:
    """How far out each statement lies: the length of the point of a person who cast one
    vote, an agreement with it."""
    reach = np.sqrt(len(plane.centre)) * (1.0 - plane.centre)
    lengths: Matrix = np.hypot(reach * plane.axes[0], reach * plane.axes[1])
    return lengths


def _sign(loadings: Matrix, earlier: Matrix | None, axis: int) -> float:
    if earlier is not None:
        has_earlier = ~np.isnan(earlier[axis])
        agreement = float(loadings[has_earlier] @ earlier[axis][has_earlier])
        if abs(agreement) > NOTHING:
            return 1.0 if agreement > 0 else -1.0
    size = np.abs(loadings)
    # The first of the largest, with room for rounding, or equal loadings would flicker.
    first = int(np.argmax(size >= size.max() - NOTHING))
    return 1.0 if loadings[first] > 0 else -1.0
