"""Statistical names in English texts: only there, beside the gazetteer, if wanted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcell import language
from socialcell.language.analysis import Entity
from socialcell.language.names.english_names import installed
from socialcell.settings.language import NcModels

ENGLISH = "Yesterday Sunil Shetty of the Bank of Baroda opened a new branch in Nagpur."


def names(text: str, **wanted: bool) -> list[Entity]:
    (reading,) = language.read([text], **{"english": True, **wanted})
    for entity in reading.entities:
        assert reading.text[entity.start : entity.end] == entity.text
    return list(reading.entities)


def test_people_bodies_and_places_that_no_list_has_are_found() -> None:
    found = [(entity.text, entity.label, entity.id) for entity in names(ENGLISH)]

    assert found == [
        ("Sunil Shetty", "PERSON", None),
        ("Bank of Baroda", "ORG", None),
        ("Nagpur", "PLACE", None),
    ]


def test_they_are_found_without_the_model_whose_licence_forbids_some_uses() -> None:
    assert names(ENGLISH, nc=NcModels.NONE)[0].text == "Sunil Shetty"


def test_nobody_looks_for_them_unless_asked() -> None:
    (reading,) = language.read([ENGLISH])

    assert reading.entities == ()


def test_the_version_tells_the_model_of_english() -> None:
    plain, asked = (
        language.read(["a"], english=wanted)[0].model for wanted in (False, True)
    )

    assert asked.version == f"{plain.version}.en-{installed()}"


@pytest.mark.parametrize(
    "text",
    [
        "Nahi Bhai Paani Nahi Aaya Aaj Bhi Hamare Ghar Mein, Kab Tak Chalega",
        "Aamchya Galli Madhe Kachra Padla Aahe, Kon Uchalnar Sanga Lavkar",
        "आमच्या गल्लीत कचरा पडला आहे, कोण उचलणार",
        "Good news: she toilet van ab gate pe khadi rehti hai subah se shaam tak",
    ],
)
def test_english_names_are_looked_for_in_english_only(text: str) -> None:
    assert names(text) == list(language.read([text])[0].entities)


def test_the_gazetteer_keeps_what_it_found() -> None:
    found = names(
        "The Pune Municipal Corporation office at Kothrud Depot is shut today."
    )

    assert {"body:pmc", "place:kothrud-depot"} <= {entity.id for entity in found}
    ends = [0]
    for entity in found:
        assert ends[-1] <= entity.start
        ends.append(entity.end)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you @SunilShetty and @BankOfBaroda for the help this morning.",
        "My mother could not open the PDF on her phone, please check it.",
        "The lamp has been broken since Diwali and nobody has come to look.",
        "please somebody tell them that the tap is still leaking badly",
    ],
)
def test_handles_short_forms_and_lower_case_are_no_names(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("We met the Reserve Bank of India's governor there.", "Reserve Bank of India"),
        (
            "They wrote to the Ministry of Jal Shakti about it.",
            "Ministry of Jal Shakti",
        ),
    ],
)
def test_a_name_is_cut_without_the_article_and_the_genitive(
    text: str, name: str
) -> None:
    assert name in [entity.text for entity in names(text)]


_SOME = st.lists(
    st.sampled_from(
        [
            ENGLISH,
            "Ravi Patil met Anita Desai at the Taj Mahal Hotel in Mumbai.",
            "The Supreme Court heard Amol Kulkarni's plea against Tata Motors.",
            "कोथरूडमध्ये पाणी नाही",
            "paani nahi aaya hai bhai",
            "",
        ]
    ),
    max_size=9,
)


@settings(max_examples=25, deadline=None)
@given(_SOME, st.integers(1, 9), st.randoms())
def test_neither_order_nor_batch_changes_the_names(texts, size, chance) -> None:
    order = list(range(len(texts)))
    chance.shuffle(order)

    alone = [language.read([text], english=True)[0] for text in texts]
    shuffled = (texts[place] for place in order)
    together = list(language.read_stream(shuffled, size, english=True))

    assert together == [alone[place] for place in order]
