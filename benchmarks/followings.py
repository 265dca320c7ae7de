"""Measures whom a plan reaches against asking those with the biggest followings first.

    python -m benchmarks.followings [--seeds 10] [--json]

A made-up city: 60 creators with heavy-tailed followings, priced by them. Who engages
with a creator is known here to the last person: a share of the following that falls
with its size and differs from creator to creator, half of it from one of 15 communities
(`engaged`), or, for comparison, the same share of every following (`alike`). The plan
sees audiences as the product does, by sketches; both rules spend the same budget; each
is counted by the people it truly reaches, and the plan against a bound on what any
choice could reach (that of the exact audiences, closer by an integer program).
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from socialcell.campaigns.creators.audience_overlap import (
    Amounts,
    ExactAudiences,
    People,
)
from socialcell.campaigns.creators.audience_sketches import (
    HyperLogLog,
    SketchedAudiences,
)
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.integer_program import optimum
from socialcell.campaigns.creators.selection.max_coverage import choose
from socialcell.campaigns.planning.creator_pick import pick_creators

CREATORS, PEOPLE, COMMUNITIES = 60, 6_000, 15
BUDGET = 0.15  # of what all of them would cost
SECONDS = 10.0  # for the integer program
_SKETCH = HyperLogLog(12)  # as the product keeps them


@dataclass(frozen=True)
class World:
    """Creators: how many follow, who engages, what a tag costs; and the budget."""

    followings: Amounts
    audiences: Sequence[People]
    costs: Amounts
    budget: float


def world(seed: int, *, alike: bool = False) -> World:
    """A city of this seed."""
    random = np.random.default_rng(seed)
    community = random.integers(COMMUNITIES, size=PEOPLE)
    members = [np.flatnonzero(community == each) for each in range(COMMUNITIES)]
    followings = np.exp(random.normal(np.log(20_000), 1.2, CREATORS))
    rates = 0.012 * np.ones(CREATORS)
    if not alike:
        falling = (followings / 10_000) ** -0.25
        rates = rates * falling * random.lognormal(0, 0.5, CREATORS)
    audiences = []
    for size in np.clip(followings * rates, 10, PEOPLE // 6).astype(int):
        home = members[random.integers(COMMUNITIES)]
        near = random.choice(home, min(size // 2, len(home)), replace=False)
        far = random.integers(PEOPLE, size=size - len(near))
        audiences.append(np.unique(np.concatenate([near, far])).astype(np.int32))
    costs = followings**0.8 * random.lognormal(0, 0.3, CREATORS)
    return World(followings, audiences, costs, BUDGET * float(costs.sum()))


def biggest_first(city: World) -> list[int]:
    """Down the list of followings, each who can still be paid."""
    chosen, left = [], city.budget
    for one in np.argsort(-city.followings, kind="stable").tolist():
        if city.costs[one] <= left:
            chosen.append(one)
            left -= float(city.costs[one])
    return chosen


def planned(city: World) -> Sequence[int]:
    """Whom a plan asks, who knows the audiences by their sketches only."""
    sketches = [
        _SKETCH.of(f"person{n}" for n in audience) for audience in city.audiences
    ]
    audiences = SketchedAudiences(_SKETCH, sketches)
    return pick_creators(audiences, ChoiceLimits(city.costs, city.budget), ()).chosen


def reached(city: World, chosen: Sequence[int]) -> int:
    """People who truly engage with one of them at least."""
    people: set[int] = set()
    return len(people.union(*(city.audiences[one].tolist() for one in chosen)))


def bound(city: World, seconds: float = SECONDS) -> float:
    """More than this nobody reaches for the budget."""
    exact = ExactAudiences(city.audiences, np.ones(PEOPLE))
    limits = ChoiceLimits(city.costs, city.budget)
    return min(choose(exact, limits).best_bound, optimum(exact, limits, seconds).bound)


def measured(seed: int, *, alike: bool = False) -> dict[str, Any]:
    """One city: people reached by both rules, and the plan's share of the bound."""
    city = world(seed, alike=alike)
    ours, theirs = reached(city, planned(city)), reached(city, biggest_first(city))
    return {
        "seed": seed,
        "followings": "alike" if alike else "engaged",
        "plan": ours,
        "biggest_first": theirs,
        "more": ours / theirs - 1,
        "of_bound": ours / bound(city),
    }


def main() -> None:
    """One line a city."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [
        measured(seed, alike=alike)
        for alike in (False, True)
        for seed in range(1, options.seeds + 1)
    ]
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    sys.stdout.write("followings seed   plan biggest   more  of bound\n")
    for row in rows:
        sys.stdout.write(
            f"{row['followings']:10} {row['seed']:4} {row['plan']:6} "
            f"{row['biggest_first']:7} {row['more']:6.0%} {row['of_bound']:9.3f}\n"
        )


if __name__ == "__main__":
    main()
