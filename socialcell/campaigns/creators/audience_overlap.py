"""Overlapping audiences, and the people whom a choice of creators reaches."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[np.float64]
People = NDArray[np.int32]


class AudienceCoverage(Protocol):
    """The people reached by the creators added so far."""

    @property
    def reach(self) -> float:
        """Their total weight."""

    def gain(self, creator: int) -> float:
        """By how much a creator (by place in the list) would raise the reach."""

    def add(self, creator: int) -> None:
        """Reach this creator's audience too."""


class Audiences(Protocol):
    """The audiences of a list of creators, exact or estimated.

    `entries` is the size of the data: what it costs to look at every audience once.
    """

    @property
    def entries(self) -> int: ...

    def __len__(self) -> int: ...

    def covered_by(self, creators: Collection[int]) -> AudienceCoverage:
        """The people reached by these creators."""

    def gains(self, creators: Collection[int]) -> Amounts:
        """What every creator in the list would add to these."""


class ExactAudiences:
    """Audiences as sets of people, each person with a weight.

    `audiences[i]` holds the places of creator i's people (unique) in `weights`;
    `people` holds all of them one after the other, `creator_of` whom each follows.
    """

    def __init__(self, audiences: Sequence[People], weights: Amounts) -> None:
        self.audiences = audiences
        self.weights = weights
        sizes = [len(audience) for audience in audiences]
        self.creator_of = np.repeat(np.arange(len(sizes)), sizes)
        empty = np.zeros(0, dtype=np.int32)
        self.people = np.concatenate([empty, *audiences])

    @property
    def entries(self) -> int:
        return len(self.people)

    def __len__(self) -> int:
        return len(self.audiences)

    def covered_by(self, creators: Collection[int]) -> "ExactCoverage":
        covered = ExactCoverage(self)
        for creator in creators:
            covered.add(creator)
        return covered

    def gains(self, creators: Collection[int]) -> Amounts:
        open_weights = self.covered_by(creators).open_weights
        each = open_weights[self.people]
        gains = np.bincount(self.creator_of, weights=each, minlength=len(self))
        return gains.astype(np.float64, copy=False)


class ExactCoverage:
    """People reached, as the weights of those who are not reached yet."""

    def __init__(self, audiences: ExactAudiences) -> None:
        self._audiences = audiences.audiences
        self.open_weights = audiences.weights.copy()
        self.reach = 0.0

    def gain(self, creator: int) -> float:
        return float(self.open_weights[self._audiences[creator]].sum())

    def add(self, creator: int) -> None:
        self.reach += self.gain(creator)
        self.open_weights[self._audiences[creator]] = 0.0


def exact_audiences(
    audiences: Sequence[Sequence[str]], weights: Mapping[str, float]
) -> ExactAudiences:
    """Audiences from names of people; a person without a weight weighs 1.

    A person named twice in an audience is there once.
    """
    place_of: dict[str, int] = {}
    places = [
        np.array(
            sorted({place_of.setdefault(person, len(place_of)) for person in audience}),
            dtype=np.int32,
        )
        for audience in audiences
    ]
    person_weights = [weights.get(person, 1.0) for person in place_of]
    return ExactAudiences(places, np.array(person_weights, dtype=np.float64))
