"""Measures how little the opinion map changes when people are left out.

    python benchmarks/opinion_stability.py [FOLDER] [--draws 100] [--json]

FOLDER holds a conversation as Polis exports it: `votes.csv`, `comments.csv` (which
statements were moderated out) and `participants-votes.csv` (the published groups).
Without it a made-up conversation of three camps is used, whose true camps are known.
Printed is the adjusted Rand index (1 the same groups, 0 no more alike than by chance):
with the published groups, and between the whole map and maps without a random tenth of
the people, each made from scratch.
"""

import argparse
import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from socialcell.participation.opinion import OpinionMap, opinion_map
from socialcell.participation.votes import Votes, read_votes, votes_from_rows


def main() -> None:
    """Print the figures with and without the moderators' decisions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.folder:
        votes, published, moderated = conversation(options.folder)
    else:
        votes, published, moderated = made_up()
    rows = [measured("votes alone", votes, published, [], options.draws)]
    if moderated:
        name = "moderated statements left out"
        rows.append(measured(name, votes, published, moderated, options.draws))
    rows.append({"name": "random votes", **silhouettes_of_noise(20)})
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    for row in rows:
        figures = ", ".join(f"{key} {value}" for key, value in row.items())
        sys.stdout.write(figures.removeprefix("name ") + "\n")


def measured(
    name: str, votes: Votes, published: dict[str, str], moderated: list[str], draws: int
) -> dict[str, Any]:
    """Likeness to the published groups and to maps without a tenth of the people."""
    began = time.perf_counter()
    whole = opinion_map(votes, moderated_out=moderated)
    took = time.perf_counter() - began
    random = np.random.default_rng(0)
    alike, sizes = [], []
    for _ in range(draws):
        absent = random.choice(votes.participants, len(votes.participants) // 10, False)
        part = opinion_map(votes.without(absent), moderated_out=moderated)
        alike.append(likeness(groups_of(whole), groups_of(part)))
        sizes.append(len(part.groups))
    return {
        "name": name,
        "groups": len(whole.groups),
        "placed": len(whole.placed),
        "silhouette": round(whole.silhouette or 0.0, 3),
        "published": round(likeness(groups_of(whole), published), 3),
        "mean": round(float(np.mean(alike)), 3),
        "median": round(float(np.median(alike)), 3),
        "worst": round(min(alike), 3),
        "share_of_0.8": round(float(np.mean(np.array(alike) >= 0.8)), 3),
        "same_number": round(float(np.mean(np.array(sizes) == len(whole.groups))), 3),
        "seconds": round(took, 2),
    }


def silhouettes_of_noise(draws: int) -> dict[str, float]:
    """What 100 people who vote at random on 30 statements get for a silhouette."""
    found = []
    for seed in range(draws):
        random = np.random.default_rng(seed)
        rows = [
            (f"p{person}", f"s{statement}", int(random.integers(-1, 2)))
            for person in range(100)
            for statement in range(30)
        ]
        found.append(opinion_map(votes_from_rows(rows)).people_silhouette or 0.0)
    return {"least": round(min(found), 3), "most": round(max(found), 3)}


def groups_of(found: OpinionMap) -> dict[str, str]:
    """Each placed person's group."""
    return {name: str(group.id) for group in found.groups for name in group.members}


def likeness(one: dict[str, str], other: dict[str, str]) -> float:
    """Adjusted Rand index over the people that both have."""
    both = sorted(one.keys() & other.keys())
    return float(
        adjusted_rand_score(
            [one[name] for name in both], [other[name] for name in both]
        )
    )


def conversation(folder: Path) -> tuple[Votes, dict[str, str], list[str]]:
    """Votes, published groups and the statements moderated out."""
    people = rows_of(folder / "participants-votes.csv")
    comments = rows_of(folder / "comments.csv")
    published = {row["participant"]: row["group-id"] for row in people}
    moderated = [row["comment-id"] for row in comments if row["moderated"] == "-1"]
    return (
        read_votes(folder / "votes.csv"),
        {name: group for name, group in published.items() if group},
        moderated,
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def made_up() -> tuple[Votes, dict[str, str], list[str]]:
    """200 people in three camps, each of whom saw 60 % of 25 statements."""
    random = np.random.default_rng(7)
    beliefs = random.choice([-1, 1], size=(3, 25))
    rows = []
    for person in range(200):
        for statement in range(25):
            if random.random() < 0.6:
                doubt, belief = random.random(), int(beliefs[person % 3, statement])
                vote = belief if doubt < 0.8 else 0 if doubt < 0.9 else -belief
                rows.append((f"p{person}", f"s{statement}", vote))
    camps = {f"p{person}": str(person % 3) for person in range(200)}
    return votes_from_rows(rows), camps, []


if __name__ == "__main__":
    main()
