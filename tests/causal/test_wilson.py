"""Wilson's interval, against values worked out elsewhere."""

import pytest

from socialcell.causal.wilson import wilson_interval


def test_wilson_agrees_with_a_table() -> None:
    # 8 of 10: 0.4902 to 0.9433 (Newcombe 1998's method 3, worked by hand).
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_without_trials_wilson_says_everything() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_wilson_agrees_with_the_vector_of_the_commissioners_figures() -> None:
    # 42 of 60, the share 0.70 of the design's check vector for K7.
    low, high = wilson_interval(42, 60)
    assert (round(low, 3), round(high, 3)) == (0.575, 0.801)
