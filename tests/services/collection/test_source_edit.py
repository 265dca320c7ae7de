"""A source is changed under a new version: settings, name, interval."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import ConfigError, UsageError
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.people import registry
from socialcell.ops import audit, store
from socialcell.ops.model import Source
from socialcell.services.alerts import alert_detectors
from socialcell.services.alerts.incident_grouping import IncidentGrouping
from socialcell.services.collection import source_edit, source_setup
from socialcell.services.collection.source_edit import AS_CONFIG, SourceChange
from socialcell.services.context import Context
from socialcell.services.daemon.due import IntervalSlots
from socialcell.services.daemon.job_schedule import list_schedules
from tests.builders import make_record, make_source, store_records

FEED = "https://paper.example/feed.xml"
QUERY = {"kind": "search", "query": "pune water"}


def edit(context: Context, name: str, /, **change: Any) -> source_edit.EditedSource:
    return source_edit.edit_source(context, name, SourceChange(**change))


def source_now(engine: Engine, name: str) -> Source:
    with db.reading(engine) as session:
        return store.source_named(session, name)


def audited(engine: Engine, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    with db.reading(engine) as session:
        rows = audit.entries_about(session, "source.", name)
        return [(row.action, row.detail) for row in rows]


def interval(context: Context, name: str) -> timedelta:
    (job,) = (job for job in list_schedules(context) if job.name == f"pull:{name}")
    assert isinstance(job.when, IntervalSlots)
    return job.when.length


def test_a_query_is_changed_and_the_version_before_stays(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source_setup.add_source(context, "x.search", "x", QUERY)
    clock.advance(timedelta(hours=1))

    edited = edit(context, "x.search", settings={"query": "pune roads"})

    versions = source_edit.list_versions(context, "x.search")
    assert (edited.version, edited.changed, edited.restarted) == (2, ("query",), True)
    assert [(row.version, row.settings["query"], row.reason) for row in versions] == [
        (1, "pune water", "added"),
        (2, "pune roads", "edited: query"),
    ]
    assert versions[1].changed_at == clock.now()
    ((_, before), (action, detail)) = audited(engine, "x.search")
    assert before["settings"]["query"] == "pune water"
    assert (action, detail["settings"]["query"]) == ("source.edit", "pune roads")
    assert detail["changed"] == ["query"]


def test_what_a_changed_source_brought_stays_and_its_cursor_goes(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = source_setup.add_source(context, "x.search", "x", QUERY)
    store_records(engine, make_record("1"), source=source)
    with db.writing(engine) as session:
        store.save_cursor(session, source.id or 0, 1, {"since": "9"}, clock.now())

    edit(context, "x.search", name="x.roads")
    with db.reading(engine) as session:
        assert store.cursor(session, source.id or 0) is not None
    edit(context, "x.roads", settings={"query": "pune roads"})

    with db.reading(engine) as session:
        assert store.cursor(session, source.id or 0) is None
        assert mention_queries.present_count(session) == 1
    assert source_now(engine, "x.roads").shown_state == "new"


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("from:asha_kale", "a private person"),
        ("पुणे मोर्चा आंदोलन", "No source is added about"),
    ],
)
def test_what_may_not_be_added_may_not_be_made_of_a_source(
    context: Context, engine: Engine, query: str, why: str
) -> None:
    source_setup.add_source(context, "x.search", "x", QUERY)

    with pytest.raises(UsageError, match=why):
        edit(context, "x.search", settings={"query": query})

    assert source_now(engine, "x.search").settings["query"] == "pune water"
    assert [action for action, _ in audited(engine, "x.search")] == ["source.add"]


def test_a_setting_that_its_connector_does_not_take_is_refused(
    context: Context,
) -> None:
    source_setup.add_source(context, "x.search", "x", QUERY)

    with pytest.raises(ConfigError):
        edit(context, "x.search", settings={"qury": "pune roads"})
    with pytest.raises(UsageError, match=r"no setting url\. It has: kind, query"):
        edit(context, "x.search", removed=("url",))


def test_an_interval_goes_before_that_of_the_config_until_it_is_taken_back(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "paper", "rss", url=FEED)
    assert interval(context, "paper") == timedelta(minutes=15)

    edit(context, "paper", pull_minutes=45)
    assert interval(context, "paper") == timedelta(minutes=45)
    assert not edit(context, "paper", pull_minutes=45).changed

    edit(context, "paper", pull_minutes=AS_CONFIG)
    assert interval(context, "paper") == timedelta(minutes=15)
    every = [row.pull_minutes for row in source_edit.list_versions(context, "paper")]
    assert every == [None, 45, None]


def test_a_new_name_is_free_and_the_incident_of_the_old_one_ends(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    make_source(engine, "paper", "rss", url=FEED)
    make_source(engine, "times", "rss", url=FEED)
    clock.advance(timedelta(days=3))
    with db.writing(engine) as session:
        alert_detectors.detect_silences(IncidentGrouping(session, clock.now()))

    with pytest.raises(UsageError, match="There is a source 'times' already"):
        edit(context, "paper", name="times")
    edit(context, "paper", name="ledger")

    with db.reading(engine) as session:
        assert alerts.incident_of(session, "source:paper") is None
        assert alerts.incident_of(session, "source:times") is not None
    assert source_now(engine, "ledger").settings == {"url": FEED}
    ((_, detail),) = audited(engine, "paper")
    assert detail["name"] == "ledger"


def test_the_paper_of_a_new_feed_is_shown_by_name(
    context: Context, engine: Engine
) -> None:
    source_setup.add_source(context, "paper", "rss", {"url": FEED})

    edit(context, "paper", settings={"url": "https://other.example/feed.xml"})

    with db.reading(engine) as session:
        handles = {row.handle for row in registry.accounts(session)}
    assert {"paper.example", "other.example"} <= handles


def test_the_source_of_imported_files_is_not_changed(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "file:x-jsonl", "file", format="x-jsonl")

    with pytest.raises(UsageError, match="socialcell import FILE"):
        edit(context, "file:x-jsonl", name="other")
