"""Which hours are covered and why others are not, without a database."""

from datetime import timedelta

import pytest

from socialcell.listening.coverage import Attempt, Watch, covered_hours, missing
from tests.reports.world import HOUR, MONDAY

HALF = timedelta(minutes=30)


def watch(**given: object) -> Watch:
    return Watch(**{"name": "city", "platform": "x", **given})


def test_an_hour_that_is_half_covered_is_not_covered() -> None:
    one = watch(covered=[(MONDAY + HALF, MONDAY + 3 * HOUR + HALF)])
    assert covered_hours([one], MONDAY, 5) == {"x": frozenset({1, 2})}


def test_spans_that_touch_or_overlap_cover_an_hour_together() -> None:
    one = watch(
        covered=[
            (MONDAY + HALF, MONDAY + 2 * HOUR),
            (MONDAY - HOUR, MONDAY + HALF),
        ]
    )
    assert covered_hours([one], MONDAY, 3) == {"x": frozenset({0, 1})}


def test_a_gap_wins_over_what_is_said_to_be_covered() -> None:
    one = watch(
        covered=[(MONDAY, MONDAY + 4 * HOUR)],
        gaps=[(MONDAY + HOUR + HALF, MONDAY + 2 * HOUR)],
    )
    assert covered_hours([one], MONDAY, 4) == {"x": frozenset({0, 2, 3})}
    (hole,) = missing([one], "x", MONDAY, 4)
    assert (hole.start, hole.end) == (MONDAY + HOUR, MONDAY + 2 * HOUR)
    assert hole.causes == {"city": "lost"}


def test_platforms_do_not_touch_each_other() -> None:
    whole = [(MONDAY, MONDAY + 2 * HOUR)]
    found = covered_hours(
        [watch(covered=whole), watch(name="paper", platform="news")], MONDAY, 2
    )
    assert found == {"x": frozenset({0, 1}), "news": frozenset()}


@pytest.mark.parametrize(
    ("attempts", "cause"),
    [
        ([Attempt(MONDAY + 2 * HOUR, "failed", "auth")], "auth"),
        ([Attempt(MONDAY + 2 * HOUR, "interrupted")], "interrupted"),
        (
            [
                Attempt(MONDAY + HOUR, "failed", "rate"),
                Attempt(MONDAY + 2 * HOUR, "failed", "transient"),
                Attempt(MONDAY + 3 * HOUR, "partial", "transient"),
            ],
            "transient",
        ),
        ([Attempt(MONDAY + 2 * HOUR, "ok")], "unfinished"),
        ([Attempt(MONDAY + 9 * HOUR, "failed", "auth")], "not_run"),
        ([], "not_run"),
    ],
)
def test_the_cause_is_what_the_runs_of_that_time_met(
    attempts: list[Attempt], cause: str
) -> None:
    one = watch(
        covered=[
            (MONDAY - HOUR, MONDAY + HOUR),
            (MONDAY + 4 * HOUR, MONDAY + 6 * HOUR),
        ],
        attempts=attempts,
    )
    (hole,) = missing([one], "x", MONDAY, 6)
    assert (hole.hours, hole.causes) == (3, {"city": cause})


def test_before_the_first_pull_collection_had_not_begun() -> None:
    one = watch(covered=[(MONDAY + 2 * HOUR + HALF, MONDAY + 4 * HOUR)])
    (hole,) = missing([one], "x", MONDAY, 4)
    assert (hole.hours, hole.causes) == (3, {"city": "before"})


def test_only_the_source_that_lacks_an_hour_is_named() -> None:
    whole = [(MONDAY, MONDAY + 2 * HOUR)]
    (hole,) = missing([watch(covered=whole), watch(name="other")], "x", MONDAY, 2)
    assert hole.causes == {"other": "before"}
