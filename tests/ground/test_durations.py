"""A span of time in words."""

from datetime import timedelta

import pytest

from socialcell.i18n import language


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=40, seconds=59), "40 min"),
        (timedelta(hours=4, minutes=40), "4 h 40 min"),
        (timedelta(days=1, hours=3, minutes=59), "1 day 3 h"),
        (timedelta(days=2, hours=5), "2 days 5 h"),
    ],
)
def test_a_duration_is_cut_to_its_two_largest_units(
    span: timedelta, words: str
) -> None:
    assert language("en").duration(span) == words
