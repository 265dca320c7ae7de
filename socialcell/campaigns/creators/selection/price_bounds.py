"""A closer bound on what any choice could reach, by putting a price on every person."""

import numpy as np

from socialcell.campaigns.creators.audience_overlap import Amounts, ExactAudiences
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.upper_bounds import knapsack_shares

MAX_ROUNDS = 300
MAX_ENTRIES_READ = 100_000_000  # entries of audiences looked at in all rounds together
MAX_STALLED_ROUNDS = 8


def priced_bound(
    audiences: ExactAudiences, limits: ChoiceLimits, reach: float
) -> float:
    """No choice within the limits reaches more than this.

    Give every person a price between 0 and their weight. A choice reaches at most the
    weights less the prices of all people, plus the prices its creators collect, each
    counted as often as a person is reached; so the best fractional knapsack of prices
    bounds them all (the Lagrangian dual of the covering constraints). Any prices give a
    valid bound; these descend by subgradients with Polyak's step towards `reach`, a
    choice already found. Caps are not used. The bound nears that of the linear program.
    """
    weights, pairs = audiences.weights, len(audiences.people)
    followers = np.bincount(audiences.people, minlength=len(weights))
    followed = followers > 0
    prices = np.where(followed, weights / np.sqrt(np.maximum(followers, 1)), 0.0)
    possible = np.zeros(len(audiences))
    possible[limits.affordable()] = 1.0
    best, step, waited = float(weights[followed].sum()), 1.0, 0
    for _ in range(min(MAX_ROUNDS, MAX_ENTRIES_READ // max(1, pairs))):
        collected = _collected(audiences, prices) * possible
        shares = knapsack_shares(collected, limits.costs, limits.budget)
        unpriced = float((weights - prices)[followed].sum())
        bound = unpriced + float(collected @ shares)
        waited = 0 if bound < best * (1 - 1e-6) else waited + 1
        best = min(best, bound)
        if waited >= MAX_STALLED_ROUNDS:
            step, waited = step / 2, 0
        slope = _slope(audiences, shares, prices)
        steepness = float(slope @ slope)
        if steepness == 0 or bound <= reach:
            break
        move = step * (bound - reach) / steepness
        prices = np.clip(prices - move * slope, 0.0, weights)
    return max(best, reach)


def _collected(audiences: ExactAudiences, prices: Amounts) -> Amounts:
    each = prices[audiences.people]
    sums = np.bincount(audiences.creator_of, weights=each, minlength=len(audiences))
    return sums.astype(np.float64, copy=False)


def _slope(audiences: ExactAudiences, shares: Amounts, prices: Amounts) -> Amounts:
    """How the bound grows with each price; 0 where a price is at its end already."""
    weights = audiences.weights
    each = shares[audiences.creator_of]
    slope = np.bincount(audiences.people, weights=each, minlength=len(weights)) - 1.0
    stuck = ((prices >= weights) & (slope < 0)) | ((prices <= 0) & (slope > 0))
    return np.where(stuck, 0.0, slope)
