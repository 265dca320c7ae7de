"""The intent of a message to the city changes its sentiment, and of no other text."""

import json
from collections import Counter

import pytest

from socialcell.language import read
from socialcell.language.classifiers import sentiment
from socialcell.language.labelled_posts import lines_of
from socialcell.language.training.posts import LABELS


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Garbage van has not come to Kothrud for four days", "negative"),
        ("When will the water supply start in Baner today?", "neutral"),
        ("नळाला पाणी नाही, पाणी कधी येणार? कोणाला विचारायचं?", "neutral"),
        ("Put a dustbin at the bus stop near Camp, please", "neutral"),
        ("टूटी सड़क एक रात में ठीक कर दी, धन्यवाद पुणे नगर निगम", "positive"),
        ("wah kya service hai, 5 din se kachra gadi nahi aayi", "negative"),
    ],
)
def test_a_message_to_the_city_is_has_the_sentiment_of_its_intent(
    text: str, label: str
) -> None:
    (reading,) = read([text])

    assert reading.sentiment.label == label
    assert reading.sentiment.confident
    assert sum(reading.sentiment.probabilities.values()) == pytest.approx(1, abs=2e-4)


def test_what_is_no_message_to_the_city_has_the_sentiment_of_its_words() -> None:
    loved, hated = read(["I love this song so much", "I hate this song so much"])

    assert (loved.intent.label, hated.intent.label) == ("not_civic", "not_civic")
    assert loved.sentiment.label == "positive"
    assert hated.sentiment.label == "negative"


@pytest.mark.parametrize(
    "text",
    [
        "When is your next film coming? I love your work",
        "Where can I buy this wonderful book?",
    ],
)
def test_a_question_that_is_no_matter_of_the_city_keeps_its_sentiment(
    text: str,
) -> None:
    (reading,) = read([text])

    assert reading.intent.label in ("question", "not_civic")
    assert reading.sentiment.label == "positive"


def test_mocking_praise_of_the_city_is_left_to_a_person() -> None:
    (reading,) = read(["Great work PMC, water gone again for three days 🙄 👏"])

    assert reading.sentiment.label == "negative"
    assert not reading.sentiment.confident


def test_the_sentiments_of_an_intent_are_those_of_the_training_half() -> None:
    rows = [json.loads(line) for line in lines_of(LABELS / "civic_train.jsonl") if line]
    counts = Counter((row["intent"], row["sentiment"]) for row in rows)

    assert {
        intent: tuple(counts[intent, label] for label in sentiment.LABELS)
        for intent in {row["intent"] for row in rows} - {"not_civic"}
    } == sentiment._COUNTS_BY_INTENT
