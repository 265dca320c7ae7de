"""The exact test of DiD against enumeration by brute force."""

from itertools import combinations

import numpy as np
import pytest

from socialcell.causal.randomisation import randomisation_test
from tests.causal.worlds import PanelWorld


def brute_p(change: np.ndarray, size: int, effect: float) -> float:
    """Share of assignments as extreme as the real one, the effect taken off first."""
    adjusted = change.copy()
    adjusted[:size] -= effect
    units = range(len(change))

    def gap(chosen: tuple[int, ...]) -> float:
        mask = np.isin(units, chosen)
        return abs(adjusted[mask].mean() - adjusted[~mask].mean())

    real = gap(tuple(range(size)))
    return float(np.mean([gap(c) >= real - 1e-12 for c in combinations(units, size)]))


@pytest.mark.parametrize("size", [1, 2, 4])
def test_p_value_and_interval_agree_with_brute_force(size: int) -> None:
    world = PanelWorld(units=24 if size == 1 else 9, treated=size, pre=8, post=4)
    treated, controls = world.draw(np.random.default_rng(size))
    everyone = np.vstack([treated, controls])
    change = everyone[:, 8:].mean(axis=1) - everyone[:, :8].mean(axis=1)
    found = randomisation_test(treated, controls, 8)
    assert found.p_value == pytest.approx(brute_p(change, size, 0.0))
    low, high = found.interval
    width = high - low
    for inside in (low + 1e-6 * width, high - 1e-6 * width):
        assert brute_p(change, size, inside) > 0.05
    for outside in (low - 1e-6 * width, high + 1e-6 * width):
        assert brute_p(change, size, outside) <= 0.05


def test_fewer_than_twenty_assignments_give_no_interval() -> None:
    treated, controls = PanelWorld(units=15).draw(np.random.default_rng(0))
    found = randomisation_test(treated, controls, 60)
    assert found.assignments == 15
    assert found.interval is None


def test_very_many_assignments_are_drawn_with_a_fixed_seed() -> None:
    world = PanelWorld(units=40, treated=12, pre=10, post=5)
    treated, controls = world.draw(np.random.default_rng(0))
    once = randomisation_test(treated, controls, 10)
    assert once.assignments == 10_000
    assert once == randomisation_test(treated, controls, 10)
