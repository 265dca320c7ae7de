"""What was kept long enough goes; counts, tombstones and the registry stay."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.connectors.base import Reject
from socialcell.errors import ConfigError
from socialcell.identity.actor import unsigned
from socialcell.listening.model import Annotation, Mention, RawItem
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.mentions import mention_queries, rollups, tags
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.pages import pages
from socialcell.listening.store.people import registry
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.privacy import retention
from socialcell.settings import Config, Retention
from tests.builders import NOON, make_record, store_records

OLD = NOON - timedelta(days=31)
TEXTS = ("No water in Kothrud for 3 days", "Garbage in Baner", "Good morning")


def kept(engine: Engine, model: Any) -> list[Any]:
    with db.reading(engine) as session:
        table = db.table(model)
        return list(session.execute(select(table).order_by(table.c.id)))


def limited(context: Context, **text_days: int | None) -> Context:
    """The same workspace with limits for texts."""
    limits = Config(retention=Retention(text_days=text_days))
    workspace = Workspace(context.workspace.folder, limits)
    return replace(context, workspace=workspace, clock=FixedClock(NOON))


@pytest.fixture
def listened(context: Context) -> Context:
    """Three old posts of X, a new one, an old one of Reddit; an old unreadable item."""
    engine = context.engine
    for number, text in enumerate(TEXTS):
        store_records(engine, make_record(f"{number}", text=text), at=OLD)
    store_records(engine, make_record("n", text="No water in Baner"), at=NOON)
    store_records(engine, make_record("r", platform="reddit", text="Hello"), at=OLD)
    with db.writing(engine) as session:
        arrival = pages.Arrival(1, 1, OLD)
        pages.keep_rejects(session, "x", [Reject({"bad": 1}, "no id")], arrival)
        registry.register(
            session, "x", "pmc", "PMC", "media", "its site", unsigned("t"), OLD
        )
    context = limited(context, x=30, reddit=None)
    tag_waiting(context)
    return context


def test_old_raw_items_go_and_new_ones_stay(listened: Context) -> None:
    done = retention.run_retention(listened)

    assert (done.raw_mapped, done.raw_quarantined) == (4, 1)
    (raw,) = kept(listened.engine, RawItem)
    assert raw.received_at == NOON
    assert [row.raw_id for row in kept(listened.engine, Mention) if row.raw_id] == [
        raw.id
    ]


def test_texts_go_by_the_terms_of_their_platform(listened: Context) -> None:
    done = retention.run_retention(listened)

    assert done.texts == {"x": 3}
    texts = {row.external_id: row.text for row in kept(listened.engine, Mention)}
    assert texts == {"0": None, "1": None, "2": None, "n": "No water in Baner"} | {
        "r": "Hello"
    }
    with db.reading(listened.engine) as session:
        asked = MentionFilter(query=parse("kothrud"))
        assert mention_queries.count_mentions(session, asked) == 0
        assert len(registry.registry(session)) == 1


def test_counts_stay_and_a_rebuild_comes_to_the_same(listened: Context) -> None:
    with db.reading(listened.engine) as session:
        before = rollups.everything(session)
        languages = mention_queries.language_counts(session)

    retention.run_retention(listened)

    with db.writing(listened.engine) as session:
        assert rollups.everything(session) == before
        rollups.rebuild(session)
        assert rollups.everything(session) == before
        assert mention_queries.language_counts(session) == languages


def test_a_new_model_leaves_what_has_no_text_as_it_is(listened: Context) -> None:
    retention.run_retention(listened)
    with db.writing(listened.engine) as session:
        before = rollups.everything(session)
        tags.forget(session)
        assert tags.count_untagged(session) == 2

    tag_waiting(listened)

    with db.reading(listened.engine) as session:
        assert rollups.everything(session) == before


def test_no_word_of_a_text_stays_beside_its_counts(listened: Context) -> None:
    retention.run_retention(listened)

    gone = {row.id for row in kept(listened.engine, Mention) if row.text is None}
    about = [row for row in kept(listened.engine, Annotation) if row.mention_id in gone]
    assert {row.kind for row in about} >= {"entity", "topic", "urgency"}
    assert "Kothrud" not in repr(about)


def test_the_same_post_again_does_not_bring_its_text_back(listened: Context) -> None:
    retention.run_retention(listened)

    counts = store_records(listened.engine, make_record("0", text=TEXTS[0]), at=NOON)

    assert counts.unchanged == 1
    assert kept(listened.engine, Mention)[0].text is None


def test_a_dry_run_counts_and_changes_nothing(listened: Context) -> None:
    before = kept(listened.engine, RawItem), kept(listened.engine, Mention)

    dry = retention.run_retention(listened, dry_run=True)

    assert (kept(listened.engine, RawItem), kept(listened.engine, Mention)) == before
    done = retention.run_retention(listened)
    assert replace(dry, waits=done.waits) == done
    with db.reading(listened.engine) as session:
        (entry, _registered) = audit.entries(session, 9)
    assert entry.action == "retention.run"
    assert entry.detail == {"mapped": 4, "quarantined": 1, "text x": 3}


def test_a_second_run_finds_nothing(listened: Context) -> None:
    retention.run_retention(listened)

    again = retention.run_retention(listened)

    assert (again.raw_mapped, again.raw_quarantined, again.texts) == (0, 0, {"x": 0})


def test_a_limit_of_no_days_is_a_mistake_in_the_config(context: Context) -> None:
    path = context.workspace.folder / "config.yaml"
    path.write_text("retention: {text_days: {x: 0}}\n")

    with pytest.raises(ConfigError, match=r"retention\.text_days\.x"):
        config.load(path)
