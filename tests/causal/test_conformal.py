"""Permutations of residuals, recomputed the slow way."""

import numpy as np
import pytest

from socialcell.causal.conformal import conformal_interval, conformal_p_values
from tests.causal.worlds import PanelWorld


def residuals(treated: np.ndarray, controls: np.ndarray) -> np.ndarray:
    gap = treated.mean(axis=0) - controls.mean(axis=0)
    return np.abs(gap - gap.mean())


def test_block_counts_the_cyclic_shifts_that_are_as_extreme() -> None:
    treated, controls = PanelWorld(units=8, pre=20, post=5).draw(
        np.random.default_rng(0)
    )
    u = residuals(treated, controls)
    observed = u[20:].sum()
    shifts = [np.roll(u, shift)[20:].sum() for shift in range(25)]
    expected = np.mean([s >= observed - 1e-9 for s in shifts])
    assert conformal_p_values("did", treated, controls, 20).block == expected


def test_iid_is_the_share_of_random_orders_that_are_as_extreme() -> None:
    treated, controls = PanelWorld(units=8, pre=20, post=5, memory=0).draw(
        np.random.default_rng(1)
    )
    u = residuals(treated, controls)
    rng = np.random.default_rng(99)
    drawn = [rng.permutation(u)[20:].sum() >= u[20:].sum() for _ in range(4000)]
    found = conformal_p_values("did", treated, controls, 20).iid
    assert found == pytest.approx(np.mean(drawn), abs=0.03)


@pytest.mark.parametrize("method", ["sdid", "sc", "did"])
def test_a_large_effect_gets_the_smallest_p_values(method: str) -> None:
    world = PanelWorld(units=15, pre=40, post=5, effect=300)
    found = conformal_p_values(method, *world.draw(np.random.default_rng(2)), 40)
    assert found.block == pytest.approx(1 / 45)
    # no random order is as extreme, and the real one counts: never zero
    assert found.iid == pytest.approx(1 / 5001)


def test_the_interval_holds_the_effect_and_not_zero() -> None:
    world = PanelWorld(units=15, pre=60, post=10, effect=40, memory=0)
    treated, controls = world.draw(np.random.default_rng(3))
    low, high = conformal_interval("sc", treated, controls, 60, (30.0, 50.0))
    assert 0 < low < 40 < high


def test_too_few_periods_give_no_interval() -> None:
    treated, controls = PanelWorld(units=5, pre=10, post=5).draw(
        np.random.default_rng(4)
    )
    assert conformal_interval("sc", treated, controls, 10, (-9.0, 9.0)) is None
