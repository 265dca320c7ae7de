"""Audiences without names: sketches that can be united, counted, and not read back."""

from collections.abc import Collection, Iterable, Sequence
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from socialcell.campaigns.creators.audience_overlap import Amounts

Sketch = NDArray[np.int64]

LEAST_PRECISION, MOST_PRECISION = 4, 16
FEWEST_PERMUTATIONS = 16
HASH_BITS = 64
MAX_HASH = 2**32 - 1


class HyperLogLog:
    """Sketches of 2^precision registers, filled as datasketch's HyperLogLogPlusPlus.

    Counted by the estimator of Ertl (2017), which needs no tables of corrections.
    """

    kind = "hyperloglog"

    def __init__(self, precision: int) -> None:
        self.precision = precision
        self.width = 2**precision
        self.most = HASH_BITS - precision + 1
        self.relative_error = 1.04 / sqrt(self.width)

    def of(self, people: Iterable[str]) -> Sketch:
        """The sketch of an audience."""
        from datasketch import HyperLogLogPlusPlus

        counter = HyperLogLogPlusPlus(p=self.precision)
        for person in people:
            counter.update(person.encode())
        registers: Sketch = counter.reg.astype(np.int64)
        return registers

    def empty(self) -> Sketch:
        return np.zeros(self.width, dtype=np.int64)

    def union(self, first: Sketch, second: Sketch) -> Sketch:
        merged: Sketch = np.maximum(first, second)
        return merged

    def count(self, sketch: Sketch) -> float:
        """About how many people it holds."""
        levels = np.bincount(sketch, minlength=self.most + 1)
        if levels[0] == self.width:
            return 0.0
        total = self.width * _tau(1 - levels[self.most] / self.width)
        for level in range(self.most - 1, 0, -1):
            total = 0.5 * (total + levels[level])
        total += self.width * _sigma(levels[0] / self.width)
        return float(self.width**2 / (2 * log(2) * total))


class MinHash:
    """Sketches of the smallest hash under each of many permutations (datasketch's)."""

    kind = "minhash"

    def __init__(self, permutations: int) -> None:
        self.width = permutations
        self.most = MAX_HASH
        self.relative_error = 1 / sqrt(permutations - 2)

    def of(self, people: Iterable[str]) -> Sketch:
        """The sketch of an audience."""
        from datasketch import MinHash as Signature

        signature = Signature(num_perm=self.width)
        signature.update_batch([person.encode() for person in people])
        smallest: Sketch = signature.hashvalues.astype(np.int64)
        return smallest

    def empty(self) -> Sketch:
        return np.full(self.width, MAX_HASH, dtype=np.int64)

    def union(self, first: Sketch, second: Sketch) -> Sketch:
        merged: Sketch = np.minimum(first, second)
        return merged

    def count(self, sketch: Sketch) -> float:
        """About how many people it holds: k hashes lie at 1/(n + 1) on average."""
        share = float(sketch.sum()) / MAX_HASH
        return max(0.0, self.width / share - 1) if share else float(MAX_HASH)


SketchFamily = HyperLogLog | MinHash


class SketchedAudiences:
    """Audiences of which only sketches are known; every figure is an estimate."""

    def __init__(self, family: SketchFamily, sketches: Sequence[Sketch]) -> None:
        self.family = family
        self.sketches = sketches
        self.entries = family.width * len(sketches)

    def __len__(self) -> int:
        return len(self.sketches)

    def covered_by(self, creators: Collection[int]) -> "SketchCoverage":
        covered = SketchCoverage(self)
        for creator in creators:
            covered.add(creator)
        return covered

    def gains(self, creators: Collection[int]) -> Amounts:
        covered = self.covered_by(creators)
        return np.array([covered.gain(creator) for creator in range(len(self))])


class SketchCoverage:
    """The united sketch of the creators added so far."""

    def __init__(self, audiences: SketchedAudiences) -> None:
        self._family = audiences.family
        self._sketches = audiences.sketches
        self._union = audiences.family.empty()
        self.reach = 0.0

    def gain(self, creator: int) -> float:
        united = self._family.union(self._union, self._sketches[creator])
        # A union holds no fewer people than its part, whatever the estimate says.
        return max(0.0, self._family.count(united) - self.reach)

    def add(self, creator: int) -> None:
        self.reach += self.gain(creator)
        self._union = self._family.union(self._union, self._sketches[creator])


def _sigma(share: float) -> float:
    if share == 1:
        return float("inf")
    step, total = 1.0, share
    while True:
        share *= share
        before = total
        total += share * step
        step += step
        if total == before:
            return total


def _tau(share: float) -> float:
    if share in (0.0, 1.0):
        return 0.0
    step, total = 1.0, 1 - share
    while True:
        share = sqrt(share)
        before = total
        step *= 0.5
        total -= (1 - share) ** 2 * step
        if total == before:
            return total / 3
