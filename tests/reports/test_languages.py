"""Every message is translated, whole, and with the same placeholders."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import socialcell
from socialcell import connectors
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import CODES, language
from socialcell.language import lexicon
from socialcell.reports.phrases import Phrases

OTHERS = [code for code in CODES if code != "en"]
_PLACE = re.compile(r"%\((\w+)\)s")


def test_each_level_of_urgency_has_one_word_in_a_language() -> None:
    levels = lexicon.vocabulary("urgency")
    assert (levels["critical"]["mr"], levels["high"]["mr"]) == ("अत्यंत तातडीचे", "उच्च")
    assert (levels["critical"]["hi"], levels["high"]["hi"]) == ("अति गंभीर", "उच्च")
    # तातडीचे is urgent: high and critical together.
    assert language("mr").gettext("Urgent") == "तातडीचे"
    for code, word in (("mr", "अत्यंत तातडीच"), ("hi", "अति गंभीर")):
        said = language(code).ngettext(
            "Needs a look: %(n)s mention is urgent, %(critical)s critical.",
            "Needs a look: %(n)s mentions are urgent, %(critical)s of them critical.",
            341,
            critical="236",
        )
        assert f"236 {word}" in said


@lru_cache
def said_in_code() -> frozenset[Any]:
    """Every message that the package's code says."""
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "n_": (1, 2)}
    found = extract_from_dir(
        socialcell.__path__[0],
        method_map=[("**.py", "python"), ("web/**.html", "jinja2")],
        keywords=keywords,
    )
    return frozenset(message for _file, _line, message, _notes, _context in found)


@lru_cache
def catalogue(code: str) -> Catalog:
    """The messages of all files of a language; each stands in one of them."""
    whole = Catalog(locale=code)
    folder = resources.files("socialcell") / "locale" / code / "LC_MESSAGES"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        with file.open("rb") as page:
            messages = [message for message in read_po(page, locale=code) if message.id]
        assert [m.id for m in messages if m.id in whole] == [], file.name
        for message in messages:
            whole.add(message.id, message.string, flags=message.flags)
    return whole


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogue_has_what_the_code_says_and_no_more(code: str) -> None:
    said = {message.id for message in catalogue(code) if message.id}
    assert said == said_in_code()


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated_and_sure(code: str) -> None:
    for message in catalogue(code):
        if message.id:
            strings = message.string if message.pluralizable else [message.string]
            assert all(strings), message.id
            assert not message.fuzzy, message.id
            assert any(re.search("[\u0900-\u097f]", text) for text in strings) or (
                not re.search("[a-z]{3}", _PLACE.sub("", str(message.id)))
            ), message.id


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_are_the_same_in_every_language(code: str) -> None:
    for message in catalogue(code):
        if not message.id:
            continue
        originals = message.id if message.pluralizable else [message.id]
        strings = message.string if message.pluralizable else [message.string]
        for text in strings:
            wanted = {frozenset(_PLACE.findall(original)) for original in originals}
            assert frozenset(_PLACE.findall(text)) in wanted, message.id
            assert "%" not in _PLACE.sub("", text).replace("%%", ""), message.id


def test_one_and_many_are_told_apart() -> None:
    one, many = (
        "%(n)s topic with fewer mentions is not shown.",
        "%(n)s topics with fewer mentions are not shown.",
    )
    marathi = language("mr")
    assert marathi.ngettext(one, many, 1) == "कमी उल्लेखांचा १ विषय दाखवलेला नाही."
    assert marathi.ngettext(one, many, 2) == "कमी उल्लेखांचे २ विषय दाखवलेले नाहीत."


@pytest.mark.parametrize(
    ("code", "number", "day", "moment"),
    [
        ("en", "12,34,567", "Mon 16", "16 Nov 2026, 04:05"),
        ("hi", "12,34,567", "सोम 16", "16 नवंबर 2026, 04:05"),
        ("mr", "१२,३४,५६७", "सोम १६", "१६ नोव्हेंबर २०२६, ०४:०५"),
    ],
)
def test_numbers_and_dates_are_indian(
    code: str, number: str, day: str, moment: str
) -> None:
    lang = language(code)
    at = datetime(2026, 11, 16, 4, 5, tzinfo=IST)
    assert lang.number(1234567) == number
    assert lang.short_day(at) == day
    assert lang.moment(at) == moment


def test_digits_are_those_of_the_language_and_codes_keep_theirs() -> None:
    assert language("mr").digits("K10: 20 of 48, C2O") == "K10: २० of ४८, C2O"
    assert language("hi").digits("20") == "20"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-5, "0 min"),
        (40.9, "40 min"),
        (280, "4 h 40 min"),
        (240, "4 h"),
        (1440, "1 day"),
        (2919, "2 days"),
        (3060, "2 days 3 h"),
    ],
)
def test_a_duration_is_cut_to_a_minute(minutes: float, words: str) -> None:
    assert language("en").duration(timedelta(minutes=minutes)) == words


def test_only_all_is_a_hundred_percent_and_only_none_is_zero() -> None:
    english = language("en")
    assert english.percent(999, 1000) == "99%"
    assert english.percent(1, 1000) == "1%"
    assert english.percent(0, 1000) == "0%"
    assert english.percent(1000, 1000) == "100%"
    assert english.change(200, 150) == "−25%"
    assert english.change(20, 31) == "+55%"


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="mr, hi, en"):
        language("ta")


@pytest.mark.parametrize("code", CODES)
def test_every_platform_that_is_read_has_a_name(code: str) -> None:
    say = Phrases(language(code))
    platforms = {connectors.platform(name) for name in connectors.CONNECTORS}

    raw = {id_ for id_ in {*platforms, "file"} if say.platform(id_) == id_}

    assert raw == set()
