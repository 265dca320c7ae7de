"""Search in the database: Marathi words, joiners, phrases, fields; newest first."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import UsageError
from socialcell.identity.actor import unsigned
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.model import Annotation
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.mentions import mention_queries, tags
from socialcell.listening.store.mentions.match_reasons import matching_parts
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.people import registry
from socialcell.services.mentions.tagging import analyse
from tests.builders import NOON, make_author, make_record, store_records


def found(engine: Engine, query: str, **wanted: object) -> list[str]:
    with db.reading(engine) as session:
        asked = MentionFilter(query=parse(query), **wanted)
        rows = mention_queries.mentions(session, asked)
        assert mention_queries.count_mentions(session, asked) == len(rows)
        return [row.external_id for row in rows]


def store_texts(engine: Engine, *texts: str) -> None:
    records = [
        make_record(str(n), text=said, authored_at=NOON - timedelta(hours=n))
        for n, said in enumerate(texts, 1)
    ]
    store_records(engine, *records)


def test_a_marathi_word_is_found_whole_and_not_by_its_beginning(
    engine: Engine,
) -> None:
    store_texts(engine, "आज पाणी नाही", "पाणीपुरवठा बंद", "पान खाऊ नका")

    assert found(engine, "पाणी") == ["1"]
    assert found(engine, "पाणी*") == ["1", "2"]
    assert found(engine, "पा") == []


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("स्वच्छ्\u200cता अभियान", "स्वच्छ्ता"),
        ("स्वच्छ्ता अभियान", "स्वच्छ्\u200cता"),
        ("दर्\u200dया", "दर्या"),
        ("तऱ्हा", "तर्हा"),
        ("सड़क टूटी", "सडक"),
        ("KOTHRUD depot", "kothrud"),
        ("#पाणीकपात", "पाणीकपात"),
        ("१२३४५ हा token", "१२३४५"),
    ],
)
def test_words_are_found_with_and_without_joiners_and_nukta(
    engine: Engine, stored: str, asked: str
) -> None:
    store_texts(engine, stored)

    assert found(engine, asked) == ["1"]


def test_newest_come_first(engine: Engine) -> None:
    store_texts(engine, "water one", "water two", "water three")

    assert found(engine, "water") == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"no water"', ["1"]),
        ("water no", ["1", "2"]),
        ("water -kothrud", ["2"]),
        ("NOT water", ["3"]),
        ("kothrud OR lights", ["1", "3"]),
        ("(kothrud OR lights) water", ["1"]),
        ("water platform:x", ["1", "2"]),
        ("water platform:news", []),
        ("water since:2026-11-24", []),
        ("water until:2026-11-23", ["1", "2"]),
        ("water until:2026-11-22", []),
        ("well-known", []),
        ("d'arc OR water", ["1", "2"]),
        ("\\ OR water", None),
    ],
)
def test_a_query_finds_what_it_says(
    engine: Engine, query: str, expected: list[str] | None
) -> None:
    store_texts(engine, "no water in kothrud", "water, no?", "street lights out")

    if expected is None:
        with pytest.raises(UsageError):
            found(engine, query)
    else:
        assert found(engine, query) == expected


def test_what_was_understood_can_be_asked_for(engine: Engine) -> None:
    store_texts(engine, "No water in Kothrud for 3 days", "Thank you, road is fixed")
    with db.writing(engine) as session:
        waiting = tags.untagged(session, 10)
        tags.write(session, analyse(waiting, read_areas()), NOON)

    assert found(engine, "topic:water") == ["1"]
    assert found(engine, "ward:ward:kothrud-bavdhan") == ["1"]
    assert found(engine, "ward:kothrud-bavdhan") == ["1"]
    assert found(engine, "ward:none") == ["2"]
    assert found(engine, "NOT ward:none") == ["1"]
    assert found(engine, "place:kothrud") == found(engine, "place:place:kothrud")
    assert found(engine, "place:kothrud") == ["1"]
    assert found(engine, "sentiment:negative lang:en") == ["1"]
    assert found(engine, "urgency:high") == ["1"]
    assert found(engine, "intent:praise OR intent:help") == ["2"]
    assert found(engine, "water", urgency="high", intent="complaint") == ["1"]
    assert found(engine, "water", platform="news") == []
    with db.reading(engine) as session:
        said = matching_parts(session, parse("water topic:water OR pani"), 1)
    assert said == ["says “water”", "topic is water"]


def test_place_finds_no_person(engine: Engine) -> None:
    store_texts(engine, "No water in Kothrud, says Asha Sample")
    with db.writing(engine) as session:
        session.add(
            Annotation(
                mention_id=1,
                kind="entity",
                value="Asha Sample",
                model="test",
                model_version="1",
                made_at=NOON,
            )
        )
    assert found(engine, 'place:"Asha Sample"') == []


def test_from_takes_registry_accounts_only(engine: Engine) -> None:
    store_records(
        engine,
        make_record("1", author=make_author("1", handle="CityDesk")),
        make_record("2", author=make_author("2", handle="a_citizen")),
    )
    with db.writing(engine) as session:
        registry.register(
            session,
            "x",
            "@CityDesk",
            "City Desk",
            "media",
            "its site",
            unsigned("tests"),
            NOON,
        )

    assert found(engine, "from:citydesk") == ["1"]
    assert found(engine, "from:a_citizen") == []


def test_a_changed_text_is_found_by_its_new_words_only(engine: Engine) -> None:
    store_texts(engine, "old words")
    later = NOON + timedelta(hours=1)

    store_records(engine, make_record("1", text="new words", edited_at=later), at=later)

    assert found(engine, "new") == ["1"]
    assert found(engine, "old") == []


def test_undated_mentions_are_found_and_come_last(engine: Engine) -> None:
    store_records(
        engine,
        make_record("1", text="water", authored_at=None),
        make_record("2", text="water"),
    )

    assert found(engine, "water") == ["2", "1"]
    assert found(engine, "water", since=NOON - timedelta(days=9)) == ["2"]


def test_a_post_of_a_million_characters_is_found(engine: Engine) -> None:
    store_texts(engine, "सुरुवात " + "पाणी " * 200_000)

    assert found(engine, "सुरुवात") == ["1"]
