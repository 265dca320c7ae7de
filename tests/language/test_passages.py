"""A danger that stands among other things in a longer text is heard."""

import pytest

from socialcell.language import read
from socialcell.language.classifiers.danger_chance import (
    is_enough_bare,
    is_enough_in_a_passage,
    is_enough_in_a_sentence,
)
from socialcell.language.danger_rules import Danger
from socialcell.language.notes import DayChances, Notes
from socialcell.language.passages import in_rows, passages, sentences

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


def test_a_text_is_cut_where_a_sentence_ends() -> None:
    text = "The lane is dark. Who cares about us? 3.5 km away it is not!"

    assert sentences(text) == [
        "The lane is dark.",
        "Who cares about us?",
        "3.5 km away it is not!",
    ]


def test_a_line_ends_a_sentence_and_so_does_a_danda() -> None:
    text = "तार गिर गया है। कोई नहीं आता\nबच्चे खेल रहे हैं"

    assert sentences(text) == [
        "तार गिर गया है।",
        "कोई नहीं आता",
        "बच्चे खेल रहे हैं",
    ]


def test_a_word_or_two_belong_to_the_sentence_before() -> None:
    assert sentences("Hello there Dr. Rao. Our lane is dark. Thanks a lot. Bye.") == [
        "Hello there Dr. Rao.",
        "Our lane is dark.",
        "Thanks a lot. Bye.",
    ]


def test_every_two_neighbouring_sentences_are_a_passage() -> None:
    three = ["The lane is dark.", "Who cares about us?", "It stinks."]

    assert passages(three) == [
        "The lane is dark. Who cares about us?",
        "Who cares about us? It stinks.",
    ]


def test_two_sentences_are_no_passage_but_the_whole_text() -> None:
    assert passages(["The lane is dark.", "Nobody comes here."]) == []


@pytest.mark.parametrize("text", ["", "The lane is dark.", "The lane is dark. Hello."])
def test_a_single_sentence_is_not_cut(text: str) -> None:
    assert sentences(text) == []


@pytest.mark.parametrize("count", [12, 13, 25, 100_000])
def test_a_long_text_has_at_most_twelve_and_loses_nothing(count: int) -> None:
    text = " ".join(f"Sentence {number} is here." for number in range(count))

    parts = in_rows(sentences(text))

    assert 6 <= len(parts) <= 12
    assert " ".join(parts) == text


@pytest.mark.parametrize("text", ["{}", "@PMCPune @CMOMaharashtra {} #Pune #SmartCity"])
def test_a_danger_without_its_word_among_other_complaints_is_heard(text: str) -> None:
    complaint = f"{BEFORE} {DANGER}. {BEHIND}"

    (reading,) = read([text.format(complaint)], semantic=True)

    assert reading.urgency.level in LOUD


@pytest.mark.parametrize("text", ["{0}. {1}.", "{1}. {0}."])
def test_one_sentence_of_two_is_heard_and_its_topic_comes_first(text: str) -> None:
    complaint = "No garbage van has come to our lane since Monday"
    danger = "Flames and black smoke come from the third floor, people are on the roof"

    (reading,) = read([text.format(complaint, danger)], semantic=True)

    assert reading.urgency.level == "critical"
    assert [topic.id for topic in reading.topics] == ["fire", "waste"]


def test_a_danger_without_its_word_is_heard_in_one_sentence_of_two() -> None:
    complaint = "No garbage van since Monday, lamp off"

    (reading,) = read([f"{complaint}. {DANGER}"], semantic=True)

    assert reading.urgency.level == "critical"


def test_a_danger_at_the_end_of_hundreds_of_complaints_is_heard() -> None:
    complaints = "कचरा उचलला जात नाही आणि डास वाढले आहेत. Road is bad. " * 120
    danger = "And now my brother is trapped under the fallen tree, he is bleeding."

    (reading,) = read([complaints + danger], semantic=True)

    assert reading.urgency.level == "critical"
    assert reading.topics[0].id == "parks"


def test_the_topics_of_a_danger_come_before_those_of_other_complaints() -> None:
    letter = (
        "Garbage has not been lifted in our lane since Monday. Garbage trucks never "
        "come. I wrote about it in May and nobody answered me. Flames and black smoke "
        "come from the third floor now, people are on the roof. I wait for an answer."
    )

    (reading,) = read([letter], semantic=True)

    assert [topic.id for topic in reading.topics] == ["fire", "waste"]


def test_the_sentence_of_a_danger_names_the_first_topic_and_not_its_passage() -> None:
    water = "Water has entered our house up to the bed and my mother cannot walk"

    (reading,) = read([f"{BEFORE} {water}. {BEHIND}"], semantic=True)

    assert [topic.id for topic in reading.topics] == ["flood", "water", "waste"]


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
    ("chance", "danger", "bare", "passage"),
    [
        (0.4, Danger.NONE, False, False),
        (0.6, Danger.NONE, True, False),
        (0.8, Danger.NONE, True, True),
        (0.1, Danger.SERIOUS, True, True),
    ],
)
def test_a_passage_must_tell_more_surely_than_a_whole_text(
    chance: float, danger: Danger, bare: bool, passage: bool
) -> None:
    part = Notes(danger_chance=chance, danger=danger)

    assert is_enough_bare(part) is bare
    assert is_enough_in_a_passage(part) is passage


@pytest.mark.parametrize(("critical", "enough"), [(0.5, True), (0.3, False)])
def test_a_sentence_by_itself_must_tell_of_danger_to_a_life(
    critical: float, enough: bool
) -> None:
    day = DayChances({}, {}, high=0.9, critical=critical)
    part = Notes(danger_chance=0.9, danger=Danger.CRITICAL, day=day)

    assert is_enough_in_a_sentence(part) is enough


def test_words_alone_do_not_make_a_danger_of_a_sentence_by_itself() -> None:
    part = Notes(danger_chance=0.9, danger=Danger.CRITICAL)

    assert not is_enough_in_a_sentence(part)
