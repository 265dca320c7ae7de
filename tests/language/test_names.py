"""What the taggers find in Marathi and Hindi, and what of it is a name."""

import pytest

from socialcell.language import read
from socialcell.language.analysis import Entity
from socialcell.language.names import name_tagger
from socialcell.language.pipeline import reader


@pytest.mark.parametrize(
    "text",
    [
        "प्रभागात तीन दिवस पाणी नाही",
        "सकाळी नऊ वाजता पाणी येते",
        "१५ ऑगस्टला सुट्टी आहे",
        "आम्ही दहा वर्षांपासून सांगतोय",
        "कल सुबह दस बजे तक बिजली बंद रहेगी",
        "दोनशे रुपये दंड, 500 रुपये फी",
    ],
)
def test_numbers_times_and_measures_are_no_names(text: str) -> None:
    assert read([text])[0].entities == ()


@pytest.mark.parametrize(
    ("said", "label", "name"),
    [
        ("मैडम", "PERSON", False),
        ("तीन", "PLACE", False),
        ("८८२१३", "ORG", False),
        ("12:30", "ORG", False),
        ("सुनीता मैडम", "PERSON", True),
        ("मुंबई", "PLACE", True),
        ("महापौर", "OTHER", False),
    ],
)
def test_a_name_holds_a_word_that_is_not_of_every_day(
    said: str, label: str, name: bool
) -> None:
    assert name_tagger.is_name(Entity(0, len(said), said, label, None)) is name


def test_what_the_gazetteer_lists_is_a_name_whatever_its_words() -> None:
    assert name_tagger.is_name(Entity(0, 3, "तीन", "OTHER", "place:three"))


def test_a_reading_keeps_a_name_beside_a_number() -> None:
    (reading,) = read(["मुंबईत तीन दिवस पाऊस"])

    assert [(e.label, e.text[:5]) for e in reading.entities] == [("PLACE", "मुंबई")]


def test_scores_on_files_of_other_schemes_still_count_their_measures() -> None:
    (spans,) = reader().spans([["प्रभागात", "तीन", "दिवस", "पाणी", "नाही"]])

    assert (1, 2, "OTHER") in spans


@pytest.mark.parametrize(
    "text",
    [
        "फुटपाथ की टाइलें हिलती हैं",
        "पार्क में पौधे सूख गए",
        "पेड़ काटकर गमले रख दिए, इसे हरियाली कहते हैं।",
        "हॉटेलवाले रात्री बाराला पोती फेकून जातात",
    ],
)
def test_a_word_is_no_place_because_a_tagger_for_news_takes_it_for_one(
    text: str,
) -> None:
    assert [e.text for e in read([text])[0].entities if e.label == "PLACE"] == []


def test_a_town_that_nobody_listed_is_a_place_where_something_is_in_it() -> None:
    (reading,) = read(["महाबलेश्वर में बहुत बारिश हो रही है"])

    assert [(e.text, e.label, e.id) for e in reading.entities] == [
        ("महाबलेश्वर", "PLACE", None)
    ]
