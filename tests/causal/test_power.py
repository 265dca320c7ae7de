"""Power by injection, and the price of one more unit."""

import numpy as np
import pytest

from socialcell.causal.cost import cost_per_incremental
from socialcell.causal.panel import estimate
from socialcell.causal.placebo import placebos_in_space
from socialcell.causal.power import (
    GRID,
    TooLittleHistory,
    detectable,
    power_of,
)
from tests.causal.worlds import PanelWorld


def test_power_is_the_share_of_windows_that_would_claim() -> None:
    effects = np.array([0.0, 1.0, -1.0, 0.5, 9.0])
    found = power_of(effects, np.full(5, 100.0), np.full(5, 4.0))
    assert found.false_claims == 0.2  # only the 9
    # 2 per cent adds 2: 2, 3, 1, 2.5, 11 -> one of five; 5 adds 5: 5, 6, 4, 5.5, 14
    assert found.shares[2.0] == 0.2
    assert found.shares[5.0] == 0.8
    assert found.shares[10.0] == 1.0
    assert found.smallest == 5.0


def test_nothing_detectable_says_so() -> None:
    found = power_of(np.zeros(5), np.full(5, 1.0), np.full(5, 4.0))
    assert found.smallest is None
    assert set(found.shares.values()) == {0.0}


def test_one_window_is_not_power() -> None:
    with pytest.raises(TooLittleHistory, match="1 look-back windows"):
        power_of(np.zeros(1), np.ones(1), np.ones(1))


def test_the_smallest_detectable_lift_shrinks_with_the_noise() -> None:
    sizes = []
    for noise in (1.0, 10.0):
        world = PanelWorld(units=15, pre=70, post=10, noise=noise, loading=0.1)
        treated, controls = world.draw(np.random.default_rng(0))
        sizes.append(detectable("sc", treated[:, :70], controls[:, :70], 10).smallest)
    assert sizes[0] < sizes[1]


def test_injecting_by_hand_finds_the_same_claims() -> None:
    treated, controls = PanelWorld(units=12).draw(np.random.default_rng(1))
    found = detectable("did", treated, controls, 7)
    raised = treated.copy()
    start = 74 - 7
    raised[:, start:] *= 1 + GRID[4] / 100
    low, high = placebos_in_space("did", controls, start).interval(
        estimate("did", raised, controls, start).att
    )
    assert found.windows >= 5
    assert (low <= 0 <= high) == (found.shares[GRID[4]] < 1.0)


def test_a_short_history_is_refused() -> None:
    treated, controls = PanelWorld(pre=10, post=4).draw(np.random.default_rng(0))
    with pytest.raises(TooLittleHistory):
        detectable("sc", treated, controls, 6)


def test_more_than_half_treated_is_refused() -> None:
    world = PanelWorld(units=10, treated=6)
    with pytest.raises(TooLittleHistory, match="more than half"):
        detectable("did", *world.draw(np.random.default_rng(0)), 7)


def test_the_price_of_one_more_and_its_range() -> None:
    found = cost_per_incremental(1_000_000_000, 40.0, (20.0, 50.0))
    assert (found.best, found.low, found.high) == (25_000_000, 20_000_000, 50_000_000)


def test_no_finite_price_where_the_effect_may_be_nothing() -> None:
    found = cost_per_incremental(1_000_000, 40.0, (-1.0, 50.0))
    assert (found.best, found.low, found.high) == (25_000, 20_000, None)
    assert cost_per_incremental(1_000_000, -3.0, None).best is None
