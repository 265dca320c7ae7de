"""Messages by code: sentences in three languages, parameters escaped where they go."""

import string
from collections import defaultdict

import pytest

from socialcell import i18n, message_catalog
from socialcell.errors import SocialcellError, UsageError
from socialcell.message_catalog import LANGUAGES, Message
from tests.error_calls import error_calls

# A link that ends a quoted attribute, opens an element, rings and colours a terminal,
# turns the direction of the line and forges a second line of a log.
POISON = "a\"b'><script>\x1b[31m\x07\u202eend\nsocialcell: done"


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_no_error_is_raised_with_a_sentence_in_the_place_of_a_code():
    assert [call.place for call in error_calls() if call.code is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence_in_every_language_and_no_sentence_is_left_over(
    language,
):
    used = {call.code for call in error_calls() if call.code}
    assert used == set(message_catalog.codes(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_names_no_parameter_that_its_calls_do_not_give(language):
    templates = message_catalog.codes(language)
    absent = defaultdict(set)
    for call in error_calls():
        if call.code and not call.open_ended:
            absent[call.place] |= _placeholders(templates[call.code]) - call.parameters
    assert {place: names for place, names in absent.items() if names} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_parameters_that_english_names(language):
    english, translated = message_catalog.codes("en"), message_catalog.codes(language)
    different = {
        code
        for code, template in english.items()
        if _placeholders(template) != _placeholders(translated[code])
    }
    assert different == set()


def test_a_marathi_and_a_hindi_sentence_are_written_in_devanagari():
    latin = {
        (language, code)
        for language in ("mr", "hi")
        for code, template in message_catalog.codes(language).items()
        if not any("\u0900" <= letter <= "\u097f" for letter in template)
    }
    assert latin == set()


def test_an_error_gives_its_english_sentence_and_keeps_code_and_parameters():
    error = UsageError("evidence.empty_file", path="photo.jpg")
    assert str(error) == "photo.jpg is empty: it shows nothing."
    assert error.message == Message("evidence.empty_file", {"path": "photo.jpg"})


def test_an_error_as_a_parameter_is_shown_in_the_same_language():
    inner = SocialcellError("evidence.empty_file", path="photo.jpg")
    outer = Message("evidence.unreadable", {"path": "case", "reason": inner})
    marathi = message_catalog.in_words(Message(*_parts(inner)), "mr")
    assert marathi in message_catalog.in_words(outer, "mr")
    assert str(inner) in str(outer)


def _parts(error: SocialcellError) -> tuple[str, dict]:
    return error.message.code, dict(error.message.parameters)


def test_a_parameter_cannot_steer_a_terminal_or_forge_a_line():
    text = str(Message("evidence.empty_file", {"path": POISON}))
    assert len(text.splitlines()) == 1
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "<script>" in text  # a terminal reads no markup


def test_a_parameter_cannot_open_an_element_or_end_an_attribute_in_html():
    text = message_catalog.html(Message("evidence.empty_file", {"path": POISON}), "mr")
    assert not set("<>\"'") & set(text)
    assert "&lt;script&gt;" in text


def test_json_has_the_sentence_the_code_and_the_parameters_as_given():
    message = Message("evidence.empty_file", {"path": POISON})
    keys = message_catalog.document(message)
    assert keys["code"] == "evidence.empty_file"
    assert keys["parameters"] == {"path": POISON}
    assert keys["error"] == str(message)


def test_braces_in_a_parameter_are_not_read_as_another_parameter():
    assert str(Message("evidence.empty_file", {"path": "{path}"})).startswith("{path} ")


def test_the_joiners_of_indian_scripts_stay():
    assert message_catalog.for_terminal("क्\u200dष र्\u200cय") == "क्\u200dष र्\u200cय"


def test_a_code_without_a_sentence_is_shown_with_its_parameters():
    message = Message("evidence.not_in_any_catalog", {"path": "a", "n": 2})
    assert str(message) == "evidence.not_in_any_catalog (path=a, n=2)"


def test_each_part_of_lines_stands_on_a_line_of_its_own_and_forges_none():
    parts = [Message("evidence.empty_file", {"path": path}) for path in ("a", POISON)]
    text = str(Message("config.faults", {"lines": parts}))
    assert text.splitlines()[0] == "a is empty: it shows nothing."
    assert len(text.splitlines()) == 2


def test_numbers_of_a_message_stand_in_the_digits_of_a_page_and_texts_as_they_are():
    marathi = i18n.language("mr")
    fault = Message(
        "query.at_position",
        {"reason": "K10 2", "position": 12, "query": "7", "pointer": "^"},
    )

    words = message_catalog.in_words(fault, "mr", str, marathi.digits)

    assert "१२" in words
    assert "K10 2" in words
    assert "12" in message_catalog.in_words(fault, "mr", str)
