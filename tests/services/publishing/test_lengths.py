"""Words are counted as each platform counts them."""

import pytest

from socialcell.connectors.text_lengths import has_address, length, x_length
from tests.services.publishing.conftest import PICTURE


@pytest.mark.parametrize(
    ("words", "counted"),
    [
        ("", 0),
        ("Water", 5),
        ("पाणी", 4),  # four code points of Devanagari
        ("क्षेत्र", 7),
        ("日本", 4),  # two each
        ("“water” – ok…", 14),  # the ellipsis U+2026 lies between two light ranges
        ("😀", 2),
        ("👨‍👩‍👧", 2),  # a family is one picture
        ("👍🏽", 2),
        ("🇮🇳", 2),
        ("1️⃣", 2),
        ("https://go.city.example/r/k7m2p", 23),
        ("http://a.in", 23),
        ("See https://go.city.example/r/k7m2p.", 4 + 23 + 1),
        ("pmc.gov.in", 23),
        ("a@pmc.gov.in", 12),
        ("No.5 road", 9),
        ("e\u0301", 1),  # counted as it is composed
    ],
)
def test_x_counts_by_weight(words: str, counted: int) -> None:
    assert x_length(words) == counted


def test_x_takes_280_and_no_more() -> None:
    link = " https://go.city.example/r/k7m2p?a=" + "b" * 100
    assert length("x", "प" * 256 + link).fits
    assert not length("x", "प" * 257 + link).fits


@pytest.mark.parametrize(
    ("platform", "most"),
    [("facebook", 63_206), ("instagram", 2200), ("telegram", 1024)],
)
def test_the_others_count_signs(platform: str, most: int) -> None:
    assert length(platform, "प" * most, PICTURE).fits
    assert not length(platform, "प" * (most + 1), PICTURE).fits


def test_telegram_counts_utf_16_units_and_takes_more_without_a_picture() -> None:
    assert length("telegram", "😀" * 2048).used == 4096
    assert length("telegram", "😀" * 2048).fits
    assert not length("telegram", "😀" * 2049).fits


def test_instagram_wants_a_picture_and_few_tags() -> None:
    assert not length("instagram", "पाणी").fits
    assert length("instagram", "#a " * 30, PICTURE).fits
    assert not length("instagram", "#a " * 31, PICTURE).fits
    assert length("instagram", "@a " * 20, PICTURE).fits
    assert not length("instagram", "@a " * 21, PICTURE).fits


def test_x_is_sent_no_picture() -> None:
    assert length("x", "पाणी", PICTURE).fault is not None


def test_an_address_costs_more_on_x() -> None:
    assert has_address("pmc.gov.in")
    assert has_address("https://go.city.example/r/k7m2p")
    assert not has_address("पाणी 5.30 वाजता")
