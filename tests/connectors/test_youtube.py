"""What is special about YouTube: its buckets, its search, its lists, its key."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import connectors, db
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Filtered,
    Kind,
    Metric,
    Tombstone,
)
from socialcell.connectors.google.google_errors import next_midnight
from socialcell.errors import ConfigError
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from tests.builders import make_source
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.pulls import items, pull, records
from tests.connectors.source_runs import gap_of, run

SEARCH, UPLOADS, COMMENTS = "youtube.search", "youtube.uploads", "youtube.comments"
# 21 November, 03:30 in London, is the evening of the 20th in California.
MIDNIGHT_THERE = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def youtube(served: Sandbox) -> Any:
    return served.platform("youtube")


def asked(served: Sandbox) -> list[str]:
    paths = [logged.request.path for logged in served.requests]
    return [path.removeprefix("/youtube/v3/") for path in paths]


def test_each_page_of_a_search_is_a_search_and_a_unit_to_read_its_videos(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    budget = Unlimited()

    batches = list(
        connector_of(served, SEARCH, connector_context).pull(
            None, budget, collector.never_stop
        )
    )

    assert len(batches) > 2
    assert asked(served) == ["search", "videos"] * len(batches)
    assert budget.taken == [("searches", 1), ("units", 1)] * len(batches)
    assert [batch.cost for batch in batches] == [{"searches": 1, "units": 1}] * len(
        batches
    )


def test_uploads_and_comments_take_no_search(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    for name in (UPLOADS, COMMENTS):
        budget = Unlimited()
        list(
            connector_of(served, name, connector_context).pull(
                None, budget, collector.never_stop
            )
        )
        assert {bucket for bucket, _n in budget.taken} == {"units"}
    assert "search" not in asked(served)


def test_all_buckets_are_counted_by_the_day_in_california() -> None:
    found = {one.name: one for one in connectors.buckets("youtube")}

    assert {one.zone for one in found.values()} == {"America/Los_Angeles"}
    assert {one.period for one in found.values()} == {"day"}
    assert (found["searches"].cap, found["units"].cap) == (100, 10_000)


def test_when_searches_are_spent_the_rest_of_youtube_goes_on(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    youtube.allowed = {"search": 2, "units": 10_000, "stats": 10_000}

    with pytest.raises(ConnectorError, match="midnight Pacific") as caught:
        pull(served, SEARCH, connector_context)

    assert caught.value.kind is Kind.QUOTA
    assert caught.value.until == MIDNIGHT_THERE
    assert records(pull(served, UPLOADS, connector_context))


def test_our_own_ledger_ends_the_searches_at_the_same_moment(
    served: Sandbox, connector_context: ConnectorContext, engine: Engine
) -> None:
    buckets = {one.name: one for one in connectors.buckets("youtube")}
    ledger = Ledger(engine, connector_context.clock, "youtube", buckets)
    spent = Batch([], {}, cost={"searches": 100})
    with db.writing(engine) as session:
        ledger.book(session, spent)

    with pytest.raises(ConnectorError) as caught:
        list(
            connector_of(served, SEARCH, connector_context).pull(
                None, ledger, collector.never_stop
            )
        )

    assert caught.value.kind is Kind.QUOTA
    assert caught.value.until == MIDNIGHT_THERE
    assert served.requests == []
    uploads = connector_of(served, UPLOADS, connector_context)
    assert records(list(uploads.pull(None, ledger, collector.never_stop)))


@pytest.mark.parametrize(
    ("now", "then"),
    [  # In winter eight hours behind London, in summer seven.
        ("2026-11-25T07:59:00", "2026-11-25T08:00:00"),
        ("2026-11-25T08:00:00", "2026-11-26T08:00:00"),
        (
            "2026-07-01T12:00:00",
            "2026-07-02T07:00:00",
        ),  # The clocks go forward on 8 March, and back on 1 November.
        ("2026-03-08T07:00:00", "2026-03-08T08:00:00"),
        ("2026-03-08T12:00:00", "2026-03-09T07:00:00"),
        ("2026-11-01T06:30:00", "2026-11-01T07:00:00"),
        ("2026-11-01T12:00:00", "2026-11-02T08:00:00"),
    ],
)
def test_googles_day_ends_at_midnight_in_california(now: str, then: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert next_midnight(moment) == datetime.fromisoformat(then).replace(tzinfo=UTC)


def test_a_rate_is_not_taken_for_a_spent_day(
    served: Sandbox,
    connector_context: ConnectorContext,
    youtube: Any,
    city_clock: FixedClock,
) -> None:
    youtube.limit()

    with pytest.raises(ConnectorError) as caught:
        pull(served, UPLOADS, connector_context)

    assert caught.value.kind is Kind.RATE
    assert caught.value.until == city_clock.now() + timedelta(minutes=15)
    assert len(served.requests) == 1  # the library would try again by itself


def test_a_key_that_is_refused_in_the_older_words_needs_a_person(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    youtube.revoke_key()

    with pytest.raises(ConnectorError, match="new API key") as caught:
        pull(served, UPLOADS, connector_context)

    assert caught.value.kind is Kind.AUTH


def test_the_key_is_in_no_address_and_nobody_is_asked_about_the_interface(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    for name in (SEARCH, UPLOADS, COMMENTS):
        pull(served, name, connector_context)

    key = served.secrets["youtube_key"]
    for logged in served.requests:
        assert logged.request.path.startswith("/youtube/v3/")
        assert key not in logged.request.query.values()
        assert "key" not in logged.request.query


def test_a_video_that_search_finds_half_a_day_late_is_read(
    served: Sandbox,
    connector_context: ConnectorContext,
    youtube: Any,
    city_clock: FixedClock,
) -> None:
    late = youtube.publish("found late")
    youtube.hide_from_search(late)
    city_clock.advance(timedelta(hours=1))
    first = pull(served, SEARCH, connector_context)
    assert items(first, late) == []
    youtube.show_in_search(late)
    city_clock.advance(timedelta(hours=12))

    second = pull(served, SEARCH, connector_context, first[-1].cursor)

    assert [record.text for record in items(second, late)] == ["found late"]


def test_what_search_leaves_out_is_not_taken_for_deleted(
    served: Sandbox,
    connector_context: ConnectorContext,
    youtube: Any,
    city_clock: FixedClock,
) -> None:
    id_ = youtube.publish("here today")
    first = pull(served, SEARCH, connector_context)
    assert items(first, id_)
    youtube.hide_from_search(id_)
    city_clock.advance(timedelta(hours=3))

    second = pull(served, SEARCH, connector_context, first[-1].cursor)
    connector: Any = connector_of(served, SEARCH, connector_context)
    asked_again = list(connector.recheck([id_], Unlimited(), collector.never_stop))

    said = [item for batch in [*second, *asked_again] for item in batch.items]
    assert [item for item in said if isinstance(item, Tombstone)] == []


def test_a_video_that_became_private_is_gone(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    hidden, kept = youtube.publish("soon private"), youtube.publish("stays")
    youtube.make_private(hidden)

    batches = pull(served, UPLOADS, connector_context)
    connector: Any = connector_of(served, UPLOADS, connector_context)
    again = list(connector.recheck([hidden, kept], Unlimited(), collector.never_stop))

    assert items(batches, hidden) == []
    rules = [i.rule for b in batches for i in b.items if isinstance(i, Filtered)]
    assert rules == ["gone before it was read"]
    assert [item for batch in again for item in batch.items] == [
        Tombstone("youtube", hidden, "removed")
    ]


def test_counts_are_asked_fifty_at_a_time_in_their_own_bucket(
    served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    ids = [youtube.publish(f"video {n}") for n in range(60)]
    youtube.hide_likes(ids[3])
    youtube.remove(ids[4])
    connector: Any = connector_of(served, UPLOADS, connector_context)
    budget = Unlimited()

    batches = list(connector.refresh(ids, budget, collector.never_stop))

    assert budget.taken == [("statistics", 1)] * 2
    assert asked(served) == ["videos:batchGetStats"] * 2
    found = {i.external_id: i for batch in batches for i in batch.items}
    assert set(found) == set(ids) - {ids[4]}
    assert found[ids[3]].metrics == (
        Metric("viewCount", 0, "views"),
        Metric("likeCount", None, "reactions", "hidden"),
        Metric("commentCount", 0, "comments"),
    )


def test_the_counts_of_a_refresh_are_those_of_the_world(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    mine = pull(served, UPLOADS, connector_context)
    one = records(mine)[-1]
    city_clock.advance(timedelta(hours=20))
    connector: Any = connector_of(served, UPLOADS, connector_context)

    (batch,) = connector.refresh([one.external_id], Unlimited(), collector.never_stop)

    post = served.city.by_id["youtube", one.external_id]
    true = served.city.metrics(post, city_clock.now())
    (fresh,) = batch.items
    values = {metric.name: metric.value for metric in fresh.metrics}
    assert values["viewCount"] == true["views"]
    assert values["likeCount"] == true["likes"]
    before = {metric.name: metric.value for metric in one.metrics}
    assert true["views"] > (before["viewCount"] or 0)


def test_a_channel_that_youtube_does_not_know_is_gone(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    unknown = {"kind": "uploads", "channel_id": "UC" + "x" * 22}

    with pytest.raises(ConnectorError, match="knows no channel") as caught:
        list(
            connectors.build("youtube", unknown, connector_context).pull(
                None, Unlimited(), collector.never_stop
            )
        )

    assert caught.value.kind is Kind.GONE


def test_what_lies_below_the_end_of_a_search_is_a_recorded_gap(
    served: Sandbox,
    connector_context: ConnectorContext,
    youtube: Any,
    city_clock: FixedClock,
    engine: Engine,
) -> None:
    youtube.most = 100
    source = make_source(engine, SEARCH, "youtube", kind="search", query="pune")
    run(engine, source, connector_of(served, SEARCH, connector_context), city_clock)
    before = city_clock.now()
    city_clock.advance(timedelta(hours=10))
    begun = city_clock.now() - timedelta(hours=3)
    for n in range(600):
        youtube.publish(f"flood {n}", begun + timedelta(seconds=10 * n))

    result = run(
        engine, source, connector_of(served, SEARCH, connector_context), city_clock
    )

    assert result.counts["stored"] >= 490
    gap = gap_of(engine, source)
    assert gap.from_at == before
    assert begun < gap.to_at < city_clock.now()
    assert "only so many" in (gap.cause or "")


@pytest.mark.parametrize("name", [SEARCH, UPLOADS])
def test_the_check_spends_no_search_and_says_what_is_wrong(
    name: str, served: Sandbox, connector_context: ConnectorContext, youtube: Any
) -> None:
    connector = connector_of(served, name, connector_context)
    assert connector.check().ok
    assert len(served.requests) == 1
    assert "search" not in asked(served)
    youtube.expire_token()

    told = connector.check()

    assert (told.ok, told.kind) == (False, Kind.AUTH)
    assert "new API key" in told.message


def test_without_googles_library_the_message_says_what_to_install(
    served: Sandbox,
    connector_context: ConnectorContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [n for n in sys.modules if n.startswith("googleapiclient")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "googleapiclient", None)

    with pytest.raises(ConfigError, match=r"socialcell\[google\]"):
        connector_of(served, UPLOADS, connector_context)


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "search"},
        {"kind": "search", "channel_id": "UC" + "x" * 22},
        {"kind": "uploads", "query": "pune"},
        {"kind": "uploads", "channel_id": "@pune"},
        {"kind": "comments", "channel_id": "UC" + "x" * 22, "videos": ["a" * 11]},
        {"kind": "comments", "videos": ["../search"]},
        {"kind": "live", "query": "pune"},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="Source settings of youtube"):
        connectors.check_settings("youtube", settings)
