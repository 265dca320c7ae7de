"""Pick the creators of a plan: most people for the budget, and each need met."""

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


def pick_creators(
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
    if all(_is_met(need, best.chosen) for need in needs):
        return best
    first: list[int] = []
    for need in needs:
        if not _is_met(need, first):
            first += _best_for_need(need, audiences, limits, first)
    filled = [
        lazy_greedy(audiences, limits, worth, start=first)
        for worth in (per_cost, per_creator)
    ]
    chosen = max(filled, key=lambda creators: audiences.covered_by(creators).reach)
    order = order_by_ratio(audiences, limits, chosen)
    order += [creator for creator in chosen if creator not in order]
    covered, marginal = audiences.covered_by(()), []
    for creator in order:
        marginal.append(covered.gain(creator))
        covered.add(creator)
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


def _is_met(need: Collection[int], chosen: Collection[int]) -> bool:
    return any(creator in need for creator in chosen)


def _best_for_need(
    need: Collection[int], audiences: Audiences, limits: ChoiceLimits, chosen: list[int]
) -> list[int]:
    remaining = RemainingLimits(limits, chosen)
    worth = ratios(audiences.gains(chosen), limits.costs)
    free = [creator for creator in sorted(need) if remaining.has(creator)]
    return [max(free, key=lambda creator: float(worth[creator]))] if free else []
