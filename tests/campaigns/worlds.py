"""Made-up creators with overlapping audiences, and the exact answer by other code."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, lil_array

from socialcell.campaigns.creators.audience_overlap import ExactAudiences
from socialcell.campaigns.creators.selection.choice_limits import Cap, ChoiceLimits


@dataclass
class World:
    """Creators with sets of people, costs, a budget and weights of people."""

    audiences: list[set[int]]
    costs: list[float]
    budget: float
    weights: list[float]
    caps: tuple[Cap, ...] = ()

    def ours(self) -> tuple[ExactAudiences, ChoiceLimits]:
        people = [np.array(sorted(one), dtype=np.int32) for one in self.audiences]
        audiences = ExactAudiences(people, np.array(self.weights))
        return audiences, ChoiceLimits(np.array(self.costs), self.budget, self.caps)

    def reach(self, chosen) -> float:
        people = set().union(*(self.audiences[one] for one in chosen))
        return sum(self.weights[person] for person in people)

    def allows(self, chosen) -> bool:
        cost = sum(self.costs[one] for one in chosen)
        within = all(len(cap.members & set(chosen)) <= cap.most for cap in self.caps)
        return cost <= self.budget * (1 + 1e-9) and within


def make_world(
    creators=12, people=60, seed=1, *, share=0.1, budget=0.3, weighted=False, caps=()
) -> World:
    """Heavy-tailed audiences in five communities; cost grows with size^0.8."""
    random = np.random.default_rng(seed)
    community = random.integers(5, size=people)
    audiences = []
    for _ in range(creators):
        home = random.integers(5)
        size = int(np.clip(people * share * random.lognormal(0, 0.8), 1, people // 2))
        odds = np.where(community == home, 8.0, 1.0)
        odds /= odds.sum()
        audiences.append(set(random.choice(people, size, False, odds).tolist()))
    costs = [round(len(one) ** 0.8 * random.lognormal(0, 0.2), 2) for one in audiences]
    weights = random.uniform(0, 3, people) if weighted else np.ones(people)
    return World(audiences, costs, budget * sum(costs), weights.tolist(), tuple(caps))


def best_by_trying_all(world: World) -> float:
    """The optimum of a tiny world: every subset is looked at."""
    creators = range(len(world.costs))
    return max(
        world.reach(chosen)
        for size in range(len(world.costs) + 1)
        for chosen in combinations(creators, size)
        if world.allows(chosen)
    )


def best_by_integer_program(world: World, seconds: float = 60) -> tuple[float, float]:
    """What an integer program found, and its proved bound (0 and all if it found none).

    One variable a creator and one a person, nothing put together.
    """
    gains, rows, most = _program(world)
    creators = len(world.costs)
    solved = milp(
        -gains,
        integrality=(np.arange(len(gains)) < creators).astype(int),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, ub=most),
        options={"time_limit": seconds},
    )
    if solved.x is None:
        return 0.0, sum(world.weights)
    return -solved.fun, -solved.mip_dual_bound


def bound_by_linear_program(world: World) -> float:
    """The same program with creators that can be split: never below the optimum."""
    gains, rows, most = _program(world)
    solved = linprog(-gains, A_ub=rows, b_ub=most, bounds=(0, 1))
    assert solved.status == 0
    return -solved.fun


def _program(world: World) -> tuple[np.ndarray, csc_array, np.ndarray]:
    creators, people = len(world.costs), len(world.weights)
    rows = lil_array((people + 1 + len(world.caps), creators + people))
    most = np.zeros(people + 1 + len(world.caps))
    for creator, audience in enumerate(world.audiences):
        rows[people, creator] = world.costs[creator]
        for person in audience:
            rows[person, creator] = -1
    for person in range(people):
        rows[person, creators + person] = 1
    most[people] = world.budget
    for place, cap in enumerate(world.caps, start=people + 1):
        most[place] = cap.most
        for creator in cap.members:
            rows[place, creator] = 1
    gains = np.concatenate([np.zeros(creators), world.weights])
    return gains, rows.tocsc(), most


def bound_by_hand(world: World, chosen) -> float:
    """The certificate, worked out slowly from sets and a loop."""
    covered = set().union(*(world.audiences[one] for one in chosen))
    offers = []
    for audience, cost in zip(world.audiences, world.costs, strict=True):
        gain = sum(world.weights[person] for person in audience - covered)
        if gain > 0 and cost <= world.budget:
            offers.append((gain, cost))
    offers.sort(key=lambda offer: -offer[0] / offer[1] if offer[1] else -np.inf)
    bound, left = world.reach(chosen), world.budget
    for gain, cost in offers:
        part = 1.0 if cost <= left else left / cost
        bound += gain * part
        left -= cost * part
    return bound
