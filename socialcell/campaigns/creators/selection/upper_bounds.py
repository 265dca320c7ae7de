"""The most that any choice could reach: the certificate of a choice."""

from collections.abc import Sequence

import numpy as np

from socialcell.campaigns.creators.audience_overlap import Amounts, Audiences
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits, ratios


def upper_bound(
    audiences: Audiences, limits: ChoiceLimits, chosen: Sequence[int]
) -> float:
    """No choice within the limits reaches more than this.

    Reach is submodular, so whatever the best choice is, adding it to this one gains at
    most the sum of what each of its creators would add now; and that sum is at most the
    best fractional filling of the whole budget (Leskovec et al. 2007). Creators who
    cannot be chosen at all are left out; caps are kept to, fractionally.
    """
    reach = audiences.covered_by(chosen).reach
    gains = audiences.gains(chosen)
    possible = np.zeros(len(gains), dtype=bool)
    possible[limits.affordable()] = True
    return reach + best_filling(np.where(possible, gains, 0.0), limits)


def best_filling(gains: Amounts, limits: ChoiceLimits) -> float:
    """The largest sum of gains that fits the limits if creators could be split."""
    filled = fractional_knapsack(gains, limits.costs, limits.budget)
    if limits.caps and filled > 0:
        return min(filled, _capped_filling(gains, limits))
    return filled


def fractional_knapsack(gains: Amounts, costs: Amounts, budget: float) -> float:
    """The largest sum of gains that fits a budget if items could be split."""
    return float(gains @ knapsack_shares(gains, costs, budget))


def knapsack_shares(gains: Amounts, costs: Amounts, budget: float) -> Amounts:
    """What share of each item to take: by gain per cost, the last in part (Dantzig
    1957)."""
    order = np.argsort(-ratios(gains, costs), kind="stable")
    total = np.cumsum(costs[order])
    whole = int(np.searchsorted(total, budget, side="right"))
    shares = np.zeros(len(gains))
    shares[order[:whole]] = 1.0
    if whole < len(order):
        last = order[whole]
        left = budget - (float(total[whole - 1]) if whole else 0.0)
        shares[last] = left / float(costs[last])
    return shares


def _capped_filling(gains: Amounts, limits: ChoiceLimits) -> float:
    from scipy.optimize import linprog

    useful = np.flatnonzero(gains > 0)
    rows = [limits.costs[useful]]
    most = [limits.budget]
    for cap in limits.caps:
        rows.append(np.isin(useful, list(cap.members)).astype(np.float64))
        most.append(float(cap.most))
    solved = linprog(-gains[useful], A_ub=np.array(rows), b_ub=most, bounds=(0, 1))
    # Without a proved optimum the filling without caps still holds.
    return -float(solved.fun) if solved.status == 0 else float(np.inf)
