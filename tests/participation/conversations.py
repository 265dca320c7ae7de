"""Conversations made up for tests."""

from collections.abc import Iterator, Mapping

import numpy as np

from socialcell.participation.votes import Votes, votes_from_rows

CAMP_A = tuple(f"p{person}" for person in range(14))
CAMP_B = tuple(f"p{person}" for person in range(14, 24))


def two_camps() -> Votes:
    """24 people in two camps on nine statements: the worked example."""
    return votes_from_rows(two_camps_rows())


def two_camps_rows() -> Iterator[tuple[str, str, int]]:
    for person in range(24):
        name, side = f"p{person}", 1 if person < 14 else -1
        for statement in ("s0", "s1"):
            yield name, statement, side
        for statement in ("s2", "s3"):
            yield name, statement, -side
        yield name, "s4", 1
        yield name, "s5", -1
        yield name, "s6", 1 if person % 2 == 0 else 0
        if person % 3 == 0:
            yield name, "s7", 1
        if person % 4 == 0:
            yield name, "s8", -side


def votes_of(ballots: Mapping[str, str]) -> Votes:
    """A line of marks a person: + agree, - disagree, 0 pass, a dot for unseen."""
    marks = {"+": 1, "-": -1, "0": 0}
    return votes_from_rows(
        (person, f"s{at}", marks[mark])
        for person, line in ballots.items()
        for at, mark in enumerate(line)
        if mark != "."
    )


def crowd(people: int = 120, statements: int = 20, seed: int = 7) -> Votes:
    """Three camps (person n is in camp n % 3) with some noise; each sees 60 %."""
    random = np.random.default_rng(seed)
    beliefs = random.choice([-1, 1], size=(3, statements))

    def rows() -> Iterator[tuple[str, str, int]]:
        for person in range(people):
            for statement in range(statements):
                if random.random() < 0.6:
                    belief = int(beliefs[person % 3, statement])
                    doubt = random.random()
                    vote = belief if doubt < 0.85 else 0 if doubt < 0.95 else -belief
                    yield f"p{person}", f"s{statement}", vote

    return votes_from_rows(rows())
