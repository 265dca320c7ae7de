"""The linter of queries, and ~word: one concept in every script."""

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.listening.query.inflections import forms
from socialcell.listening.query.query_language import (
    And,
    Or,
    QueryError,
    TextTerm,
    parse,
)
from socialcell.listening.query.query_lint import Doubt, lint, lint_rule_query
from socialcell.listening.store.mentions.match_reasons import matching_parts
from socialcell.services.context import Context
from socialcell.services.mentions.tagging import tag_waiting
from tests.listening.test_search import found, store_texts


@pytest.mark.parametrize(
    "query",
    [
        "pothole kothrud",
        "(water OR pani) kothrud",
        "water OR pani OR पाणी",
        "NOT (a OR b) c",
        "x OR -y",
        "kothrud -camp",
        "topic:water lang:mr ward:ward:aundh-baner",
        "lang:mr OR lang:hi",
        "owner:msedcl -owner:dept:roads owner:other",
        "since:2026-11-20 until:2026-11-20",
        "~pani",
        "सांडपाणी",
    ],
)
def test_a_plain_query_raises_no_doubt(query: str) -> None:
    assert lint_rule_query(query) == []


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("water OR pani kothrud", 7, "OR stands beside AND"),
        ("a -b OR c", 6, "OR stands beside AND"),
        ("x (water OR pani kothrud)", 10, "OR stands beside AND"),
        ("a AND b OR c", 9, "OR stands beside AND"),
        ("(a b) c OR d", 9, "OR stands beside AND"),
        ("water or pani", 7, "'or' is searched as a word"),
        ("lang:marathi", 1, "lang:marathi matches nothing"),
        ("x topic:moon", 3, "topic:moon matches nothing"),
        ("x sentiment:sad", 3, "sentiment:sad matches nothing"),
        ("x ward:aundh", 3, "ward:aundh matches no ward"),
        ("lang:mr lang:hi", 9, "two values of lang"),
        ("platform:x platform:news", 12, "two values of platform"),
        ("since:2026-11-20 until:2026-11-19", 1, "since: is not before until:"),
        ("water -water", 1, "asked for and excluded"),
        ("x lang:mr -lang:mr", 3, "asked for and excluded"),
        ("the", 1, "'the' alone is in very many"),
        ("पाणी", 1, "'पाणी' alone is in very many"),
        ("ka*", 1, "alone"),
        ("-kothrud", 1, "only an exclusion"),
    ],
)
def test_a_doubtful_query_is_named_with_its_position(
    query: str, position: int, message: str
) -> None:
    doubts = lint_rule_query(query)

    assert [doubt.position for doubt in doubts] == [position]
    assert message in str(doubts[0].message)


@pytest.mark.parametrize("query", ["the", "asha", "ka*", "-kothrud"])
def test_what_matches_too_much_is_a_doubt_of_what_is_kept_alone(query: str) -> None:
    assert lint(query) == []
    assert lint_rule_query(query)


def test_doubts_come_in_order() -> None:
    doubts = lint("a or lang:xx")

    assert [doubt.position for doubt in doubts] == [3, 6]
    assert isinstance(doubts[0], Doubt)


@pytest.mark.parametrize(
    ("query", "position"), [("x since:monday", 3), ("a OR", 5), ("x ~xyzzy", 3)]
)
def test_what_cannot_be_read_is_an_error_with_its_position(
    query: str, position: int
) -> None:
    with pytest.raises(QueryError) as caught:
        lint(query)

    assert caught.value.position == position


@pytest.mark.parametrize("query", ["~पाणी", "~pani", "~paani", "~water", '~"पाणी"'])
def test_one_concept_is_found_in_every_script(engine: Engine, query: str) -> None:
    store_texts(engine, "पाणी नाही", "pani nahi", "paani nahi", "no water", "पान खा")

    assert found(engine, query) == ["1", "2", "3", "4"]
    assert found(engine, "pani") == ["2"]


def test_a_place_is_a_concept_and_a_star_takes_endings(engine: Engine) -> None:
    store_texts(engine, "कोथरूड", "kothrood", "कोथरूडमध्ये", "katraj")

    assert found(engine, "~kothrud") == ["1", "2"]
    assert found(engine, "~kothrud*") == ["1", "2", "3"]
    assert found(engine, "-~kothrud") == ["3", "4"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        *(("~pani", "पाण्याची टाकी"), ("~pani", "पाण्याखाली"), ("~water", "panyacha")),
        *(("~kachra", "कचऱ्याचे ढीग"), ("~kachra", "कचर्‍याचे"), ("~waste", "kachre")),
        *(("~khadda", "खड्ड्यांमुळे"), ("~khadda", "khaddyat"), ("~पूल", "पुलावर")),
        *(("~paus", "पावसामुळे"), ("~shala", "शाळेत"), ("~वीज", "विजेचा")),
        *(("~traffic", "वाहतुकीमुळे"), ('~"kami dab"', "कमी दाबाने"), ("~नाली", "नालियों")),
    ],
)
def test_a_concept_is_found_with_the_endings_of_its_words(
    engine: Engine, query: str, text: str
) -> None:
    store_texts(engine, text)

    assert found(engine, query) == ["1"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        *(
            ("~pani", "पाणबुडी"),
            ("~pani", "जलाशय"),
            ("~pani", "कचरा जलाने"),
            ("~bus", "बसत"),
        ),
        *(("~flood", "पुराना पुराने पुरावा"), ("~noise", "short"), ("~fire", "आगे")),
    ],
)
def test_a_concept_is_not_found_in_other_words(
    engine: Engine, query: str, text: str
) -> None:
    store_texts(engine, text)

    assert found(engine, query) == []


def test_a_phrase_takes_the_endings_of_its_last_word_alone() -> None:
    assert "कमी दाबाने" in forms("कमी दाब")
    assert all(form.startswith("कमी ") for form in forms("कमी दाब"))


def test_a_query_asks_for_the_forms_of_so_many_concepts_and_no_more() -> None:
    words = ["पाणी", *["कचरा"] * 9, "रस्ता"]
    node = parse(" ".join(f"~{word}" for word in words))

    assert isinstance(node, And)
    concepts = [part for part in node.parts if isinstance(part, Or)]
    asked = [
        any(isinstance(term, TextTerm) and term.is_inflected for term in concept.parts)
        for concept in concepts
    ]
    assert asked == [True] * 10 + [False]


def test_a_place_is_what_was_read_as_the_place_too(
    context: Context, engine: Engine
) -> None:
    store_texts(engine, "कोथरूडच्या रस्त्यावर पाणी", "Kothrudla pani nahi", "katraj pani")
    tag_waiting(context)

    assert found(engine, "~kothrud") == found(engine, "place:kothrud") == ["1", "2"]
    assert found(engine, "~kothrud pani") == ["2"]
    assert found(engine, "-~kothrud") == ["3"]


def test_why_says_which_spelling_was_found(engine: Engine) -> None:
    store_texts(engine, "paani nahi")

    with db.reading(engine) as session:
        assert matching_parts(session, parse("~पाणी"), 1) == [
            "says “paani” or a form of it"
        ]


def test_a_concept_is_an_or_of_words() -> None:
    node = parse('~"street light"')

    assert isinstance(node, Or)
    assert TextTerm("पथदिवे", is_inflected=True) in node.parts
    assert TextTerm("street light", is_inflected=True) in node.parts
