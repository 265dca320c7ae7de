"""Measures the choice of creators against an integer program, and its speed.

    python benchmarks/coverage.py [--seconds 30] [--seeds 3] [--json]

Made-up creators have heavy-tailed audiences, half of them from one of 25 communities,
and cost size^0.8 with some noise. Each line gives what a rule reaches as a share of the
bound that the integer program proved within the time given (HiGHS, by way of SciPy).
Where that time was not enough to prove an optimum, the true shares are higher.
Seconds are of one processor, for choice and certificates, without the program.
"""

import argparse
import json
import sys
import time
from typing import Any

import numpy as np

from socialcell.campaigns.creators.audience_overlap import ExactAudiences
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.integer_program import optimum
from socialcell.campaigns.creators.selection.max_coverage import Choice, choose

COMMUNITIES = 25
# creators, people, mean audience, share of the cost of all that may be spent
WORLDS = (
    (60, 1_000, 30, 0.15),
    (200, 2_000, 15, 0.15),
    (400, 5_000, 10, 0.10),
    (400, 5_000, 20, 0.02),
    (400, 5_000, 20, 0.10),
    (400, 5_000, 50, 0.10),
)
LARGE = (5_000, 100_000, 600, 0.05)


def main() -> None:
    """Print one line a size, and one for 5,000 creators and 100,000 people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [measured(world, options.seeds, options.seconds) for world in WORLDS]
    rows.append(measured(LARGE, 1, 0))
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    head = "creators  people  ratio  unit single chosen   proved cert closer seconds"
    sys.stdout.write(head + "\n")
    for row in rows:
        sys.stdout.write(line(row) + "\n")


def measured(
    world: tuple[int, int, int, float], seeds: int, seconds: float
) -> dict[str, Any]:
    """Means over seeds; the worst seed for the final choice."""
    runs = [run(world, seed, seconds) for seed in range(seeds)]
    row: dict[str, Any] = {"creators": world[0], "people": world[1]}
    row["budget"] = world[3]
    row["proved"] = f"{sum(one['proved'] for one in runs)}/{seeds}"
    for key in ("ratio", "unit", "single", "certificate", "closer", "seconds"):
        row[key] = float(np.mean([one[key] for one in runs]))
    row["chosen"] = min(one["chosen"] for one in runs)
    return row


def run(
    world: tuple[int, int, int, float], seed: int, seconds: float
) -> dict[str, Any]:
    """One choice, as shares of the best bound known."""
    audiences, limits = made_up(*world, seed)
    began = time.process_time()
    choice = choose(audiences, limits)
    took = time.process_time() - began
    bound, proved = choice.best_bound, False
    if seconds:
        solved = optimum(audiences, limits, seconds)
        bound, proved = min(bound, solved.bound), solved.proved
    return shares(choice, bound) | {"proved": proved, "seconds": took}


def shares(choice: Choice, bound: float) -> dict[str, float]:
    """Reach by rule over a bound, and the two certificates that are printed."""
    found = {rule: reach / bound for rule, reach in choice.reach_by_rule.items()}
    return {
        "ratio": found["ratio"],
        "unit": found["unit"],
        "single": found["single"],
        "chosen": choice.reach / bound,
        "certificate": choice.ratio,
        "closer": choice.reach / choice.best_bound,
    }


def made_up(
    creators: int, people: int, mean: int, budget: float, seed: int
) -> tuple[ExactAudiences, ChoiceLimits]:
    """Creators with overlapping audiences, and limits."""
    random = np.random.default_rng(seed)
    community = random.integers(COMMUNITIES, size=people)
    members = [np.flatnonzero(community == each) for each in range(COMMUNITIES)]
    sizes = mean * random.lognormal(-0.5, 1, creators)
    sizes = np.clip(sizes, 2, people // 4).astype(int)
    audiences = []
    for size in sizes:
        home = members[random.integers(COMMUNITIES)]
        local = random.choice(home, min(size // 2, len(home)), replace=False)
        others = random.integers(people, size=size - len(local))
        both = np.unique(np.concatenate([local, others]))
        audiences.append(both.astype(np.int32))
    costs = np.round(sizes**0.8 * random.lognormal(0, 0.2, creators), 2)
    limits = ChoiceLimits(costs, budget * float(costs.sum()))
    return ExactAudiences(audiences, np.ones(people)), limits


def line(row: dict[str, Any]) -> str:
    """One row of the table."""
    figures = " ".join(f"{row[key]:6.3f}" for key in ("ratio", "unit", "single"))
    return (
        f"{row['creators']:8d} {row['people']:7d} {figures} {row['chosen']:6.3f} "
        f"{row['proved']:>8} {row['certificate']:5.3f} {row['closer']:5.3f} "
        f"{row['seconds']:6.1f}"
    )


if __name__ == "__main__":
    main()
