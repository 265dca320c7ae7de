"""Our detector on made civic streams: what it is given, and what it reaches."""

import pytest

from benchmarks.civic_streams import REPOST, make_streams
from benchmarks.stream_baselines import evaluate
from benchmarks.streams import festival_days, known_steps, our_alarms, renamed
from socialcell.listening.alerts.burst_detector import ALERT_AT, raw_scores


def test_steps_that_are_unknown_or_hold_a_repeated_post_are_left_out() -> None:
    stream = make_streams(0)[3]
    steps = known_steps(stream)
    left_out = int((stream.counts < 0).sum() + stream.reposts.sum())
    assert len(steps) == len(stream.counts) - left_out
    reposts = [one for one in stream.disturbances if one.kind == REPOST]
    ends = {at for at, _ in steps}
    assert reposts
    assert not ends & {one.begin + stream.step for one in reposts}


def test_the_days_of_festivals_are_those_from_begin_to_end() -> None:
    for stream in make_streams(0):
        days = festival_days(stream)
        for festival in stream.festivals:
            assert festival.begin.date() in days
            assert festival.end.date() not in days


@pytest.mark.faults
def test_crises_are_found_and_false_alarms_are_few() -> None:
    streams = [one for seed in (1, 2, 3) for one in renamed(seed, make_streams(seed))]
    alarms = {
        stream.name: our_alarms(
            raw_scores(known_steps(stream), festival_days(stream)), ALERT_AT
        )
        for stream in streams
    }
    result = evaluate(streams, alarms)
    assert result.found >= 3 * 98
    assert result.small_found >= 3 * 48
    assert result.median_delay is not None
    assert result.median_delay <= 60
    assert result.false_alarms <= 0.03
