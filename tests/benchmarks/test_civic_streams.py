# SPDX-License-Identifier: Apache-2.0
"""Tests of the made streams and the baselines; expected values worked out by hand."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from benchmarks.civic_streams import (
    BOTS,
    CATCH_UP,
    CRICKET,
    LOW,
    REPOST,
    SECOND,
    Disturbance,
    Event,
    Festival,
    Stream,
    draw_counts,
    make_streams,
    need_mentions,
)
from benchmarks.stream_baselines import (
    Detector,
    MedianDetector,
    PoissonDetector,
    RatioDetector,
    evaluate,
    merge_alarms,
    rate_surprise,
    recall_sums,
    sum_hours,
)

SEEDS = (0, 1, 2)
STREAMS = {seed: make_streams(seed) for seed in SEEDS}
EVERY = [stream for seed in SEEDS for stream in STREAMS[seed]]
FIVE = timedelta(minutes=5)
MIDNIGHT = datetime(2025, 1, 6, tzinfo=UTC)
DETECTORS: list[tuple[Detector, float]] = [
    (MedianDetector(), 10.0),
    (PoissonDetector(), 5.0),
    (RatioDetector(), 2.0),
]


def find_step(stream: Stream, time: datetime) -> int:
    """Give the index of the step that begins at this time, checking that one does."""
    index, rest = divmod(time - stream.start, FIVE)
    assert rest == timedelta(0)
    return index


def make_flat(crisis: bool, base: float = 12.0) -> Stream:
    """Make six weeks of one mention a step; the crisis is 20 more for an hour."""
    counts = np.ones(42 * 288, dtype=np.int64)
    events = []
    if crisis:
        begin = MIDNIGHT + timedelta(days=20, hours=9)
        first = 20 * 288 + 9 * 12
        counts[first : first + 12] += 20
        events.append(Event(LOW, begin, begin + timedelta(hours=1), 240, 20.0))
    name = "crisis" if crisis else "flat"
    return Stream(name, MIDNIGHT, FIVE, counts, events, [], base)


def test_same_seed_gives_same_streams() -> None:
    for one, other in zip(STREAMS[1], make_streams(1), strict=True):
        assert np.array_equal(one.counts, other.counts)
        assert np.array_equal(one.reposts, other.reposts)
        assert (one.name, one.start, one.events) == (
            other.name,
            other.start,
            other.events,
        )
        assert one.disturbances == other.disturbances
        assert one.silent == other.silent


def test_other_seed_gives_other_streams() -> None:
    for one, other in zip(STREAMS[1], STREAMS[2], strict=True):
        assert one.name != other.name
        assert not np.array_equal(one.counts, other.counts)


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_of_streams_and_events(seed: int) -> None:
    streams = STREAMS[seed]
    small = [stream for stream in streams if stream.base <= 3]
    assert len(streams) == len({stream.name for stream in streams}) == 20
    assert len(small) == 8
    assert sum(len(stream.events) for stream in streams) == 120
    assert sum(len(stream.events) for stream in small) == 60
    assert sum(not stream.events for stream in streams) == 3
    assert sum(not stream.events for stream in small) == 1


def test_streams_last_six_weeks_of_five_minutes() -> None:
    for stream in EVERY:
        assert len(stream.counts) == 12096  # 42 days of 288 steps
        assert stream.step == FIVE
        assert stream.start.utcoffset() == timedelta(hours=5, minutes=30)
        assert stream.counts.min() == -1


def test_volumes_are_spaced_evenly_from_a_tenth_to_four_hundred() -> None:
    bases = [stream.base for stream in STREAMS[0]]
    assert bases[0] == 0.1
    assert bases[7] == 2.12  # 0.1 * 4000 ** (7 / 19)
    assert bases[8] == 3.29
    assert bases[19] == 400.0


def test_usual_volume_is_near_the_base() -> None:
    for stream in EVERY:
        usual = stream.counts >= 0
        spans: list[Event | Disturbance | Festival] = [
            *stream.events,
            *stream.disturbances,
            *stream.festivals,
        ]
        for span in spans:
            first = max((span.begin - stream.start) // FIVE, 0)
            usual[first : max((span.end - stream.start) // FIVE, 0)] = False
        hourly = stream.counts[usual].mean() * 12
        assert 0.6 * stream.base < hourly < 1.5 * stream.base


def test_nights_and_weekends_are_quieter() -> None:
    for stream in EVERY:
        if stream.base < 40:
            continue
        days = np.where(stream.counts < 0, 0, stream.counts).reshape(42, 288)
        night = np.median(days[:, 24:60])  # from two to five
        evening = np.median(days[:, 228:252])  # from seven to nine
        assert night < 0.4 * evening
        weekday = (stream.start.weekday() + np.arange(42)) % 7
        totals = np.median(days, axis=1)
        assert np.median(totals[weekday >= 5]) < np.median(totals[weekday < 5])


@pytest.mark.parametrize("base", [1.0, 100.0])
def test_counts_spread_wider_than_poisson(base: float) -> None:
    counts = draw_counts(np.random.default_rng(5), np.full(12096, base / 12), base)
    hours = counts.reshape(-1, 12).sum(axis=1)
    assert abs(hours.mean() / base - 1) < 0.15
    assert hours.var() > 1.1 * hours.mean()


def test_events_lie_inside_the_stream_and_apart() -> None:
    for stream in EVERY:
        last = stream.start + timedelta(days=42)
        end = stream.start + timedelta(days=14)
        for event in stream.events:
            assert end <= event.begin < event.end <= last
            assert event.end - event.begin <= timedelta(hours=10)
            end = event.end + timedelta(hours=10)


def test_events_are_in_the_counts_and_clear_to_a_reader() -> None:
    for stream in EVERY:
        for event in stream.events:
            first, end = find_step(stream, event.begin), find_step(stream, event.end)
            assert stream.counts[first:end].min() >= 0
            assert stream.counts[first:end].sum() >= event.size >= 5
            assert event.multiple >= 2


def test_needed_mentions() -> None:
    needed = need_mentions(np.array([0.0, 1.0, 4.0, 100.0]))
    assert needed.tolist() == [5, 6, 13, 213]  # 3 + 2 * usual + root, 5 at the least


def test_small_crises_last_an_hour_in_small_streams() -> None:
    for seed in SEEDS:
        found = [(s, e) for s in STREAMS[seed] for e in s.events if e.kind == LOW]
        assert len(found) == 28
        for stream, event in found:
            assert stream.base <= 3
            assert event.end - event.begin == timedelta(hours=1)
            if 0.95 < event.size / event.multiple <= 1.0:
                assert 6 <= event.size <= 10


def test_second_wave_comes_on_the_next_day() -> None:
    waves = 0
    for stream in STREAMS[0]:
        for before, event in zip(stream.events, stream.events[1:], strict=False):
            if event.kind == SECOND:
                waves += 1
                wait = event.begin - before.begin
                assert timedelta(hours=20) <= wait <= timedelta(hours=28)
    assert waves == 20  # 8 in small streams and 12 in larger ones


def test_silent_spans_are_missing_and_nothing_else_is() -> None:
    for stream in EVERY:
        assert len(stream.silent) == 2
        missing = np.zeros(12096, dtype=np.bool_)
        for begin, end in stream.silent:
            missing[find_step(stream, begin) : find_step(stream, end)] = True
        assert np.array_equal(stream.counts == -1, missing)


def test_catch_up_follows_each_outage_in_one_step() -> None:
    for stream in EVERY:
        caught = [one for one in stream.disturbances if one.kind == CATCH_UP]
        assert [one.begin for one in caught] == [end for _, end in stream.silent]
        for one in caught:
            assert one.end - one.begin == FIVE
            assert stream.counts[find_step(stream, one.begin)] >= one.size


def test_disturbances_keep_away_from_events() -> None:
    for stream in EVERY:
        kinds = sorted(one.kind for one in stream.disturbances)
        assert kinds == sorted([BOTS] + [CATCH_UP] * 2 + [CRICKET] * 4 + [REPOST] * 3)
        for one in stream.disturbances:
            for event in stream.events:
                after = event.begin - one.end
                before = one.begin - event.end
                assert max(after, before) >= timedelta(hours=8)


def test_reposts_are_flagged_for_fifteen_minutes() -> None:
    for stream in EVERY:
        flags = np.zeros(12096, dtype=np.bool_)
        for one in stream.disturbances:
            if one.kind == REPOST:
                first = find_step(stream, one.begin)
                flags[first : first + 3] = True
                assert stream.counts[first : first + 3].sum() >= one.size >= 4
        assert flags.sum() == 9
        assert np.array_equal(stream.reposts, flags)


def test_bots_post_the_same_number_in_each_step_of_two_hours() -> None:
    for stream in EVERY:
        for one in stream.disturbances:
            if one.kind == BOTS:
                first = find_step(stream, one.begin)
                regular, rest = divmod(one.size, 24)
                assert rest == 0
                assert regular >= 1
                assert stream.counts[first : first + 24].min() >= regular


def test_festivals_are_at_their_days() -> None:
    names = set()
    for stream in EVERY:
        for festival in stream.festivals:
            names.add(festival.name)
            if festival.name == "Diwali" and festival.begin.year == 2025:
                assert festival.begin.date() == date(2025, 10, 18)
                assert festival.end.date() == date(2025, 10, 24)
    assert names == {"Ganeshotsav", "Diwali"}


def test_hourly_sums_take_missing_as_nothing_and_recall_it_as_unknown() -> None:
    counts = np.ones(40, dtype=np.int64)
    counts[20] = -1
    sums = sum_hours(counts)
    assert (sums[0], sums[11], sums[19], sums[20], sums[31], sums[32]) == (
        (1, 12, 12, 11, 11, 12)
    )
    past = recall_sums(counts, 5, 2)
    assert np.flatnonzero(~np.isnan(past[0])).tolist() == [
        16,
        *range(17, 25),
        37,
        38,
        39,
    ]
    assert np.flatnonzero(~np.isnan(past[1])).tolist() == list(range(21, 30))


def test_surprise_of_a_poisson_count() -> None:
    surprise = rate_surprise(np.array([2.0, 3.0, 1.0]), np.array([1.0, 2.0, 1.0]))
    assert surprise[0] == pytest.approx(0.57800, abs=1e-5)  # 1 - 2 / e = 0.264241
    assert surprise[1] == pytest.approx(0.49036, abs=1e-5)  # 1 - 5 / e^2 = 0.323324
    assert surprise[2] == 0


def test_alarms_within_six_hours_are_one() -> None:
    times = [MIDNIGHT + timedelta(hours=hour) for hour in (12, 0, 5, 6, 11)]
    kept = [MIDNIGHT + timedelta(hours=hour) for hour in (0, 6, 12)]
    assert merge_alarms(times) == kept


@pytest.mark.parametrize(("detector", "threshold"), DETECTORS)
def test_baseline_finds_an_obvious_crisis(detector: Detector, threshold: float) -> None:
    # The first step of the crisis makes an hour of 11 + 21 = 32 where 12 is usual:
    # 20 deviations, a chance of about 10 ** -5.9, 2.7 times the usual.
    stream = make_flat(crisis=True)
    assert detector.scores(stream, threshold) == [stream.events[0].begin + FIVE]


@pytest.mark.parametrize(("detector", "threshold"), DETECTORS)
def test_baseline_finds_nothing_when_flat(detector: Detector, threshold: float) -> None:
    assert detector.scores(make_flat(crisis=False), threshold) == []


@pytest.mark.parametrize(("detector", "threshold"), DETECTORS)
def test_baseline_knows_only_the_past(detector: Detector, threshold: float) -> None:
    stream, other = STREAMS[1][12], make_streams(1)[12]
    other.counts[9000:] = 0
    cut = stream.start + 9000 * FIVE
    known = [time for time in detector.scores(stream, threshold) if time <= cut]
    assert known
    assert known == [t for t in detector.scores(other, threshold) if t <= cut]


def test_evaluation_by_hand() -> None:
    crisis, flat = make_flat(crisis=True, base=3.0), make_flat(crisis=False)
    begin = crisis.events[0].begin
    day = MIDNIGHT + timedelta(days=30)
    flat.disturbances.append(Disturbance(BOTS, day, day + timedelta(hours=2), 24))
    week = timedelta(days=7)
    flat.festivals.append(Festival("Diwali", day + week / 7, day + week))
    result = evaluate(
        [crisis, flat],
        {
            # in the warm-up: nothing; found after 20 minutes; in the six hours after
            "crisis": [
                MIDNIGHT + week,
                begin + timedelta(minutes=20),
                begin + timedelta(hours=6, minutes=30),
            ],
            # bots, one alarm of two; a festival; neither
            "flat": [
                day + timedelta(hours=1),
                day + timedelta(hours=3),
                day + 2 * week / 7,
                day - timedelta(hours=6),
            ],
        },
    )
    assert (result.events, result.found) == (1, 1)
    assert (result.small_events, result.small_found) == (1, 1)
    assert result.median_delay == 20
    assert result.causes == {BOTS: 1, "festival": 1, "chance": 1}
    assert result.false_alarms == 3 / 8  # two streams of four weeks after the warm-up


def test_missed_event() -> None:
    crisis = make_flat(crisis=True)
    late = crisis.events[0].end + timedelta(hours=1, minutes=5)
    result = evaluate([crisis], {"crisis": [late]})
    assert (result.found, result.median_delay, result.false_alarms) == (0, None, 0)
