from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.connectors.base import Metric, RecordRelation
from socialcell.listening.model import Author, AuthorSnapshot, Engagement, Mention
from socialcell.listening.store import integrity
from socialcell.listening.store.mentions import mention_queries, mention_relations
from socialcell.listening.store.pages import pages
from socialcell.ops import store
from tests.builders import NOON, make_author, make_record, make_source, store_records
from tests.rows import in_order

LATER = NOON + timedelta(hours=6)


def only(session: Session) -> Mention:
    return session.scalars(select(Mention).where(col(Mention.state) == "present")).one()


def everything(engine: Engine, model: Any) -> list[Any]:
    with db.reading(engine) as session:
        return list(session.scalars(in_order(model)))


def test_a_new_record_is_stored_with_its_author_and_engagement(engine: Engine) -> None:
    counts = store_records(engine, make_record(text="पाणी नाही"))

    assert counts == pages.PageCounts(stored=1, snapshots=1)
    with db.reading(engine) as session:
        mention = only(session)
        assert (mention.text, mention.folded) == ("पाणी नाही", "पाणी नाही")
        assert mention.authored_at == mention.stored_at == NOON
    (author,) = everything(engine, Author)
    assert (author.platform, author.uid, author.handle) == ("x", "u1", "handle_u1")
    assert [s.followers for s in everything(engine, AuthorSnapshot)] == [120]
    (taken,) = everything(engine, Engagement)
    assert (taken.metric, taken.common, taken.value) == ("like_count", "reactions", 3)


def test_the_same_record_again_only_adds_a_snapshot(engine: Engine) -> None:
    store_records(engine, make_record())

    grown = make_record(metrics=(Metric("like_count", 9, "reactions"),))
    counts = store_records(engine, grown, at=LATER)

    assert counts == pages.PageCounts(unchanged=1, snapshots=1)
    assert [e.value for e in everything(engine, Engagement)] == [3, 9]


def test_the_same_moment_twice_adds_no_second_snapshot(engine: Engine) -> None:
    store_records(engine, make_record())

    assert store_records(engine, make_record()) == pages.PageCounts(unchanged=1)


def test_a_record_twice_in_one_run_is_a_duplicate(engine: Engine) -> None:
    counts = store_records(engine, make_record(), make_record())

    assert (counts.stored, counts.duplicate) == (1, 1)


def test_a_changed_text_is_updated_and_waits_to_be_read_again(engine: Engine) -> None:
    store_records(engine, make_record(text="old words"))
    with db.writing(engine) as session:
        only(session).tagged_at = NOON

    counts = store_records(
        engine, make_record(text="new words", edited_at=LATER), at=LATER
    )

    assert (counts.stored, counts.updated) == (0, 1)
    with db.reading(engine) as session:
        mention = only(session)
        assert (mention.text, mention.tagged_at) == ("new words", None)
        assert (mention.stored_at, mention.authored_at) == (NOON, NOON)
        assert integrity.problems(session) == []


@pytest.mark.fault("F14")
def test_an_older_edit_that_comes_late_changes_nothing(engine: Engine) -> None:
    store_records(engine, make_record(text="newest", edited_at=LATER))

    counts = store_records(engine, make_record(text="older", edited_at=NOON))

    assert counts.unchanged == 1
    with db.reading(engine) as session:
        assert only(session).text == "newest"


def test_an_unknown_target_of_a_reply_is_kept_as_a_stub_and_filled_later(
    engine: Engine,
) -> None:
    store_records(
        engine, make_record("200", relations=(RecordRelation("reply", "100"),))
    )
    with db.reading(engine) as session:
        assert mention_queries.present_count(session) == 1

    counts = store_records(engine, make_record("100", text="the question"), at=LATER)

    assert (counts.stored, counts.updated) == (1, 0)
    with db.reading(engine) as session:
        reply = session.scalars(
            select(Mention).where(col(Mention.external_id) == "200")
        ).one()
        (relation,) = mention_relations.relations(session, reply.id or 0)
        assert (relation.kind, relation.external_id) == ("reply", "100")
        assert relation.state == "present"


def test_a_count_the_platform_does_not_give_is_null_with_a_state(
    engine: Engine,
) -> None:
    store_records(engine, make_record(metrics=(Metric("impression_count", None),)))

    (taken,) = everything(engine, Engagement)
    assert (taken.value, taken.state) == (None, "absent")


def test_a_handle_that_changed_updates_the_author(engine: Engine) -> None:
    store_records(engine, make_record(author=make_author(handle="old_name")))

    counts = store_records(
        engine, make_record(author=make_author(handle="new_name")), at=LATER
    )

    assert counts.updated == 1
    assert [author.handle for author in everything(engine, Author)] == ["new_name"]


def test_poison_is_cleaned_on_the_way_in(engine: Engine) -> None:
    store_records(engine, make_record(text="a\x00\ud800b", raw={"text": "a\x00\ud800"}))

    with db.reading(engine) as session:
        assert only(session).text == "a\ufffd\ufffdb"
        assert integrity.problems(session) == []


def test_a_post_of_a_million_characters_is_stored_whole(engine: Engine) -> None:
    store_records(engine, make_record(text="पाणी " * 200_000))

    with db.reading(engine) as session:
        assert len(only(session).text or "") == 1_000_000


def test_an_old_file_neither_overwrites_nor_looks_new(engine: Engine) -> None:
    store_records(engine, make_record(text="as it is now"), at=LATER)

    old = make_record(text="as it was", metrics=(Metric("like_count", 1, "reactions"),))
    counts = store_records(engine, old, at=LATER + timedelta(days=1), observed=NOON)

    assert (counts.updated, counts.unchanged, counts.snapshots) == (0, 1, 1)
    with db.reading(engine) as session:
        assert only(session).text == "as it is now"
    taken = {e.taken_at: e.value for e in everything(engine, Engagement)}
    assert taken == {NOON: 1, LATER: 3}


@pytest.mark.fault("F13")
def test_of_two_versions_on_one_page_the_newer_is_kept(engine: Engine) -> None:
    old, new = make_record(text="old"), make_record(text="new", edited_at=LATER)

    counts = store_records(engine, old, new, make_record("200"), at=LATER)

    assert (counts.stored, counts.duplicate) == (2, 1)
    assert {m.text for m in everything(engine, Mention)} >= {"new"}
    assert "old" not in {m.text for m in everything(engine, Mention)}


def test_a_later_page_of_the_same_run_may_bring_a_newer_version(
    engine: Engine,
) -> None:
    seen: set[int] = set()
    source = make_source(engine)
    counts = []
    for record in (
        make_record(text="old"),
        make_record(text="new", edited_at=LATER),
        make_record(text="old"),
    ):
        with db.writing(engine) as session:
            run = store.start_run(session, source, "pull", "tests", LATER)
            arrival = pages.Arrival(source.id or 0, run.id or 0, LATER)
            counts.append(pages.store_records(session, [record], arrival, seen))

    assert [(c.stored, c.updated, c.duplicate) for c in counts] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
    ]
    with db.reading(engine) as session:
        assert only(session).text == "new"


def test_an_edited_post_that_is_removed_is_emptied(engine: Engine) -> None:
    store_records(engine, make_record(text="edited", edited_at=NOON))
    gone = make_record(text="[removed]", author=None, missing=("text", "author"))

    counts = store_records(engine, gone, at=LATER)

    assert counts.updated == 1
    with db.reading(engine) as session:
        assert only(session).text == "[removed]"
