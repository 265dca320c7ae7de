"""A danger that stands among other things in a long text is heard."""

import pytest

from socialcell.language import read
from socialcell.language.classifiers.danger_chance import (
    ENOUGH_BARE,
    ENOUGH_IN_A_PASSAGE,
    is_enough_in_a_part,
)
from socialcell.language.danger_rules import Danger
from socialcell.language.notes import Notes
from socialcell.language.passages import passages

LOUD = ("high", "critical")
BEFORE = (
    "Garbage has not been lifted in our lane since Monday. "
    "The street light at the gate is off as well."
)
BEHIND = "The parking near the market is a mess. The app never answers."
DANGER = (
    "My father has not come back from the river since morning, "
    "his slippers are on the ghat"
)


def test_every_two_neighbouring_sentences_are_a_passage() -> None:
    text = "The lane is dark. Who cares about us? 3.5 km away it is not!"

    assert passages(text) == [
        "The lane is dark. Who cares about us?",
        "Who cares about us? 3.5 km away it is not!",
    ]


def test_a_line_ends_a_sentence_and_so_does_a_danda() -> None:
    text = "तार गिर गया है। कोई नहीं आता\nबच्चे खेल रहे हैं"

    assert passages(text) == [
        "तार गिर गया है। कोई नहीं आता",
        "कोई नहीं आता बच्चे खेल रहे हैं",
    ]


def test_a_word_or_two_belong_to_the_sentence_before() -> None:
    assert passages("Hello there Dr. Rao. Our lane is dark. Thanks a lot. Bye.") == [
        "Hello there Dr. Rao. Our lane is dark.",
        "Our lane is dark. Thanks a lot. Bye.",
    ]


@pytest.mark.parametrize("text", ["", "The lane is dark. Nobody comes here."])
def test_a_short_text_has_no_passages(text: str) -> None:
    assert passages(text) == []


@pytest.mark.parametrize("sentences", [12, 13, 25, 100_000])
def test_a_long_text_has_at_most_twelve_and_loses_nothing(sentences: int) -> None:
    text = " ".join(f"Sentence {number} is here." for number in range(sentences))

    parts = passages(text)

    assert 3 <= len(parts) <= 12
    assert parts[0].startswith("Sentence 0 is here.")
    assert parts[-1].endswith(f"Sentence {sentences - 1} is here.")


@pytest.mark.parametrize("text", ["{}", "@PMCPune @CMOMaharashtra {} #Pune #SmartCity"])
def test_a_danger_without_its_word_among_other_complaints_is_heard(text: str) -> None:
    complaint = f"{BEFORE} {DANGER}. {BEHIND}"

    (reading,) = read([text.format(complaint)], semantic=True)

    assert reading.urgency.level in LOUD


def test_the_topics_of_a_danger_come_before_those_of_other_complaints() -> None:
    letter = (
        "Garbage has not been lifted in our lane since Monday. Garbage trucks never "
        "come. I wrote about it in May and nobody answered me. Flames and black smoke "
        "come from the third floor now, people are on the roof. I wait for an answer."
    )

    (reading,) = read([letter], semantic=True)

    assert [topic.id for topic in reading.topics] == ["fire", "waste"]


def test_a_topic_that_every_dangerous_passage_shares_comes_first() -> None:
    water = "Water has entered our house up to the bed and my mother cannot walk"

    (reading,) = read([f"{BEFORE} {water}. {BEHIND}"], semantic=True)

    assert [topic.id for topic in reading.topics] == ["flood", "streetlights", "waste"]


def test_complaints_without_a_danger_stay_what_they_are() -> None:
    (reading,) = read([f"{BEFORE} {BEHIND}"], semantic=True)

    assert reading.urgency.level not in LOUD


def test_a_passage_of_what_is_told_as_a_story_does_not_ring() -> None:
    series = (
        "Watched the last episode of the series with my sister. The popcorn was cold. "
        "A man is stuck in a burning lift and his wife is on the phone. I could not "
        "sleep."
    )

    (reading,) = read([series], semantic=True)

    assert reading.urgency.level not in LOUD


@pytest.mark.parametrize(
    ("chance", "danger", "least", "enough"),
    [
        (0.6, Danger.NONE, ENOUGH_BARE, True),
        (0.6, Danger.NONE, ENOUGH_IN_A_PASSAGE, False),
        (0.8, Danger.NONE, ENOUGH_IN_A_PASSAGE, True),
        (0.4, Danger.NONE, ENOUGH_BARE, False),
        (0.1, Danger.SERIOUS, ENOUGH_IN_A_PASSAGE, True),
    ],
)
def test_a_passage_must_tell_more_surely_than_a_whole_text(
    chance: float, danger: Danger, least: float, enough: bool
) -> None:
    part = Notes(danger_chance=chance, danger=danger)

    assert is_enough_in_a_part(part, least) is enough
