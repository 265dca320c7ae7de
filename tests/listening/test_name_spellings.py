"""A name is found in texts in every spelling, and not by names that sound otherwise."""

import re

import pytest

from socialcell.language.transliteration import key
from socialcell.listening.people.name_lists import listed_names
from socialcell.listening.store.name_spellings import NameSpellings


@pytest.mark.parametrize(
    "text",
    [
        "Rakesh Kulkarni said",
        "RAKESH KULKARNI",
        "raakesh kulkarnee aale",
        "राकेश कुलकर्णीला सांगितले",
        "राकेश कुलकर्णी",
        "Raakesh  Kulkarnni",
    ],
)
def test_a_name_is_found_in_every_spelling(text: str) -> None:
    for name in ("Rakesh Kulkarni", "राकेश कुलकर्णी"):
        spellings = NameSpellings([name])
        assert re.search(spellings.pattern or "", text)
        assert spellings.is_in(text)
        assert all(spellings.has_word(word) for word in ("rakesh", "कुलकर्णीला"))


def test_another_name_is_not_found() -> None:
    spellings = NameSpellings(["Rakesh Kulkarni"])

    assert not spellings.is_in("Rakesh Kulal is here, कल्याण राकेश")
    assert not spellings.has_word("kulal")


def test_the_pattern_lets_through_whatever_sounds_the_same() -> None:
    """Every listed name, in either script, beside every other of the same sound."""
    by_sound: dict[str, list[str]] = {}
    for name in listed_names():
        by_sound.setdefault(key(name), []).append(name)
    groups = [(sound, names) for sound, names in by_sound.items() if len(names) > 1]
    assert len(groups) > 500

    for sound, names in groups:
        pattern = NameSpellings([f"{names[0]} {names[0]}"]).pattern or ""
        for name in names:
            assert re.search(pattern, name), (sound, names[0], name)
            assert re.search(pattern, name.title()), (sound, names[0], name)


def test_a_name_of_one_word_is_nobody_s() -> None:
    assert not NameSpellings(["Sakal", ""])
