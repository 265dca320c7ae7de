"""Spike scores: what they are worth, what moves them, and that they see no future."""

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from math import exp, log10, sin, tau
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from socialcell.listening.alerts.burst_detector import (
    ALERT_AT,
    LARGEST_COUNT,
    SeriesError,
    score_series,
)
from socialcell.listening.alerts.festivals import CityFestivals
from socialcell.listening.alerts.series_file import read_series
from tests.shared import shared

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIVE_MINUTES = timedelta(minutes=5)


def series(counts, step=HOUR, start=MONDAY):
    return [(start + i * step, float(count)) for i, count in enumerate(counts)]


def ordinary_days(days=28, level=30.0, step=HOUR, seed=7, weekend=0.6):
    """Noisy counts with a daily wave and quieter week-ends."""
    draw = Random(seed)
    counts = []
    for i in range(int(days * timedelta(days=1) / step)):
        day = i * step / timedelta(days=1)
        usual = level * exp(0.6 * sin(tau * (day - 0.3)))
        usual *= weekend if int(day) % 7 >= 5 else 1.0
        counts.append(round(usual * draw.gammavariate(10, 0.1)))
    return counts


def alerts(counts, step=HOUR):
    """The positions at which the default threshold is reached."""
    scored = score_series(series(counts, step))
    return [i for i, point in enumerate(scored) if point.score >= ALERT_AT]


def scores(points):
    return [(one.expected, one.score) for one in score_series(points)]


# --- worked by hand ---------------------------------------------------------------


def test_nothing_is_expected_before_a_day_and_seven_steps_are_known():
    scored = score_series(series([12] * 30))
    assert {(one.expected, one.score) for one in scored[:24]} == {(None, 0)}
    assert scored[24].expected == pytest.approx(12, rel=0.05)
    days = score_series(series([12] * 9, timedelta(days=1)))
    assert [one.expected is None for one in days] == [True] * 7 + [False] * 2


def test_the_score_says_how_improbable_the_hour_is():
    # A constant series has no spread of its own: the prior, drawn to its least.
    counts = [4] * 24 * 28 + [16]
    last = score_series(series(counts))[-1]
    spread, days, mentions = 1.05, 28, 28 * 4 * 3
    rate = 0.1 * (1 + 1 / days) + 1.5 * spread / mentions
    chance = nbinom.sf(15, 4 / (spread + 4 * rate - 1), 1 / (spread + 4 * rate))
    surprise = -log10(chance)
    assert last.expected == pytest.approx(4, rel=0.05)
    assert last.score == pytest.approx(surprise / (surprise + 2), abs=0.03)


def test_the_count_of_the_last_hour_is_what_is_scored():
    # Eight in one step, or in two, or one at a time over the hour: nearly the same.
    quiet = [int(at % 48 == 0) for at in range(14 * 288)]
    ends = ([0] * 10 + [8], [4, 0, 0, 0, 0, 0, 4], [1, 0, 2, 1, 0, 1, 0, 0, 2, 0, 1])
    for end in ends:
        (told,) = alerts([*quiet, *end], FIVE_MINUTES)
        assert len(quiet) + 4 <= told < len(quiet) + len(end)


# --- what is usual ----------------------------------------------------------------


def test_a_festival_is_expected_to_bring_more():
    counts = [20] * 24 * 21
    day = (MONDAY + timedelta(days=20)).date()
    plain, festive = (score_series(series(counts), days) for days in ((), {day}))
    noon = 20 * 24 + 12
    assert plain[noon].expected == pytest.approx(20, rel=0.05)
    assert festive[noon].expected == pytest.approx(30, rel=0.07)


def test_the_days_of_ganeshotsav_and_diwali_are_known():
    days = CityFestivals()
    assert date(2026, 9, 14) in days
    assert date(2026, 9, 24) in days
    assert date(2026, 9, 25) not in days
    assert [date(2025, 10, day) in days for day in (17, 18, 23, 24)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_burst_of_the_day_before_is_not_expected_again():
    counts = ordinary_days(days=28, level=4, step=FIVE_MINUTES)
    at = 26 * 288 + 100
    usual = score_series(series(counts, FIVE_MINUTES))[at + 288 : at + 300]
    for step in range(at, at + 12):
        counts[step] += 40
    after = score_series(series(counts, FIVE_MINUTES))[at + 288 : at + 300]
    before, later = (sum(one.expected for one in ten) for ten in (usual, after))
    assert later == pytest.approx(before, rel=0.15)


# --- the future is not seen -------------------------------------------------------


def test_scores_are_the_same_wherever_the_series_is_cut():
    points = series(ordinary_days(days=21), HOUR)
    whole = scores(points)
    for cut in range(1, len(points), 7):
        assert scores(points[:cut]) == whole[:cut]


def test_scores_of_real_series_are_the_same_wherever_they_are_cut():
    points = read_series(shared("data", "series", "twitter_volume_KO.csv"))
    whole = scores(points)
    for cut in (1, 2, 287, 288, 289, 2017, 5000, 8123, 12000, len(points) - 1):
        assert scores(points[:cut]) == whole[:cut]


gaps = st.sampled_from([60, 300, 300, 300, 3600, 86400, 400000])
some_points = st.lists(
    st.tuples(gaps, st.one_of(st.integers(0, 50), st.floats(0, LARGEST_COUNT))),
    min_size=1,
    max_size=80,
)


def placed(drawn):
    times = accumulate(gap for gap, _ in drawn)
    return [
        (MONDAY + timedelta(seconds=seconds), count)
        for seconds, (_, count) in zip(times, drawn, strict=True)
    ]


@settings(max_examples=150, deadline=None)
@given(past=some_points, future=some_points, other=some_points)
def test_no_future_changes_a_score(past, future, other):
    cut = len(past)
    one, two = placed(past + future), placed(past + other)
    assert scores(one)[:cut] == scores(two)[:cut] == scores(one[:cut])


@settings(max_examples=150, deadline=None)
@given(drawn=some_points)
def test_every_point_gets_a_score_and_an_expectation(drawn):
    scored = score_series(placed(drawn))
    assert len(scored) == len(drawn)
    assert all(0 <= point.score <= 1 for point in scored)
    assert all(point.expected is None or point.expected >= 0 for point in scored)


# --- what is and is not news ------------------------------------------------------


@pytest.mark.parametrize("level", [3, 30, 3000])
@pytest.mark.parametrize("step", [HOUR, FIVE_MINUTES])
def test_one_threshold_finds_a_burst_at_any_volume_and_step(level, step):
    counts = ordinary_days(level=level, step=step)
    at = len(counts) * 3 // 4
    quiet = alerts(counts, step)
    counts[at] += 20 * level
    told = alerts(counts, step)
    assert at in told
    assert set(told) <= {*quiet, at}
    assert len(quiet) <= 3


def test_a_hundred_times_the_volume_scores_nearly_the_same():
    counts = ordinary_days(level=40)
    counts[500] += 400
    small = score_series(series(counts))[500].score
    large = score_series(series([100 * count for count in counts]))[500].score
    assert small == pytest.approx(large, abs=0.01)


def test_a_burst_is_told_once_and_again_when_it_has_more_than_doubled():
    counts = [10] * 24 * 14
    counts[300:306] = [60, 70, 80, 90, 300, 300]
    assert alerts(counts) == [300, 304]


def test_a_slow_rise_of_single_mentions_is_told_and_a_machine_is_not():
    # One mention in two hours for two weeks; then twelve an hour, as people come, and
    # as a machine sends them.
    quiet = [int(at % 24 == 0) for at in range(14 * 288)]
    people = [1, 0, 2, 1, 0, 1, 3, 0, 0, 1, 2, 1] * 2
    told = alerts(quiet + people, FIVE_MINUTES)
    assert len(told) == 1
    assert 14 * 288 + 3 <= told[0] < 14 * 288 + 12
    assert alerts(quiet + [1] * 24 + [0] * 24, FIVE_MINUTES) == []


def test_a_large_steady_rise_of_people_is_told():
    draw = Random(3)
    counts = [round(draw.gauss(30, 30**0.5)) for _ in range(14 * 288)]
    counts += [round(draw.gauss(105, 105**0.5)) for _ in range(24)]
    told = [at for at in alerts(counts, FIVE_MINUTES) if at >= 14 * 288]
    assert len(told) == 1
    assert told[0] < 14 * 288 + 18


@pytest.mark.parametrize(
    ("step", "few", "enough"),
    [
        (FIVE_MINUTES, [2, 2], [2, 3]),
        (HOUR, [4], [5]),
        (timedelta(days=1), [4], [5]),
    ],
)
def test_fewer_than_five_in_an_hour_score_nothing_however_unusual(step, few, enough):
    silence = [0] * 300
    assert {score for _, score in scores(series([*silence, *few], step))} == {0}
    assert scores(series([*silence, *enough], step))[-1][1] >= ALERT_AT


def test_mentions_of_more_than_an_hour_ago_do_not_make_up_the_five():
    eight = [4, *[0] * 12, 4]
    assert alerts([0] * 300 + eight, FIVE_MINUTES) == []


def test_a_burst_of_half_a_day_later_is_told_again_and_one_of_five_hours_is_not():
    counts = [10] * 24 * 14
    counts[250] = counts[270] = counts[275] = 60
    assert alerts(counts) == [250, 270]


def test_the_evening_peak_is_usual_and_the_same_count_at_night_is_not():
    counts = ([5] * 18 + [80] * 2 + [5] * 4) * 21
    night = 20 * 24 + 3
    assert [at for at in alerts(counts) if at >= 7 * 24] == []
    counts[night] = 80
    scored = score_series(series(counts))
    assert scored[night].score >= ALERT_AT
    assert scored[night].expected < 10
    assert scored[20 * 24 + 18].expected > 40


def test_a_weekly_market_is_expected_from_its_first_hour():
    week = [10] * 24 * 5 + [40] * 24 + [10] * 24
    scored = score_series(series(week * 10))
    saturday, friday = 9 * 168 + 5 * 24, 9 * 168 + 4 * 24
    assert scored[saturday].expected > 1.5 * scored[friday].expected


def test_after_a_shift_of_the_level_the_new_level_becomes_usual():
    counts = ordinary_days(days=28, step=FIVE_MINUTES, weekend=1)
    shift = 14 * 288
    counts[shift:] = [5 * count for count in counts[shift:]]
    told = [at for at in alerts(counts, FIVE_MINUTES) if at >= shift]
    assert told
    assert max(told) < shift + 3 * 288
    scored = score_series(series(counts, FIVE_MINUTES))
    ratios = [point.observed / point.expected for point in scored[shift + 3 * 288 :]]
    assert sorted(ratios)[len(ratios) // 2] == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("days", [1, 2, 3])
def test_an_outage_counted_as_zeros_is_no_burst_when_it_ends(days):
    counts = ordinary_days(step=FIVE_MINUTES)
    counts[14 * 288 : (14 + days) * 288] = [0] * days * 288
    assert alerts(counts, FIVE_MINUTES) == []


def test_what_was_silent_for_weeks_is_expected_to_be_silent():
    weeks = 24 * 7
    counts = [10] * 2 * weeks + [0] * 3 * weeks + [10] * 3
    assert alerts(counts) == [5 * weeks]


def test_missing_intervals_are_not_zeros():
    points = series(ordinary_days())
    holes = points[:300] + points[430:]
    before, after = scores(points)[300], scores(holes)[300]
    assert max(score for _, score in scores(holes)[300:324]) < ALERT_AT
    assert after[0] == pytest.approx(before[0], rel=1)
    assert after[0] > 10


def test_heavy_tails_are_usual_where_they_are_usual():
    draw = Random(5)
    counts = [int(10 * draw.paretovariate(1.3)) for _ in range(60 * 24)]
    assert len(alerts(counts)) <= 15


@pytest.mark.parametrize("count", [0, 7, 1e15])
def test_a_series_that_never_changes_has_no_alert(count):
    assert {score for _, score in scores(series([count] * 700))} == {0}


def test_a_steady_growth_has_no_alert():
    assert alerts(range(2000)) == []


def test_thousands_of_points_are_scored_in_a_second():
    points = series(ordinary_days(days=28, step=FIVE_MINUTES), FIVE_MINUTES)
    begun = process_time()
    score_series(points)
    assert len(points) / (process_time() - begun) > 4000


# --- what is refused --------------------------------------------------------------


@pytest.mark.parametrize("count", [-1, float("nan"), float("inf"), 2 * LARGEST_COUNT])
def test_a_count_must_be_possible(count):
    with pytest.raises(SeriesError, match="2026-01-05T01:00:00"):
        score_series(series([3, count]))


@pytest.mark.parametrize("later", [timedelta(0), -HOUR])
def test_time_must_go_on(later):
    with pytest.raises(SeriesError, match="does not come after"):
        score_series([(MONDAY, 3), (MONDAY + later, 3)])


def test_an_empty_series_has_no_scores():
    assert score_series([]) == []


def test_a_time_without_a_zone_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="no time zone"):
        score_series([(datetime(2026, 1, 5), 3)])
