"""Words are compared by sound: none that takes a danger away is a common word too."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from socialcell.language import lexicon
from socialcell.language.sound_phrases import PhraseBook, sounds_of
from socialcell.language.transliteration import key
from socialcell.language.words import key_of

# The common word is the same one, in another script or spelling.
SAME = frozenset(
    {
        *("बघून", "जर", "लागेल", "मराठी", "तुमच*", "तुझ्या", "tujhya", "उद्या*", "udya*"),
        *("मिळाल*", "milale", "कल", "दिल", "sakti", "शकते", "shakte", "dhanyavaad"),
        *("धन्यवाद", "शुक्रिया", "dhanyavad", "रास्ता"),
        *("रोड", "रस्त्य*", "rasty*", "सांगा", "बेस्ट", "लगेच"),
    }
)


def words_of(node: Any) -> Iterator[str]:
    """Every word of nested lists."""
    if isinstance(node, str):
        yield from node.split()
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from words_of(value)
    elif isinstance(node, Sequence):
        for value in node:
            yield from words_of(value)


COMMON = frozenset(words_of(lexicon.data("function_words")["words"]))


def sounds_alike(phrase: str, word: str) -> bool:
    """Whether a phrase, of which "*" is any ending, stands for a word."""
    if phrase.endswith("*"):
        return key(word).startswith(key(phrase.rstrip("*")).removesuffix("a"))
    return key(phrase) == key(word)


def lists_that_take_away() -> Iterator[tuple[str, Sequence[str]]]:
    danger = lexicon.data("danger")
    for name, pair in danger["together"].items():
        yield name, pair.get("harmless", ())
    for name, story in danger["unreal"].items():
        yield name, story["words"]
    everyday = lexicon.data("everyday")
    for group in ("of_the_city", "between_people", "ordinary", "planned"):
        for name, pair in everyday[group].items():
            yield name, (*pair["first"], *pair.get("second", ()))
    for name in ("unless_urgent", "unless_an_office"):
        yield name, everyday[name]


@pytest.mark.parametrize(("name", "phrases"), [*lists_that_take_away()])
def test_no_word_that_takes_a_danger_away_sounds_like_a_common_one(
    name: str, phrases: Sequence[str]
) -> None:
    alike = {
        phrase: word
        for phrase in phrases
        if " " not in phrase and phrase not in SAME | COMMON
        for word in COMMON
        if sounds_alike(phrase, word)
    }

    assert alike == {}


def test_no_romanised_cue_is_a_common_english_word() -> None:
    english = {
        key_of(word): word
        for word in words_of(lexicon.data("function_words")["words"]["en"])
    }
    cues = lexicon.data("urgency")["cues"].values()
    romanised = [word for cue in cues for word in cue["phrases"].get("latn", ())]
    for strengths in lexicon.data("topics").values():
        for scripts in strengths.values():
            romanised += scripts.get("latn", ())

    alike = {
        word: english[key_of(word)]
        for word in romanised
        if " " not in word and word not in english.values() and key_of(word) in english
    }

    assert alike == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the drain lid was stolen", True),
        ("drain lid stolen", True),  # "lid stolen" shares a word with the first
        ("stolen from there, a drain lid", False),
        ("drain lid in a film stolen", False),
    ],
)
def test_the_phrases_of_a_pair_may_overlap_but_not_stand_far_apart(
    text: str, told: bool
) -> None:
    book = PhraseBook()
    pair = book.pair(
        {
            "first": ["drain lid"],
            "second": ["stolen", "lid stolen"],
            "apart": "2",
            "harmless": ["film"],
        }
    )

    assert pair.is_told_in(book.line(sounds_of(text))) is told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a gas leak here", True),
        ("a leak of gas", False),
        ("the fallen tree", True),  # "fall*" is any ending
        ("it falls", False),
        ("", False),
    ],
)
def test_a_list_is_found_by_its_words_where_the_whole_phrase_stands(
    text: str, found: bool
) -> None:
    book = PhraseBook()
    listed = book.phrases(["gas leak", "fall* tree"])
    book.phrases(["gas", "it"])

    assert listed.is_in(book.line(sounds_of(text))) is found
