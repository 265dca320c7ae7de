"""Whom to ask: the creators who together reach most people for a budget."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcell.campaigns.creators.audience_overlap import Audiences, ExactAudiences
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.greedy_choice import (
    best_single,
    exchange,
    lazy_greedy,
    order_by_ratio,
    per_cost,
    per_creator,
)
from socialcell.campaigns.creators.selection.integer_program import Optimum, optimum
from socialcell.campaigns.creators.selection.price_bounds import priced_bound
from socialcell.campaigns.creators.selection.triple_starts import best_from_triples
from socialcell.campaigns.creators.selection.upper_bounds import upper_bound

MAX_TRIPLE_CREATORS = 60  # creators for whom every triple is tried
MAX_TRIPLE_ENTRIES = 200_000  # entries of audiences up to which that takes seconds


@dataclass(frozen=True)
class Choice:
    """Creators (places in the list) in the order of ratio greedy, and what they reach.

    `marginal[i]` is what chosen[i] adds to those before. `upper_bound` is the
    certificate: no choice within the limits reaches more, as anybody can work out from
    `chosen` alone; `best_bound` is the lowest bound known. `reach_by_rule` tells what
    each rule found; `optimum` is there if an exact solution was asked for.
    """

    chosen: tuple[int, ...]
    marginal: tuple[float, ...]
    reach: float
    cost: float
    upper_bound: float
    best_bound: float
    reach_by_rule: Mapping[str, float]
    optimum: Optimum | None

    @property
    def ratio(self) -> float:
        """The share of the bound that is reached; 1 when there is nothing to reach."""
        return self.reach / self.upper_bound if self.upper_bound else 1.0


def choose(
    audiences: Audiences, limits: ChoiceLimits, *, exact_seconds: float = 0.0
) -> Choice:
    """Budgeted maximum coverage: the best of several rules, with a certificate.

    The rules are lazy ratio greedy, unit greedy and the best single creator, of which
    the best reaches at least half of 1 - 1/e of the optimum (Khuller, Moss and Naor
    1999). The best of them is improved by exchanges; for up to 60 creators, followed
    200,000 times in all, every triple is tried as a start. With `exact_seconds` (exact
    audiences only) an integer program is given that long to find something better.
    Caps void the guarantees of the rules, never the certificate. The same input gives
    the same choice, unless the integer program ran out of time.
    """
    choices = _by_rules(audiences, limits)
    best = max(choices.items(), key=lambda rule: _reach(audiences, rule[1]))[1]
    best = choices["exchange"] = exchange(audiences, limits, best)
    if (
        len(audiences) <= MAX_TRIPLE_CREATORS
        and audiences.entries <= MAX_TRIPLE_ENTRIES
    ):
        best = choices["triples"] = best_from_triples(audiences, limits, best)
    solved = None
    if exact_seconds > 0 and isinstance(audiences, ExactAudiences):
        solved = optimum(audiences, limits, exact_seconds)
        if solved.chosen is not None and limits.allow(solved.chosen):
            choices["exact"] = solved.chosen
            if _reach(audiences, solved.chosen) > _reach(audiences, best):
                best = solved.chosen
    chosen = order_by_ratio(audiences, limits, best)
    marginal = _marginal(audiences, chosen)
    reach = _reach(audiences, chosen)
    bound = upper_bound(audiences, limits, chosen)
    return Choice(
        chosen=tuple(chosen),
        marginal=tuple(marginal),
        reach=reach,
        cost=limits.cost(chosen),
        upper_bound=bound,
        best_bound=_best_bound(audiences, limits, bound, reach, solved),
        reach_by_rule={rule: _reach(audiences, each) for rule, each in choices.items()},
        optimum=solved,
    )


def _by_rules(audiences: Audiences, limits: ChoiceLimits) -> dict[str, list[int]]:
    return {
        "ratio": lazy_greedy(audiences, limits, per_cost),
        "unit": lazy_greedy(audiences, limits, per_creator),
        "single": best_single(audiences, limits),
    }


def _best_bound(
    audiences: Audiences,
    limits: ChoiceLimits,
    bound: float,
    reach: float,
    optimum: Optimum | None,
) -> float:
    if isinstance(audiences, ExactAudiences):
        bound = min(bound, priced_bound(audiences, limits, reach))
    return min(bound, max(reach, optimum.bound)) if optimum else bound


def _reach(audiences: Audiences, chosen: list[int]) -> float:
    return audiences.covered_by(chosen).reach


def _marginal(audiences: Audiences, chosen: list[int]) -> list[float]:
    covered = audiences.covered_by(())
    gains = []
    for creator in chosen:
        gains.append(covered.gain(creator))
        covered.add(creator)
    return gains
