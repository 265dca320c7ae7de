"""How much counts vary by themselves, and the chance of one that is too high."""

import numpy as np
import pytest
from scipy.stats import nbinom

from socialcell.listening.alerts.baseline import Usual
from socialcell.listening.alerts.dispersion import dispersion, rate_variation, surprise

STEP = 300.0
ROWS = 28 * 288
TIMES = STEP * np.arange(1, ROWS + 1)
EVERY = np.ones(ROWS)


def test_the_surprise_is_the_tail_of_a_negative_binomial():
    far = np.array([1e9])
    usual = Usual(far, far, far, days=np.array([1e9]))
    found = surprise(np.array([9.0]), np.array([2.0]), *np.array([[1.3], [0.1]]), usual)
    ratio = 1.3 + 0.1 * 2
    chance = nbinom.sf(8, 2 / (ratio - 1), 1 / ratio)
    assert found == pytest.approx(-np.log10(chance), abs=1e-4)


def test_a_count_at_or_below_the_mean_is_no_surprise():
    usual = Usual(EVERY, EVERY, 100 * EVERY, 28 * EVERY)
    none = surprise(2 * EVERY, 2 * EVERY, EVERY, EVERY, usual)
    assert not none.any()


@pytest.mark.parametrize(("together", "wanted"), [(1, 1.05), (3, 3.0), (8, 8.0)])
def test_mentions_that_come_together_have_a_high_dispersion(together, wanted):
    draw = np.random.default_rng(4)
    counts = together * draw.poisson(0.5, ROWS).astype(float)
    expected = np.full(ROWS, 0.5 * together)
    found = dispersion(TIMES, counts, expected, STEP * EVERY)
    assert found[-1] == pytest.approx(wanted, rel=0.1)


@pytest.mark.parametrize("shape", [4.0, 10.0])
def test_a_rate_that_varies_from_hour_to_hour_is_found(shape):
    draw = np.random.default_rng(5)
    hours = np.repeat(draw.gamma(shape, 1 / shape, ROWS // 12), 12)
    counts = draw.poisson(10 * hours).astype(float)
    in_hour = np.convolve(counts, np.ones(12))[:ROWS]
    expected = np.full(ROWS, 120.0)
    found = rate_variation(TIMES, in_hour, expected, EVERY, EVERY / 12)
    # A rolling hour is of two hours of which each has its own rate.
    assert found[-1] == pytest.approx(2 / 3 / shape, rel=0.2)
