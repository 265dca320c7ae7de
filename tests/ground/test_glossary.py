"""The catalogs and labels use the words of the glossary, and none that it forbids."""

from dataclasses import replace

import pytest

from scripts import glossary
from scripts.glossary import TRANSLATIONS, Glossary, Term, Text

GLOSSARY = glossary.load()
MAX_EXCEPTIONS = 12


def text(english: str, marathi: str = "", hindi: str = "") -> Text:
    by_language = {"en": english, "mr": marathi, "hi": hindi}
    return Text(english, by_language)


def test_every_translation_has_the_word_of_the_glossary():
    assert list(glossary.missing_words(GLOSSARY)) == []


def test_no_catalog_and_no_label_has_a_word_that_the_glossary_forbids():
    assert list(glossary.forbidden_words(GLOSSARY)) == []


def test_every_term_stands_in_a_message_or_waits_for_a_page_to_come():
    used = glossary.used_terms(GLOSSARY)
    idle = [t.id for t in GLOSSARY.terms if t.id not in used and not t.reserved_for]
    early = [t.id for t in GLOSSARY.terms if t.id in used and t.reserved_for]
    assert (idle, early) == ([], [])


def test_the_glossary_has_150_terms_and_few_exceptions_that_are_all_needed():
    assert len(GLOSSARY.terms) >= 150
    assert len(GLOSSARY.exceptions) <= MAX_EXCEPTIONS
    strict = replace(GLOSSARY, exceptions=frozenset())
    messages = {line.split()[1].rstrip(":") for line in glossary.missing_words(strict)}
    assert messages == {message for message, _term in GLOSSARY.exceptions}


def test_no_word_of_the_glossary_is_forbidden_by_another_term():
    words = {
        (language, word)
        for term in GLOSSARY.terms
        for language, word in term.words.items()
    }
    never = {
        (language, word)
        for term in GLOSSARY.terms
        for language, banned in term.never.items()
        for word in banned
    }
    assert words & never == set()


def test_no_two_terms_have_the_same_english_form():
    forms = [form for term in GLOSSARY.terms for form in term.forms]
    assert sorted(forms) == sorted(set(forms))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_word_has_a_stem_of_its_own(language: str):
    lacking = [
        term.id
        for term in GLOSSARY.terms
        if not any(stem in term.words[language] for stem in term.stems[language])
    ]
    assert lacking == []


def test_the_longest_form_counts_and_names_and_placeholders_do_not():
    terms = glossary.terms_of(
        text("Ward offices of {campaign}: Google Ads, see socialcell links list."),
        GLOSSARY,
    )
    assert terms == {"ward_office": "ward offices"}


def test_a_translation_with_another_word_is_found(monkeypatch: pytest.MonkeyPatch):
    mention = Term(
        id="mention",
        words={"en": "mention", "mr": "उल्लेख", "hi": "उल्लेख"},
        forms=["mention"],
        stems={"mr": ["उल्लेख"], "hi": ["उल्लेख"]},
        never={"hi": {"ज़िक्र": "one word"}},
    )
    one_term = Glossary([mention], [], frozenset())
    monkeypatch.setattr(
        glossary, "texts", lambda: iter([text("A mention.", "उल्लेखांत.", "ज़िक्र।")])
    )
    assert list(glossary.missing_words(one_term)) == [
        "hi A mention.: 'mention' needs उल्लेख: ज़िक्र।"
    ]
    assert list(glossary.forbidden_words(one_term)) == [
        "A mention. (hi): 'ज़िक्र', one word: ज़िक्र।"
    ]


def test_the_labels_of_vocabularies_goals_notices_and_owners_are_read():
    labels = list(glossary.label_texts())
    for name in glossary.LABEL_FILES:
        languages = {lang for place, lang, _ in labels if place.startswith(name)}
        assert languages == {"en", "mr", "hi"}, name


def test_the_page_is_what_the_file_says():
    page = glossary.PAGE.read_text(encoding="utf-8")
    assert page == glossary.render(GLOSSARY), "run `make docs`"
    assert "| ward office | क्षेत्रीय कार्यालय | क्षेत्रीय कार्यालय |" in page
