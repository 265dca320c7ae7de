"""The table of docs/methods.md on a tenth of its cases: on generated panels and series
with a known effect, and without any under AR(0.7) noise."""

import numpy as np
import pytest

from benchmarks.lift_coverage import run


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_effects_are_unbiased_and_intervals_hold_the_truth_as_often_as_they_say() -> (
    None
):
    tallies = run(200)
    for name, tally in tallies.items():
        # 100 cases leave a standard error of 2.2 points about 95 %, and 50 null cases
        # one of 3.6 points about 7 %: two of them are granted, no more
        assert tally.coverage >= 0.93 - 0.044, name
        assert tally.false_claims <= 0.07 + 0.072, name
        assert tally.refused <= 2, name
        # no bias: the mean of the errors is within three of its standard errors of 0
        spread = float(np.std(tally.errors) / np.sqrt(len(tally.errors)))
        assert abs(float(np.mean(tally.errors))) <= 3 * spread, name
    widths = {name: np.mean(tally.widths) for name, tally in tallies.items()}
    errors = {name: np.std(tally.errors) for name, tally in tallies.items()}
    for name in tallies:
        # not by being endless: a fair 95 % interval is 3.9 standard deviations wide
        assert widths[name] < 6 * errors[name], name
