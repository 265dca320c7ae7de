"""Least squares whose weights are never negative and sum to one, solved exactly."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PIVOT_ROUNDS = 40
# Below this share of the mean squared column the ridge no longer steadies the pivots.
STEADY_RIDGE = 1e-6


def simplex_least_squares(design: Floats, target: Floats, ridge: float = 0.0) -> Floats:
    """Weights w that minimise |design w - target|^2 + ridge |w|^2, w >= 0, sum w = 1.

    ``design`` is (rows, columns), ``target`` is (rows,), ``ridge`` >= 0 is in squared
    units of the target. Returns (columns,). The optimum itself, not an approach to it:
    block pivoting where the ridge is strong (Kunisch and Rendl 2003), otherwise one
    column at a time (Lawson and Hanson 1974, chapter 23, with the sum as an equality).
    """
    columns = design.shape[1]
    if columns == 1:
        return np.ones(1)
    if design.shape[0] > columns:  # the same squares in as many rows as columns
        turn, design = np.linalg.qr(design)
        target = turn.T @ target
    if ridge > STEADY_RIDGE * float(np.mean(np.sum(design**2, axis=0))):
        weights = _block_pivot(design, target, ridge)
        if weights is not None:
            return weights
    return _one_by_one(design, target, ridge)


def _block_pivot(design: Floats, target: Floats, ridge: float) -> Floats | None:
    """Solve, drop every negative weight, add every column that wants in, repeat."""
    moment = design.T @ target
    free = np.ones(design.shape[1], dtype=bool)
    for _ in range(PIVOT_ROUNDS):
        inside, price = _stationary(design[:, free], moment[free], ridge)
        weights = np.zeros(len(free))
        weights[free] = inside
        pull = moment - design.T @ (design @ weights) - price
        is_free = np.where(free, weights > 0, pull > 1e-10 * abs(price))
        if np.array_equal(is_free, free):
            return np.asarray(weights / weights.sum(), dtype=np.float64)
        free = is_free
    return None


def _stationary(design: Floats, moment: Floats, ridge: float) -> tuple[Floats, float]:
    """The ridge solution with sum one on these columns, and the price of the sum."""
    rows, columns = design.shape
    right = np.column_stack([moment, np.ones(columns)])
    if columns <= rows:
        gram = design.T @ design
        gram[np.diag_indices(columns)] += ridge
        solved = np.linalg.solve(gram, right)
    else:  # the same inverse through the smaller side (Woodbury)
        kernel = design @ design.T
        kernel[np.diag_indices(rows)] += ridge
        solved = (right - design.T @ np.linalg.solve(kernel, design @ right)) / ridge
    price = (solved[:, 0].sum() - 1.0) / solved[:, 1].sum()
    return solved[:, 0] - price * solved[:, 1], float(price)


def _one_by_one(design: Floats, target: Floats, ridge: float) -> Floats:
    """Start at the best single column; add the one that helps most until none does."""
    lengths = np.sqrt(np.sum(design**2, axis=0))
    tolerance = (
        1e-11 * lengths.max() * max(lengths.max(), float(np.linalg.norm(target)))
    )
    first = int(np.argmin(np.sum((design - target[:, None]) ** 2, axis=0)))
    weights = np.zeros(len(lengths))
    weights[first] = 1.0
    passive = [first]
    while True:
        pull = design.T @ (target - design @ weights) - ridge * weights
        gain = pull - float(weights @ pull)
        gain[passive] = -np.inf
        best = int(np.argmax(gain))
        if gain[best] <= tolerance:
            return weights
        moved = _retreat(design, target, ridge, weights, [*passive, best])
        if moved is None:
            return weights
        weights, passive = moved


def _retreat(
    design: Floats, target: Floats, ridge: float, weights: Floats, passive: list[int]
) -> tuple[Floats, list[int]] | None:
    """Move to the optimum on these columns, leaving behind those that reach zero."""
    entering = passive[-1]
    while True:
        goal = _affine(design[:, passive], target, ridge)
        here = weights[passive]
        short = goal <= 0
        if not short.any():
            arrived = np.zeros(len(weights))
            arrived[passive] = goal
            return arrived, passive
        if passive[-1] == entering and short[-1] and here[-1] == 0:
            return None  # rounding alone asked this column in
        step = float(np.min(here[short] / (here[short] - goal[short])))
        moved = here + step * (goal - here)
        keep = ~(short & (moved <= 1e-15))
        weights = np.zeros(len(weights))
        passive = [index for index, stays in zip(passive, keep, strict=True) if stays]
        weights[passive] = moved[keep]


def _affine(design: Floats, target: Floats, ridge: float) -> Floats:
    """Least squares with sum one and no other bound, by orthogonal factors."""
    count = design.shape[1]
    if count == 1:
        return np.ones(1)
    slopes = design[:, 1:] - design[:, :1]
    right = target - design[:, 0]
    if ridge > 0:
        root = float(np.sqrt(ridge))
        slopes = np.vstack(
            [slopes, root * np.eye(count - 1), np.full(count - 1, -root)]
        )
        right = np.concatenate([right, np.zeros(count - 1), [-root]])
    rest = np.linalg.lstsq(slopes, right, rcond=None)[0]
    return np.concatenate([[1.0 - rest.sum()], rest])
