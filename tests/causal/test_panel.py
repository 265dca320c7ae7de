"""The estimators against hand-worked numbers and an independent Frank-Wolfe."""

import numpy as np
import pytest

from socialcell.causal.panel import demeaned_weights, estimate, noise_level
from tests.causal.worlds import PanelWorld


def test_did_is_the_difference_of_the_differences() -> None:
    treated = np.array([[10.0, 12.0, 20.0, 22.0]])
    controls = np.array([[1.0, 3.0, 5.0, 7.0], [2.0, 2.0, 4.0, 4.0]])
    fit = estimate("did", treated, controls, 2)
    # treated +10; controls +4 and +2, mean +3
    assert fit.att == pytest.approx(7)
    # without the campaign: 11 + mean control gain = 14, twice; 14 of 28 is 50 %
    assert fit.lift_percent == pytest.approx(100 * 14 / 28)
    assert fit.unit_weights == pytest.approx([0.5, 0.5])


def test_several_treated_units_are_averaged() -> None:
    treated = np.array([[1.0, 2.0, 8.0], [3.0, 4.0, 12.0]])
    controls = np.array([[0.0, 1.0, 2.0], [5.0, 6.0, 7.0]])
    # mean treated 2, 3, 10: gain 7.5 over its mean 2.5; controls gain 1.5
    assert estimate("did", treated, controls, 2).att == pytest.approx(6)


def test_sc_finds_a_mixture_whatever_the_levels() -> None:
    rng = np.random.default_rng(4)
    controls = rng.normal(size=(6, 30)).cumsum(axis=1)
    treated = 500 + 0.7 * controls[[1]] + 0.3 * controls[[4]]
    treated[:, 20:] += 3.0
    fit = estimate("sc", treated, controls, 20)
    assert fit.att == pytest.approx(3, abs=1e-6)
    assert fit.unit_weights == pytest.approx([0, 0.7, 0, 0, 0.3, 0], abs=1e-6)


def test_the_gap_before_the_start_has_mean_zero_under_sc() -> None:
    treated, controls = PanelWorld().draw(np.random.default_rng(0))
    fit = estimate("sc", treated, controls, 60)
    assert fit.gaps[:60].mean() == pytest.approx(0, abs=1e-9)


def test_the_noise_level_pools_first_differences() -> None:
    # differences 1, 3, -2, 0: mean 0.5, squares about it 0.25+6.25+6.25+0.25 = 13
    controls = np.array([[0.0, 1.0, 4.0], [5.0, 3.0, 3.0]])
    assert noise_level(controls) == pytest.approx(np.sqrt(13 / 3))


def frank_wolfe(
    a: np.ndarray, b: np.ndarray, ridge: float, steps: int = 40_000
) -> np.ndarray:
    """min |a w - b|^2 + ridge |w|^2 by the textbook, exact line search."""
    w = np.full(a.shape[1], 1 / a.shape[1])
    for _ in range(steps):
        residual = a @ w - b
        slope = a.T @ residual + ridge * w
        toward = -w.copy()
        toward[np.argmin(slope)] += 1
        moved = a @ toward
        curve = moved @ moved + ridge * toward @ toward
        if curve <= 0:
            break
        w = w + np.clip(-(slope @ toward) / curve, 0, 1) * toward
    return w


@pytest.mark.parametrize("treated_units", [1, 3])
def test_sdid_agrees_with_an_independent_frank_wolfe(treated_units: int) -> None:
    world = PanelWorld(units=18, treated=treated_units, pre=20, post=6, effect=4)
    treated, controls = world.draw(np.random.default_rng(11))
    before, after = controls[:, :20], controls[:, 20:].mean(axis=1)
    sigma = np.std(np.diff(before, axis=1).ravel(), ddof=1)
    zeta = (treated_units * 6) ** 0.25 * sigma
    y = treated.mean(axis=0)
    omega = frank_wolfe(
        before.T - before.T.mean(axis=0), y[:20] - y[:20].mean(), zeta**2 * 20
    )
    lam = frank_wolfe(
        before - before.mean(axis=0),
        after - after.mean(),
        (1e-6 * sigma) ** 2 * len(controls),
    )
    att = (y[20:].mean() - lam @ y[:20]) - omega @ (after - before @ lam)
    fit = estimate("sdid", treated, controls, 20)
    assert fit.att == pytest.approx(att, abs=4e-3)
    assert fit.unit_weights == pytest.approx(omega, abs=4e-3)


def test_sdid_does_not_care_about_levels() -> None:
    treated, controls = PanelWorld(units=12).draw(np.random.default_rng(3))
    plain = estimate("sdid", treated, controls, 60).att
    shifted = estimate(
        "sdid", treated + 900, controls + np.arange(11)[:, None] * 50, 60
    ).att
    assert shifted == pytest.approx(plain, abs=1e-6)


def test_more_controls_than_periods_still_gives_one_answer() -> None:
    treated, controls = PanelWorld(units=60, pre=10).draw(np.random.default_rng(5))
    ours = demeaned_weights(treated[0, :10], controls[:, :10])
    other_order = demeaned_weights(treated[0, :10], controls[::-1, :10])[::-1]
    assert ours == pytest.approx(other_order, abs=1e-4)


@pytest.mark.parametrize("method", ["sdid", "sc", "did"])
def test_an_injected_effect_is_added_to_the_estimate_exactly(method: str) -> None:
    world = PanelWorld(treated=2)
    treated, controls = world.draw(np.random.default_rng(8))
    before = estimate(method, treated, controls, 60).att
    treated[:, 60:] += 12.5
    assert estimate(method, treated, controls, 60).att == pytest.approx(before + 12.5)
