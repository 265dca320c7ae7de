"""Which silent closings of a week are called: drawn by lot within each department."""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

_SHARE = Fraction(1, 10)
_LEAST = 50


def sample_size(closings: int) -> int:
    """A tenth, at least 50, all if there are fewer."""
    return min(closings, max(_LEAST, math.ceil(closings * _SHARE)))


def draw(closings: Sequence[tuple[int, str]], seed: int) -> list[int]:
    """The ids that are drawn from (id, department) pairs; the same seed and pairs give
    the same ids, in any order of the pairs.

    Each department has its share of the calls, by largest remainders, and one where
    there are calls enough.
    """
    by_department: dict[str, list[int]] = defaultdict(list)
    for id_, department in sorted(closings):
        by_department[department].append(id_)
    sizes = {name: len(ids) for name, ids in by_department.items()}
    lot = lot_of(seed)
    drawn: list[int] = []
    for department, count in sorted(_shares(sizes).items()):
        drawn += lot.sample(by_department[department], count)
    return sorted(drawn)


def lot_of(seed: int, *parts: int) -> random.Random:
    """A lot that can be drawn again from its seed; `parts` make one of many."""
    return random.Random(repr((seed, *parts)))


def _shares(sizes: dict[str, int]) -> dict[str, int]:
    """How many are drawn of each department."""
    total = sum(sizes.values())
    size = sample_size(total)
    least = 1 if size >= len(sizes) else 0
    shares = {name: max(least, size * count // total) for name, count in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: (-(size * sizes[name] % total), name))
    while sum(shares.values()) < size:
        for name in by_remainder:
            if sum(shares.values()) < size and shares[name] < sizes[name]:
                shares[name] += 1
    while sum(shares.values()) > size:  # departments of one closing took more
        largest = max(shares, key=lambda name: (shares[name], name))
        shares[largest] -= 1
    return shares
