"""Danger that is told without the obvious word, and what only sounds like it."""

import pytest

from socialcell.language import read
from socialcell.language.classifiers import danger_chance

DANGERS = [
    "He went down to clean the tank and does not answer, his friend went after him",
    "tya vihirit vakun baghitla, chappal tarangtey, mulga disat nahi",
    "दरवाज़े के नीचे से धुआँ आ रहा है, अंदर दादी सो रही हैं, कोई खोल नहीं रहा",
    "शेजारच्या आजी दोन दिवस दार उघडत नाहीत, आतून वास येतोय",
    "wire se neela chamak raha hai aur bacche wahin khel rahe hain",
]
HARMLESS = [
    "That catch set the stadium on fire, what a match",
    "mi tar hasun hasun melo, kay picture ahe",
    "कल की बाढ़ की तस्वीरें देखीं, 1961 वाली, प्रदर्शनी में",
    "आजचा मॉक ड्रिल छान झाला, मुलांना मजा आली",
    "Where do people go for misal near Deccan on Sundays?",
]


@pytest.mark.parametrize("text", DANGERS)
def test_danger_is_high_without_its_word(text: str) -> None:
    (reading,) = read([text])

    assert reading.urgency.level in ("high", "critical")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_danger_is_not(text: str) -> None:
    (reading,) = read([text])

    assert reading.urgency.level in ("low", "normal")


def test_danger_is_heard_although_the_text_is_taken_for_talk() -> None:
    (reading,) = read(["uncle wire se chipke hue hain, switch kahan"])

    assert reading.intent.label == "not_civic"
    assert reading.urgency.level in ("high", "critical")


def test_a_danger_that_no_word_explains_has_a_reason() -> None:
    readings = read(DANGERS)

    assert all(reading.urgency.reasons for reading in readings)
    assert any(danger_chance.REASON in one.urgency.reasons for one in readings)


def test_names_alone_have_no_chance_of_danger() -> None:
    (reading,) = read(["Kothrud"])

    assert reading.urgency.level == "low"
