"""Made series are what they claim, and the rivals see no future either."""

from datetime import timedelta

import numpy as np
import pytest

from benchmarks import spike_series, spikes
from benchmarks.nab_score import Series, benchmark, scored
from benchmarks.spike_rivals import RIVALS, quieted


def test_a_seed_makes_the_same_series_and_another_seed_another():
    counts, windows = spike_series.make(3)
    again, same = spike_series.make(3)
    assert (counts == again).all()
    assert windows == same
    assert (counts != spike_series.make(4)[0]).any()


@pytest.mark.parametrize("seed", range(5))
def test_windows_cover_a_tenth_and_hold_more_than_the_days_around(seed):
    counts, windows = spike_series.make(seed)
    inside = np.zeros(len(counts), bool)
    for first, last in windows:
        assert 750 < first < last < len(counts)
        assert not inside[first : last + 1].any()
        inside[first : last + 1] = True
    assert inside.mean() == pytest.approx(0.1, abs=0.001)
    assert counts[inside].mean() > counts[~inside].mean()


def test_hours_are_sums_of_twelve_steps():
    (minutes,), (hours,) = spikes.made(1, 1), spikes.made(1, 12)
    assert len(hours.points) * 12 == len(minutes.points)
    assert hours.points[5][0] == minutes.points[60][0]
    assert hours.points[5][1] == sum(count for _, count in minutes.points[60:72])
    assert [first for first, _ in hours.windows] == [
        first // 12 for first, _ in minutes.windows
    ]


def test_thinning_keeps_about_the_share_and_the_times():
    points = [(spikes.START, 1000.0), (spikes.START + timedelta(hours=1), 0.0)]
    series = Series("a", points, [(1, 1)])
    few = spikes.thinned(series, 0.2, np.random.default_rng(1))
    assert [at for at, _ in few.points] == [at for at, _ in points]
    assert few.points[0][1] == pytest.approx(200, abs=60)
    assert few.points[1][1] == 0
    assert few.windows == [(1, 1)]


def test_our_detector_does_well_on_made_series():
    assert benchmark([scored(series) for series in spikes.made(6, 1)]).score >= 70


def test_a_score_is_told_again_after_the_time_or_when_it_is_higher():
    scores = np.array([0.0, 0.5, 0.4, 0.6, 0.6, 0.1, 0.2])
    assert quieted(scores, 2).tolist() == [0, 0.5, 0, 0.6, 0, 0, 0.2]


@pytest.mark.parametrize("name", RIVALS)
def test_no_rival_sees_the_future(name):
    counts = spike_series.make(1)[0][:1500]
    whole = RIVALS[name](counts)
    assert whole[:1100] == pytest.approx(RIVALS[name](counts[:1100]))
    assert whole.min() >= 0
    assert whole.max() <= 1
    assert whole.max() > whole.min()
