"""Chances are moved towards the mix of a real day, by plain numbers."""

import pytest

from socialcell.language import lexicon, read
from socialcell.language.analysis import Sentiment
from socialcell.language.classifiers.day_mix import sentiment_of_a_day, shifted

EVEN = {"negative": 0.25, "neutral": 0.5, "positive": 0.25}


def test_a_shift_raises_its_label_and_the_chances_still_sum_to_one() -> None:
    moved = shifted("sentiment", "en", EVEN)

    assert moved["negative"] > EVEN["negative"]
    assert sum(moved.values()) == pytest.approx(1.0)
    assert moved["neutral"] / moved["positive"] == pytest.approx(2.0)


def test_a_language_without_a_shift_keeps_its_chances() -> None:
    assert shifted("sentiment", "mr", EVEN) == EVEN
    assert shifted("intent", "und", {"help": 1.0}) == {"help": 1.0}


def test_every_shift_is_of_a_label_of_the_vocabulary() -> None:
    shifts = lexicon.data("day_mix")

    for task, languages in shifts.items():
        labels = {
            "intent": lexicon.vocabulary("intent"),
            "sentiment": dict.fromkeys(EVEN),
        }[task]
        assert languages.keys() <= set(lexicon.LANGUAGES)
        for of_language in languages.values():
            assert of_language.keys() <= labels.keys()
            assert all(abs(float(shift)) < 1 for shift in of_language.values())


def test_a_sentiment_that_abstains_still_does() -> None:
    ironic = Sentiment("negative", -0.6, False, {**EVEN, "negative": 0.7})
    moved = sentiment_of_a_day(ironic, "en")

    assert moved.label == "negative"
    assert not moved.confident


def test_a_shift_may_make_the_negative_the_likeliest() -> None:
    close = {"negative": 0.42, "neutral": 0.45, "positive": 0.13}

    assert sentiment_of_a_day(Sentiment("neutral", -0.3, False, close), "en").label == (
        "negative"
    )
    assert sentiment_of_a_day(Sentiment("neutral", -0.3, False, close), "hi").label == (
        "neutral"
    )


def test_a_matter_of_the_city_is_not_moved_towards_talk() -> None:
    (reading,) = read(["औंध में स्ट्रीट लाइट लगाना चाहिए"])

    assert reading.intent.label == "suggestion"
