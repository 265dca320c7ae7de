"""When the pre-period is too badly matched, nothing may be claimed."""

import numpy as np
import pytest

from socialcell.causal.fit import pre_fit, reasons_to_refuse
from socialcell.causal.panel import estimate
from socialcell.causal.placebo import placebos_in_space
from tests.causal.worlds import PanelWorld

METHODS = ["sdid", "sc", "did"]
TIME = np.arange(74.0)


def reasons(method: str, treated: np.ndarray, controls: np.ndarray, pre: int) -> str:
    fit = estimate(method, treated, controls, pre)
    placebos = placebos_in_space(method, controls, pre, len(treated))
    return " ".join(map(str, reasons_to_refuse(fit, placebos)))


@pytest.mark.parametrize("method", METHODS)
def test_a_unit_like_the_others_is_not_refused(method: str) -> None:
    treated, controls = PanelWorld(effect=60).draw(np.random.default_rng(0))
    assert reasons(method, treated, controls, 60) == ""


@pytest.mark.parametrize("method", METHODS)
def test_a_wave_that_no_control_knows_is_refused(method: str) -> None:
    treated, controls = PanelWorld().draw(np.random.default_rng(1))
    said = reasons(method, treated + 40 * np.sin(TIME / 6), controls, 60)
    assert "usual for the controls" in said


@pytest.mark.parametrize("method", METHODS)
def test_a_trend_that_no_control_knows_is_refused_as_drift(method: str) -> None:
    treated, controls = PanelWorld(memory=0.0).draw(np.random.default_rng(2))
    assert "drifts" in reasons(method, treated + TIME, controls, 60)


def test_controls_wilder_than_the_treated_unit_are_refused() -> None:
    rng = np.random.default_rng(3)
    treated = rng.normal(0, 0.1, size=(1, 40))
    controls = rng.normal(0, 20, size=(2, 40))
    assert "do not resemble it" in reasons("did", treated, controls, 30)


def test_a_poor_fit_would_have_returned_several_times_the_effect() -> None:
    treated, controls = PanelWorld(effect=5).draw(np.random.default_rng(4))
    treated = treated + TIME
    assert estimate("did", treated, controls, 60).att > 3 * 5
    assert reasons("did", treated, controls, 60)


def test_a_perfect_fit_is_never_refused() -> None:
    controls = np.array([[1.0, 2.0, 4.0, 7.0, 8.0, 9.0]] * 5)
    treated = controls[:1] + 3
    assert reasons("did", treated, controls, 5) == ""


def test_the_length_of_the_gap_and_its_share_of_equal_weights() -> None:
    treated = np.array([[0.0, 3.0, 0.0, 9.0]])
    controls = np.array([[0.0, 3.0, 0.0, 0.0], [0.0, -3.0, 0.0, 0.0]])
    # equal weights: gap 0, 3, 0 with mean 1 leaves -1, 2, -1: length sqrt 6
    found = pre_fit(estimate("did", treated, controls, 3), controls)
    assert (found.l2, found.scaled_l2) == pytest.approx((np.sqrt(6), 1.0))
    # synthetic control takes the first control alone and leaves nothing
    found = pre_fit(estimate("sc", treated, controls, 3), controls)
    assert (found.l2, found.scaled_l2) == pytest.approx((0, 0), abs=1e-9)
