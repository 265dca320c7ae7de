"""Control choice, the BSTS engine and its calibration on placebo windows."""

import numpy as np
import pytest

from socialcell.causal.bsts import forecast, weekday_effects
from socialcell.causal.calibration import LEVEL_PRIORS, calibrate
from socialcell.causal.controls import choose_controls
from tests.causal.worlds import SeriesWorld, autoregressive


def test_strangers_that_walk_at_random_are_left_out() -> None:
    for seed in range(5):
        world = SeriesWorld(strangers=30, memory=0.3)
        outcome, controls = world.draw(np.random.default_rng(seed))
        chosen = choose_controls(outcome[:90], controls[:90], True)
        assert chosen[0] == 0
        assert set(chosen) <= {0, 1}


def test_at_most_six_controls_are_chosen() -> None:
    rng = np.random.default_rng(0)
    controls = rng.normal(size=(100, 10))
    outcome = controls.sum(axis=1) + 0.01 * rng.normal(size=100)
    assert len(choose_controls(outcome, controls, False)) == 6


def test_a_constant_control_is_never_chosen() -> None:
    rng = np.random.default_rng(0)
    walk = rng.normal(size=60)
    controls = np.column_stack([np.full(60, 7.0), walk])
    assert choose_controls(walk + 0.1 * rng.normal(size=60), controls, False) == [1]


def test_the_choice_never_sees_the_treated_time() -> None:
    outcome, controls = SeriesWorld().draw(np.random.default_rng(1))
    before = choose_controls(outcome[:90], controls[:90], True)
    outcome[90:] = controls[90:, 2] * 50
    assert choose_controls(outcome[:90], controls[:90], True) == before


def test_the_effect_put_in_is_found() -> None:
    rng = np.random.default_rng(1)
    control = 100 + autoregressive(rng, 100, 0.999, 5.0)
    outcome = 1.2 * control + rng.normal(size=100)
    outcome[70:] += 10
    found = forecast(outcome, control[:, None], 70, 0.01, weekdays=False)
    assert found.effect.mean == pytest.approx(10, abs=1.0)
    assert found.effect.lower < 10 < found.effect.upper
    assert found.actual - found.predicted == pytest.approx(found.effect.mean)
    assert found.relative.mean == pytest.approx(10 / found.predicted, rel=0.1)
    assert found.p_value == pytest.approx(0.001)
    assert found == forecast(outcome, control[:, None], 70, 0.01, weekdays=False)


def test_weekdays_are_learnt_before_the_start_and_leave_averages_alone() -> None:
    days = np.array([5.0, 0, 0, 0, 0, -2, -3])
    outcome = 50 + np.tile(days, 8)[:54]
    effects = weekday_effects(outcome, np.empty((54, 0)), 42)
    # all that is left is one level
    assert np.ptp(outcome - effects) == pytest.approx(0, abs=1e-9)
    assert effects[42:].mean() == pytest.approx(0, abs=1e-9)
    outcome[42:] += 900
    assert weekday_effects(outcome, np.empty((54, 0)), 42) == pytest.approx(effects)


def test_a_weekday_wave_is_not_taken_for_an_effect() -> None:
    rng = np.random.default_rng(5)
    outcome = 100 + np.tile([30.0, 0, 0, 0, 0, 0, -30], 12)[:80] + rng.normal(size=80)
    found = forecast(outcome, np.empty((80, 0)), 76, 0.01, weekdays=True)
    assert not found.effect.claims
    assert found.effect.sd < 2


def test_the_longer_the_memory_of_the_noise_the_freer_the_level() -> None:
    chosen = {}
    for memory in (0.0, 0.7):
        world = SeriesWorld(memory=memory, strangers=0)
        for seed in range(4):
            outcome, controls = world.draw(np.random.default_rng(seed))
            found = calibrate(outcome[:90], controls[:90], 28, weekdays=True)
            assert found.settled
            chosen.setdefault(memory, []).append(found.level_prior)
    assert min(chosen[0.0]) == LEVEL_PRIORS[0]
    assert 2 * np.mean(chosen[0.0]) < np.mean(chosen[0.7])


def test_the_default_prior_claims_often_where_the_chosen_one_does_not() -> None:
    chosen, default = [], []
    for seed in range(3):
        outcome, controls = SeriesWorld(strangers=0).draw(np.random.default_rng(seed))
        y, x = outcome[:90], controls[:90]
        found = calibrate(y, x, 28, weekdays=True)
        chosen.append(found.false_positive_rate)
        default.append(false_claims(y, x, LEVEL_PRIORS[0]))
    assert np.mean(chosen) < 0.1 < np.mean(default)


def false_claims(y: np.ndarray, x: np.ndarray, prior: float) -> float:
    """False claims of one prior on forward windows, written out independently."""
    claims = []
    for start in range(34, 63, 4):
        found = forecast(y[: start + 28], x[: start + 28], start, prior, weekdays=True)
        claims.append(found.effect.lower > 0 or found.effect.upper < 0)
    return float(np.mean(claims))


def test_a_short_past_cannot_be_calibrated() -> None:
    outcome, controls = SeriesWorld(pre=20).draw(np.random.default_rng(0))
    assert calibrate(outcome[:20], controls[:20], 5, weekdays=False) is None
