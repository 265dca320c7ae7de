"""The best choice there is, by integer programming, when there is time for it."""

from dataclasses import dataclass

import numpy as np

from socialcell.campaigns.creators.audience_overlap import Amounts, ExactAudiences
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits


@dataclass(frozen=True)
class Optimum:
    """`chosen` is the best choice found (None if none was), `bound` what no choice can
    exceed, `proved` whether the two meet."""

    chosen: list[int] | None
    bound: float
    proved: bool


def optimum(audiences: ExactAudiences, limits: ChoiceLimits, seconds: float) -> Optimum:
    """Solve maximum coverage as a mixed integer program, for at most `seconds`.

    One binary variable a creator and one variable in [0, 1] for all the people who
    follow exactly the same creators; HiGHS by way of SciPy.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array, eye_array, hstack, vstack

    followed, weights = group_followers(audiences)
    creators, crowds = len(audiences), len(followed)
    if not crowds:
        return Optimum([], 0.0, proved=True)
    rows = np.repeat(np.arange(crowds), [len(each) for each in followed])
    columns = np.concatenate([np.array(each) for each in followed])
    follows = coo_array((np.ones(len(rows)), (rows, columns)), shape=(crowds, creators))
    # A crowd is reached only if one of the creators it follows is chosen.
    reached = hstack([-follows, eye_array(crowds)])
    limited = hstack(
        [
            coo_array(_constraint_rows(limits, creators)),
            coo_array((1 + len(limits.caps), crowds)),
        ]
    )
    most = [limits.budget, *(cap.most for cap in limits.caps)]
    solved = milp(
        np.concatenate([np.zeros(creators), -weights]),
        integrality=np.concatenate([np.ones(creators), np.zeros(crowds)]),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            vstack([reached, limited], format="csc"),
            ub=np.concatenate([np.zeros(crowds), most]),
        ),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    bound = float(weights.sum())
    if solved.mip_dual_bound is not None:
        bound = min(bound, abs(float(solved.mip_dual_bound)))
    if solved.x is None:
        return Optimum(None, bound, proved=False)
    chosen = np.flatnonzero(solved.x[:creators] > 0.5).tolist()
    return Optimum(chosen, bound, proved=solved.status == 0)


def group_followers(audiences: ExactAudiences) -> tuple[list[tuple[int, ...]], Amounts]:
    """People put together who follow exactly the same creators, with summed weights."""
    followed: list[list[int]] = [[] for _ in range(len(audiences.weights))]
    for creator, people in enumerate(audiences.audiences):
        for person in people.tolist():
            followed[person].append(creator)
    crowds: dict[tuple[int, ...], float] = {}
    for person, creators in enumerate(followed):
        if creators:
            key = tuple(creators)
            crowds[key] = crowds.get(key, 0.0) + float(audiences.weights[person])
    return list(crowds), np.array(list(crowds.values()), dtype=np.float64)


def _constraint_rows(limits: ChoiceLimits, creators: int) -> Amounts:
    rows = np.zeros((1 + len(limits.caps), creators))
    rows[0] = limits.costs
    for row, cap in enumerate(limits.caps, start=1):
        rows[row, list(cap.members)] = 1.0
    return rows
