"""One spelling of one thing."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.campaigns.links import short_codes, utm_naming
from socialcell.campaigns.links.utm_naming import Utm
from socialcell.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("Monsoon26", "monsoon26"),
        ("  Monsoon   2026 ", "monsoon_2026"),
        ("monsoon_ 2026", "monsoon_2026"),
        ("पावसाळा २६", "पावसाळा_२६"),
        ("50% off + more & more", "50%_off_+_more_&_more"),
        ("CAFE\u0301", "café"),
        ("line\nbreak\x07", "line_break"),
    ],
)
def test_a_name_has_one_spelling(typed: str, named: str) -> None:
    assert utm_naming.normalise_name(typed, "campaign") == named


@given(st.text(min_size=1, max_size=60))
def test_a_name_that_is_named_again_stays_as_it_is(typed: str) -> None:
    try:
        once = utm_naming.normalise_name(typed, "campaign")
    except UsageError:
        return
    assert utm_naming.normalise_name(once, "campaign") == once
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize("typed", ["", "  _ ", "\x00", "a" * 101])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        utm_naming.normalise_name(typed, "campaign")


def test_the_channel_decides_source_and_medium() -> None:
    assert utm_naming.utm_values("monsoon26", "Facebook Ads") == Utm(
        "facebook", "paid_social", "monsoon26"
    )
    assert utm_naming.utm_values("monsoon26", "poster") == Utm(
        "poster", "offline", "monsoon26"
    )


def test_a_creators_post_is_told_from_our_own() -> None:
    ours = utm_naming.utm_values("monsoon26", "instagram")
    theirs = utm_naming.utm_values("monsoon26", "instagram", creator="asha")
    assert (ours.medium, ours.content) == ("social", None)
    assert (theirs.medium, theirs.content) == ("creator", "asha")


def test_an_unknown_channel_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean instagram"):
        utm_naming.utm_values("monsoon26", "instagran")


def test_a_campaign_that_is_nearly_another_is_noticed() -> None:
    known = ["monsoon26", "water_bills"]
    assert utm_naming.similar_campaign("monson26", known) == "monsoon26"
    assert utm_naming.similar_campaign("monsoon26", known) is None
    assert utm_naming.similar_campaign("diwali26", known) is None


def test_codes_have_no_letter_that_looks_like_another_and_no_sequence() -> None:
    made = [short_codes.new_code() for _ in range(3000)]
    assert len(set(made)) == len(made)
    assert all(map(short_codes.is_code, made))
    assert not set("".join(made)) & set("01oOiIlLaeu")
    # Each place is drawn by itself: 28 letters, about 107 times each.
    for place in range(short_codes.LENGTH):
        counted = Counter(code[place] for code in made)
        assert len(counted) == 28
        assert max(counted.values()) < 200
