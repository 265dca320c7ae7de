"""Placebos in space and time, by hand and by recomputation."""

import numpy as np
import pytest
from scipy import stats

from socialcell.causal.panel import estimate
from socialcell.causal.placebo import (
    Placebos,
    placebo_p_value,
    placebos_in_space,
    placebos_in_time,
)
from tests.causal.worlds import PanelWorld


def test_every_control_is_treated_once() -> None:
    _, controls = PanelWorld(units=9).draw(np.random.default_rng(0))
    found = placebos_in_space("sdid", controls, 60)
    by_hand = [
        estimate("sdid", controls[[i]], np.delete(controls, i, axis=0), 60).att
        for i in range(8)
    ]
    assert found.effects == pytest.approx(by_hand)


def test_two_hundred_controls_are_all_used_and_more_are_drawn() -> None:
    rng = np.random.default_rng(0)
    assert len(placebos_in_space("did", rng.normal(size=(200, 4)), 2).effects) == 200
    many = rng.normal(size=(300, 4))
    found = placebos_in_space("did", many, 2).effects
    assert len(found) == 200
    assert found == pytest.approx(placebos_in_space("did", many, 2).effects)


def test_pairs_are_placebos_of_pairs() -> None:
    controls = np.random.default_rng(0).normal(size=(6, 10))
    assert len(placebos_in_space("did", controls, 5, 2).effects) == 15  # 6 choose 2


def test_no_placebo_without_a_control_to_spare() -> None:
    controls = np.random.default_rng(0).normal(size=(2, 10))
    assert len(placebos_in_space("sdid", controls, 5, 2).effects) == 0


def test_the_interval_is_students_t_times_the_population_spread() -> None:
    effects = np.array([1.0, -1.0, 3.0, -3.0])
    zero = np.zeros(4)
    low, high = Placebos(effects, zero, zero, zero).interval(10.0)
    reach = stats.t.ppf(0.975, 3) * np.sqrt(5)  # mean 0, mean square 20 / 4
    assert (low, high) == pytest.approx((10 - reach, 10 + reach))


def test_one_placebo_gives_no_interval() -> None:
    one = np.array([1.0])
    assert Placebos(one, one, one, one).interval(0.0) is None


def test_the_p_value_is_a_rank_that_counts_the_real_unit() -> None:
    treated, controls = PanelWorld(units=20, effect=200).draw(np.random.default_rng(1))
    for method in ("sdid", "sc"):
        fit = estimate(method, treated, controls, 60)
        found = placebo_p_value(method, fit, placebos_in_space(method, controls, 60))
        assert found == pytest.approx(1 / 20)


def test_sc_ranks_the_ratio_of_post_to_pre_gaps() -> None:
    treated, controls = PanelWorld(units=10).draw(np.random.default_rng(2))
    ratios = []
    for i in range(-1, 9):
        y = treated if i < 0 else controls[[i]]
        others = controls if i < 0 else np.delete(controls, i, axis=0)
        gaps = estimate("sc", y, others, 60).gaps
        ratios.append(np.mean(gaps[60:] ** 2) / np.mean(gaps[:60] ** 2))
    expected = np.mean(np.array(ratios) >= ratios[0])
    fit = estimate("sc", treated, controls, 60)
    found = placebo_p_value("sc", fit, placebos_in_space("sc", controls, 60))
    assert found == pytest.approx(expected)


def test_placebos_in_time_end_before_the_start() -> None:
    treated, controls = PanelWorld(effect=500).draw(np.random.default_rng(3))
    found = placebos_in_time("did", treated, controls, 60)
    assert found.length == 14
    assert len(found.effects) > 5
    assert np.abs(found.effects).max() < 50  # the effect of 500 is never seen


def test_a_placebo_in_time_is_the_estimate_of_its_window() -> None:
    treated, controls = PanelWorld(pre=12, post=4).draw(np.random.default_rng(4))
    found = placebos_in_time("did", treated, controls, 12)
    starts = [6, 7, 8]  # half of 12 to 12 - 4
    by_hand = [
        estimate("did", treated[:, : s + 4], controls[:, : s + 4], s).att
        for s in starts
    ]
    assert found.effects == pytest.approx(by_hand)
