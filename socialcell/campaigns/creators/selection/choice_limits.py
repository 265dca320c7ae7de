"""What a choice of creators may cost, and how many of each kind it may hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from socialcell.campaigns.creators.audience_overlap import Amounts

ROUNDING = 1e-9  # of the budget: sums of decimal fractions may not come out even


@dataclass(frozen=True)
class Cap:
    """At most `most` of the creators in `members` (places in the list) are chosen."""

    name: str
    members: frozenset[int]
    most: int


@dataclass(frozen=True)
class ChoiceLimits:
    """Costs and budget in one currency, and caps on kinds of creators.

    Caps that divide the creators into groups make a partition matroid.
    """

    costs: Amounts
    budget: float
    caps: tuple[Cap, ...] = ()

    @cached_property
    def caps_of(self) -> Mapping[int, tuple[int, ...]]:
        """The places in `caps` of the caps that a creator counts towards."""
        caps_of: dict[int, list[int]] = {}
        for place, cap in enumerate(self.caps):
            for member in cap.members:
                caps_of.setdefault(member, []).append(place)
        return {member: tuple(places) for member, places in caps_of.items()}

    def cost(self, creators: Collection[int]) -> float:
        return float(sum(self.costs[creator] for creator in creators))

    def allow(self, creators: Sequence[int]) -> bool:
        """Whether these creators may be chosen together."""
        remaining = RemainingLimits(self)
        for creator in creators:
            if not remaining.has(creator):
                return False
            remaining.take(creator)
        return True

    def affordable(self) -> list[int]:
        """The creators who might be chosen at all."""
        remaining = RemainingLimits(self)
        return [creator for creator in range(len(self.costs)) if remaining.has(creator)]


class RemainingLimits:
    """What remains of the limits while a choice is being made."""

    def __init__(self, limits: ChoiceLimits, chosen: Collection[int] = ()) -> None:
        self._limits = limits
        self._most = limits.budget * (1 + ROUNDING)
        self._places = [cap.most for cap in limits.caps]
        self.spent = 0.0
        for creator in chosen:
            self.take(creator)

    def has(self, creator: int) -> bool:
        """Whether one more creator still fits."""
        if self.spent + self._limits.costs[creator] > self._most:
            return False
        caps = self._limits.caps_of.get(creator, ())
        return all(self._places[cap] > 0 for cap in caps)

    def take(self, creator: int) -> None:
        self.spent += float(self._limits.costs[creator])
        for cap in self._limits.caps_of.get(creator, ()):
            self._places[cap] -= 1


def ratios(gains: Amounts, costs: Amounts) -> Amounts:
    """Gain per unit of cost; infinite for what costs nothing, 0 for no gain."""
    with np.errstate(divide="ignore", invalid="ignore"):
        per_cost = gains / costs
    result: Amounts = np.where(gains > 0, per_cost, 0.0)
    return result
