"""Starting greedy from every three creators: the best guarantee that is known."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from socialcell.campaigns.creators.audience_overlap import Amounts, Audiences
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.greedy_choice import (
    MIN_IMPROVEMENT,
    lazy_greedy,
    per_cost,
)
from socialcell.campaigns.creators.selection.upper_bounds import fractional_knapsack

Mask = NDArray[np.bool_]


def best_from_triples(
    audiences: Audiences, limits: ChoiceLimits, choice: list[int]
) -> list[int]:
    """The best of `known`, all pairs, and ratio greedy from all triples.

    At least 1 - 1/e of the best possible choice when there are no caps (Sviridenko
    2004). That proof starts from the three creators of the best choice who come first
    when each next one adds most; so a triple whose head start and what may follow it in
    that order cannot beat the best choice so far is passed over, and nothing is lost.
    """
    search = _Search(audiences, limits, choice)
    for pair, followers in _pairs(audiences, limits):
        search.try_pair(pair, followers)
    return search.best


class _Search:
    def __init__(
        self, audiences: Audiences, limits: ChoiceLimits, choice: list[int]
    ) -> None:
        self._audiences = audiences
        self._limits = limits
        self.best = choice
        self._reach = audiences.covered_by(choice).reach

    def try_pair(self, pair: list[int], followers: Mask) -> None:
        self._offer(pair)
        reach, gains = self._state(pair)
        if not self._hopeful(pair, reach, np.where(followers, gains, 0.0)):
            return
        for third in np.flatnonzero(followers & (gains > 0)).tolist():
            triple = [*pair, third]
            if not self._limits.allow(triple):
                continue
            later = followers & (gains <= gains[third])
            later[third] = False
            so_far = reach + float(gains[third])
            if not self._hopeful(triple, so_far, np.where(later, gains, 0.0)):
                continue
            _, fresh = self._state(triple)
            if self._hopeful(triple, so_far, np.where(later, fresh, 0.0)):
                self._offer(
                    lazy_greedy(self._audiences, self._limits, per_cost, start=triple)
                )

    def _offer(self, tried: list[int]) -> None:
        reach = self._audiences.covered_by(tried).reach
        if reach > self._reach * MIN_IMPROVEMENT:
            self.best, self._reach = tried, reach

    def _state(self, chosen: list[int]) -> tuple[float, Amounts]:
        return self._audiences.covered_by(chosen).reach, self._audiences.gains(chosen)

    def _hopeful(self, chosen: list[int], reach: float, gains: Amounts) -> bool:
        left = self._limits.budget - self._limits.cost(chosen)
        most = reach + fractional_knapsack(gains, self._limits.costs, left)
        return most > self._reach * MIN_IMPROVEMENT


def _pairs(
    audiences: Audiences, limits: ChoiceLimits
) -> Iterator[tuple[list[int], Mask]]:
    """Pairs in the order of what they add, with the creators who may come after."""
    alone = audiences.gains(())
    possible = np.zeros(len(alone), dtype=bool)
    possible[limits.affordable()] = True
    for first in np.argsort(-alone, kind="stable").tolist():
        if not possible[first]:
            continue
        gains = audiences.gains([first])
        after = possible & (alone <= alone[first])
        after[first] = False
        for second in np.flatnonzero(after).tolist():
            if limits.allow([first, second]):
                followers = after & (gains <= gains[second])
                followers[second] = False
                yield [first, second], followers
