import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.text import (
    clean_text,
    displayed,
    fold,
    from_html,
    one_line,
    web_addresses,
    with_title,
)

ANY_TEXT = st.text(st.characters(codec=None, categories=None))
WITH_SURROGATES = st.text(
    st.one_of(st.characters(), st.characters(categories=["Cs"])), max_size=40
)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        pytest.param("a\x00b", "a\ufffdb", id="NUL"),
        pytest.param("a\ud800b", "a\ufffdb", id="lone high surrogate"),
        pytest.param("a\udc00b", "a\ufffdb", id="lone low surrogate"),
        pytest.param("\ud83d\ude00", "😀", id="halves of one emoji"),
        pytest.param("a\x0b\x1b\x07b", "ab", id="C0 controls"),
        pytest.param("a\x85\x9fb", "ab", id="C1 controls"),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends"),
        pytest.param("a\tb\nc", "a\tb\nc", id="tab and newline stay"),
        pytest.param("e\u0301", "é", id="NFC"),
        pytest.param(
            "र्\u200dय स्वच्छ्\u200cता", "र्\u200dय स्वच्छ्\u200cता", id="joiners stay"
        ),
        pytest.param("१२३ ①", "१२३ ①", id="never NFKC"),
        pytest.param("\u202eevil\u202c", "\u202eevil\u202c", id="bidi is for display"),
        pytest.param("=1+1", "=1+1", id="formulas are for sheets"),
        pytest.param("", "", id="empty"),
    ],
)
def test_each_kind_of_poison_is_cleaned_as_promised(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@given(WITH_SURROGATES)
def test_clean_text_can_be_stored_sent_and_cleaned_again(text: str) -> None:
    clean = clean_text(text)

    assert clean_text(clean) == clean
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not [c for c in clean if unicodedata.category(c) == "Cc" and c not in "\n\t"]


@given(WITH_SURROGATES)
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(clean_text(text))

    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("स्वच्छ्\u200cता", "स्वच्छ्ता"),
        ("र्\u200dय", "र्य"),
        ("तऱ्हा", "तर्हा"),
        ("सड़क", "सडक"),
        ("Kothrud", "KOTHRUD"),
    ],
)
def test_spellings_that_look_alike_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_html_becomes_its_words_with_paragraphs_on_lines_of_their_own() -> None:
    markup = "<p>Water &amp; roads</p><script>alert(1)</script>Next<br>line"

    assert from_html(markup) == "Water & roads\nNext\nline"


def test_a_long_text_is_cut_at_its_limit_with_an_ellipsis() -> None:
    assert one_line("a  b\nc", 10) == "a b c"
    assert one_line("abcdefgh", 5) == "abcd…"


def test_a_title_stands_above_its_text_unless_that_begins_with_it() -> None:
    assert with_title("Care", "Does not open") == "Care\nDoes not open"
    assert with_title("Care", "Care does not open") == "Care does not open"
    assert with_title(None, "Does not open") == "Does not open"
    assert with_title("Care", None) == "Care"


def test_addresses_are_found_once_and_without_what_ends_the_sentence() -> None:
    said = (
        "See https://pmc.gov.in/a?b=1, (http://x.in/y). पाहा https://pmc.gov.in/a?b=1!"
    )

    assert web_addresses(said) == ("https://pmc.gov.in/a?b=1", "http://x.in/y")
    assert web_addresses("www.pmc.gov.in") == ()


def test_a_screen_shows_eight_marks_a_letter_and_no_turning_of_its_direction() -> None:
    assert displayed("w" + "\u0335" * 500 + "ater") == "w" + "\u0335" * 8 + "ater"
    assert displayed("a\u202egpj\u202c\u2067b") == "agpjb"
    assert displayed("क्षेत्रीय र्\u200dय \u200fא") == "क्षेत्रीय र्\u200dय \u200fא"
