"""Which creators a plan asks: most people for the budget, somebody for each need."""

from collections.abc import Collection, Sequence

from socialcell.campaigns.creators.audience_overlap import Audiences
from socialcell.campaigns.creators.selection.choice_limits import (
    ChoiceLimits,
    RemainingLimits,
    ratios,
)
from socialcell.campaigns.creators.selection.greedy_choice import (
    lazy_greedy,
    order_by_ratio,
    per_cost,
    per_creator,
)
from socialcell.campaigns.creators.selection.max_coverage import Choice, choose
from socialcell.campaigns.creators.selection.upper_bounds import upper_bound


def pick(
    audiences: Audiences, limits: ChoiceLimits, needs: Sequence[Collection[int]]
) -> Choice:
    """Creators (places in the list) with the certificate of `choose`.

    Each need is a set of creators of whom one at least is asked: those of a ward, those
    who speak a language. Where the best choice meets them all it stands. Otherwise the
    needs come first, each met by whoever adds most for the money, and the rest of the
    budget is filled up; the upper bound is that of the whole budget, so the ratio tells
    what the needs cost. A need that nobody within the budget can meet stays open.
    """
    best = choose(audiences, limits)
    if all(_met(need, best.chosen) for need in needs):
        return best
    first: list[int] = []
    for need in needs:
        if not _met(need, first):
            first += _for(need, audiences, limits, first)
    filled = [
        lazy_greedy(audiences, limits, worth, start=first)
        for worth in (per_cost, per_creator)
    ]
    chosen = max(filled, key=lambda one: audiences.covered_by(one).reach)
    order = order_by_ratio(audiences, limits, chosen)
    order += [one for one in chosen if one not in order]
    covered, marginal = audiences.covered_by(()), []
    for one in order:
        marginal.append(covered.gain(one))
        covered.add(one)
    bound = min(best.best_bound, upper_bound(audiences, limits, order))
    return Choice(
        chosen=tuple(order),
        marginal=tuple(marginal),
        reach=covered.reach,
        cost=limits.cost(order),
        upper_bound=max(bound, covered.reach),
        best_bound=max(bound, covered.reach),
        reach_by_rule={**best.reach_by_rule, "needs": covered.reach},
        optimum=None,
    )


def _met(need: Collection[int], chosen: Collection[int]) -> bool:
    return any(one in need for one in chosen)


def _for(
    need: Collection[int], audiences: Audiences, limits: ChoiceLimits, taken: list[int]
) -> list[int]:
    room = RemainingLimits(limits, taken)
    worth = ratios(audiences.gains(taken), limits.costs)
    free = [one for one in sorted(need) if room.has(one)]
    return [max(free, key=lambda one: float(worth[one]))] if free else []
