"""Choosing creators one by one, each time the best there is, then exchanging some."""

import heapq
from collections.abc import Callable, Collection
from random import Random

from socialcell.campaigns.creators.audience_overlap import Audiences
from socialcell.campaigns.creators.selection.choice_limits import (
    ChoiceLimits,
    RemainingLimits,
)

Worth = Callable[[float, float], float]

MIN_IMPROVEMENT = 1 + 1e-9  # by less than this, one reach is not better than another
MAX_ROUNDS = 300
MAX_ENTRIES_READ = 30_000_000  # entries of audiences looked at in all rounds together
SEED = 1978


def per_cost(gain: float, cost: float) -> float:
    """Worth in ratio greedy: people per rupee."""
    return gain / cost if cost > 0 else float("inf")


def per_creator(gain: float, cost: float) -> float:
    """Worth in unit greedy: people, whatever they cost."""
    return gain


def lazy_greedy(
    audiences: Audiences,
    limits: ChoiceLimits,
    worth: Worth,
    *,
    start: Collection[int] = (),
    among: Collection[int] | None = None,
) -> list[int]:
    """Add the creator of the greatest worth that still fits, until none adds anything.

    A gain can only shrink while the choice grows, so an old one is a bound: only the
    creator at the head of the queue is looked at again (Minoux 1978; CELF, Leskovec et
    al. 2007). Ties go to the creator who comes first in the list.
    """
    chosen = list(start)
    remaining = RemainingLimits(limits, chosen)
    covered = audiences.covered_by(chosen)
    gains = audiences.gains(chosen)
    candidates = set(range(len(audiences)) if among is None else among) - set(start)

    def entry(creator: int, gain: float) -> tuple[float, int, int]:
        return -worth(gain, float(limits.costs[creator])), creator, len(chosen)

    queue = [
        entry(creator, float(gains[creator]))
        for creator in candidates
        if gains[creator] > 0 and remaining.has(creator)
    ]
    heapq.heapify(queue)
    while queue:
        _, creator, seen_at = heapq.heappop(queue)
        if not remaining.has(creator):
            continue  # the budget left only ever shrinks
        if seen_at == len(chosen):
            covered.add(creator)
            remaining.take(creator)
            chosen.append(creator)
            continue
        gain = covered.gain(creator)
        if gain > 0:
            heapq.heappush(queue, entry(creator, gain))
    return chosen


def best_single(audiences: Audiences, limits: ChoiceLimits) -> list[int]:
    """The one creator who reaches most, and nobody else."""
    gains = audiences.gains(())
    useful = [creator for creator in limits.affordable() if gains[creator] > 0]
    return [max(useful, key=lambda creator: gains[creator])] if useful else []


def exchange(
    audiences: Audiences, limits: ChoiceLimits, chosen: list[int]
) -> list[int]:
    """Take some creators out, fill up again, keep what reaches more; up to 300 times.

    Whom to take out, whom of those to bar from coming back, and how much costs count
    are drawn from a generator with a fixed seed, so the same input gives the same
    choice (ruin and recreate, Schrimpf et al. 2000). Large audiences get fewer rounds.
    """
    rounds = (
        min(MAX_ROUNDS, MAX_ENTRIES_READ // max(1, audiences.entries)) if chosen else 0
    )
    random = Random(SEED)
    best = list(chosen)
    reach = audiences.covered_by(best).reach
    everybody = set(range(len(audiences)))
    for _ in range(rounds):
        out = random.sample(best, random.randint(1, (len(best) + 1) // 2))
        barred = random.sample(out, random.randint(1, len(out)))
        tried = lazy_greedy(
            audiences,
            limits,
            _cost_counts(random.uniform(0.3, 1.3)),
            start=[creator for creator in best if creator not in out],
            among=everybody - set(barred),
        )
        tried_reach = audiences.covered_by(tried).reach
        if tried_reach > reach * MIN_IMPROVEMENT:
            best, reach = tried, tried_reach
    return best


def order_by_ratio(
    audiences: Audiences, limits: ChoiceLimits, chosen: list[int]
) -> list[int]:
    """The same creators in the order in which ratio greedy would take them."""
    return lazy_greedy(audiences, limits, per_cost, among=chosen)


def _cost_counts(much: float) -> Worth:
    def worth(gain: float, cost: float) -> float:
        return gain / cost**much if cost > 0 else float("inf")

    return worth
