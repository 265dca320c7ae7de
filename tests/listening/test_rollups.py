"""Rollups keep step with what is understood, whatever happens to the mentions."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.identity.actor import unsigned
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.store.mentions import rollups, tags
from socialcell.listening.store.people import registry
from socialcell.services.mentions.tagging import analyse
from tests.builders import NOON, make_author, make_record, store_records

TEXTS = (
    "No water in Kothrud for 3 days",
    "कोथरूडमध्ये कचरा उचलला नाही",
    "Thank you, the road in Baner is fixed",
    "Good morning",
    "Huge pothole and no streetlights near Hadapsar",
)
AREAS = read_areas()


def tag_all(engine: Engine) -> None:
    with db.writing(engine) as session:
        waiting = tags.untagged(session, 1000)
        tags.write(session, analyse(waiting, AREAS), NOON)


def cells(engine: Engine, name: str) -> list[tuple[object, ...]]:
    with db.reading(engine) as session:
        return rollups.everything(session)[name]


def assert_a_rebuild_changes_nothing(engine: Engine) -> None:
    with db.writing(engine) as session:
        before = rollups.everything(session)
        rollups.rebuild(session)
        assert rollups.everything(session) == before


def test_a_mention_is_counted_in_its_hour_topic_and_ward(engine: Engine) -> None:
    store_records(engine, make_record(text=TEXTS[0]))

    tag_all(engine)

    hour = NOON  # 12:00 in Pune begins an hour; in UTC it is half past
    assert cells(engine, "hour") == [
        (hour, "x", "*", "negative", 1),
        (hour, "x", "water", "negative", 1),
    ]
    assert {row[1:] for row in cells(engine, "ward")} == {
        ("ward:kothrud-bavdhan", "*", 1),
        ("ward:kothrud-bavdhan", "water", 1),
    }
    assert ("place:kothrud", 1) in {row[1:] for row in cells(engine, "entity")}


def test_tagging_again_counts_nobody_twice(engine: Engine) -> None:
    store_records(engine, *[make_record(str(n), text=t) for n, t in enumerate(TEXTS)])
    tag_all(engine)
    once = cells(engine, "hour")
    with db.writing(engine) as session:
        tags.forget(session)

    tag_all(engine)

    assert cells(engine, "hour") == once


def test_an_edited_mention_moves_to_its_new_topic(engine: Engine) -> None:
    store_records(engine, make_record(text=TEXTS[0]))
    tag_all(engine)

    later = NOON + timedelta(hours=1)
    store_records(engine, make_record(text=TEXTS[4], edited_at=later), at=later)
    tag_all(engine)

    topics = {row[2] for row in cells(engine, "hour")}
    assert "water" not in topics
    assert "roads" in topics


def test_only_registry_accounts_are_counted_by_author(engine: Engine) -> None:
    store_records(
        engine,
        make_record("1", author=make_author("1", handle="CityDesk")),
        make_record("2", author=make_author("2", handle="a_citizen")),
    )
    with db.writing(engine) as session:
        registry.register(
            session,
            "x",
            "citydesk",
            "City Desk",
            "media",
            "its site",
            unsigned("tests"),
            NOON,
        )

    tag_all(engine)

    assert [row[2] for row in cells(engine, "author")] == [1]


def test_a_mention_without_a_time_stays_out_of_counts_by_time(engine: Engine) -> None:
    store_records(engine, make_record(text=TEXTS[0], authored_at=None))

    tag_all(engine)

    assert cells(engine, "hour") == []


STEP = st.tuples(
    st.sampled_from(["store", "edit", "tag", "forget"]),
    st.integers(0, 5),
    st.integers(0, len(TEXTS) - 1),
    st.integers(0, 50),
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEP, max_size=12))
def test_a_rebuild_gives_the_numbers_that_are_there(
    engine: Engine, steps: list[tuple[str, int, int, int]]
) -> None:
    for number, (what, which, text, hours) in enumerate(steps):
        at = NOON + timedelta(minutes=number)
        record = make_record(
            f"p{which}",
            text=TEXTS[text],
            authored_at=NOON - timedelta(hours=hours),
            edited_at=at if what == "edit" else None,
        )
        if what in ("store", "edit"):
            store_records(engine, record, at=at)
        elif what == "tag":
            tag_all(engine)
        else:
            with db.writing(engine) as session:
                tags.forget(session)
        assert_a_rebuild_changes_nothing(engine)


def test_a_cell_that_comes_to_nothing_is_gone(engine: Engine) -> None:
    key = ("hour", (NOON, "x", "*", "neutral"))
    with db.writing(engine) as session:
        rollups.add(session, rollups.Counter({key: 2}))
        rollups.add(session, rollups.Counter({key: -2}))
        assert rollups.everything(session)["hour"] == []


@pytest.mark.parametrize("n", [0, 1])
def test_a_count_of_nothing_is_not_stored(engine: Engine, n: int) -> None:
    key = ("hour", (NOON, "x", "*", "neutral"))
    with db.writing(engine) as session:
        rollups.add(session, rollups.Counter({key: n}))
        assert len(rollups.everything(session)["hour"]) == n


def test_a_persons_decision_moves_the_count_and_survives_reading_again(
    engine: Engine,
) -> None:
    store_records(engine, make_record(text=TEXTS[0]))
    tag_all(engine)
    with db.writing(engine) as session:
        tags.decide(session, 1, "sentiment", "neutral", "asha", NOON)
        tags.decide(session, 1, "topic", "roads", "asha", NOON, instead_of="water")
        tags.forget(session)

    tag_all(engine)

    assert {row[2:4] for row in cells(engine, "hour")} == {
        ("*", "neutral"),
        ("roads", "neutral"),
    }
    assert_a_rebuild_changes_nothing(engine)


def test_a_decision_about_nothing_is_refused(engine: Engine) -> None:
    with (
        db.writing(engine) as session,
        pytest.raises(SocialcellError, match="no topic"),
    ):
        tags.decide(session, 1, "topic", "roads", "asha", NOON)
