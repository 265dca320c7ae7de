"""One key for one word in two scripts; different words keep different keys."""

import pytest

from socialcell.language import concepts, lexicon
from socialcell.language.transliteration import key, romanised

PAIRS = """
पाणी pani|पाणी paani|पानी panee|पाऊस paus|पाऊस paoos
कचरा kachra|कचरा kachara|खड्डा khadda|खड्डे khadde
गड्ढा gaddha|रस्ता rasta|रस्ते raste|सड़क sadak|झाड zad
झाड jhad|वाहतूक vahatuk|वाहतूक wahatuk|कोथरूड kothrud
कोथरुड kothrood|हडपसर hadapsar|कात्रज katraj|औंध aundh
बाणेर baner|वारजे warje|वारजे varje|शिवाजीनगर shivajinagar
स्वारगेट swarget|आरोग्य arogya|केंद्र kendra
शौचालय shauchalay|शिकायत shikayat|नदी nadi|धरण dharan
बिजली bijli|तक्रार takrar|डास das|नाही nahi|नाही naahi
उद्यान udyan|शाळा shala|शाळा shaala|नाला nala|नळ nal
चौक chowk
""".replace("\n", "|").strip("|")
OTHERS = """
पाणी paan|पान pani|नळ nala|नाला nal|खड्डा kadda|कडक khadak
पूल phool|गाडी ghadi|गाव ghav|भाव bav|दार dhar|दाब dhab
ताप thap|बस bhas|बाग bhag|रस्ता raste|कचरा kachre|नदी nada
मोरी mora|वीज vijay
""".replace("\n", "|").strip("|")


def pairs(table: str) -> list[list[str]]:
    return [pair.split(" ", 1) for pair in table.split("|")]


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(pairs(PAIRS)) >= 40
    assert len(pairs(OTHERS)) >= 20


@pytest.mark.parametrize(("one", "other"), pairs(PAIRS))
def test_one_word_in_two_spellings_has_one_key(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(("one", "other"), pairs(OTHERS))
def test_two_words_have_two_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_what_is_in_no_known_script_has_no_key() -> None:
    assert [key(word) for word in ("", "123", "вода", "👍", "\u200d")] == [""] * 5


def test_joiners_nukta_and_case_make_no_difference() -> None:
    assert key("सड़क") == key("सडक") == key("SADAK")
    assert romanised("पा\u200dणी") == romanised("पाणी") == "pani"


@pytest.mark.parametrize("said", ["पाणी", "pani", "paani", "PAANEE", "water", "पानी"])
def test_water_is_one_concept_in_every_script(said: str) -> None:
    found = concepts.find(said)

    assert found is not None
    assert found.id == "water"
    assert {"पाणी", "पानी", "pani", "water"} <= set(found.spellings)


def test_a_name_of_the_gazetteer_is_a_concept() -> None:
    found = concepts.find("kothrood")

    assert found is not None
    assert found.id == "place:kothrud"
    assert "कोथरूड" in found.spellings


def test_a_tap_is_not_a_stream_and_nonsense_is_nothing() -> None:
    assert [c and c.id for c in map(concepts.find, ("nal", "naala", "xyzzy"))] == [
        "tap",
        "stream",
        None,
    ]


def test_sixty_civic_concepts_have_a_spelling_in_each_script() -> None:
    table = lexicon.data("concepts")

    assert len(table) >= 60
    for name, spellings in table.items():
        assert any(word.isascii() for word in spellings), name
        assert any(not word.isascii() for word in spellings), name


def test_no_spelling_belongs_to_two_civic_concepts() -> None:
    owner: dict[str, str] = {}
    for concept in concepts.all_concepts():
        if ":" in concept.id:
            continue
        for spelling in concept.spellings:
            assert owner.setdefault(spelling, concept.id) == concept.id, spelling
