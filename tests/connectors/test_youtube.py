"""What is special about YouTube: its buckets, its search, its threads, its key."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import connectors, db
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Author,
    Batch,
    ConnectorError,
    Filtered,
    Kind,
    Metric,
    Record,
    Refresh,
    Relation,
    Surroundings,
    Tombstone,
)
from socialcell.connectors.google_client import next_midnight
from socialcell.connectors.youtube import YouTube
from socialcell.connectors.youtube_item import comment, video
from socialcell.errors import ConfigError
from socialcell.jobs import collect
from socialcell.jobs.budget import Ledger
from socialcell.ops import store
from socialcell.sandbox import Sandbox
from tests.builders import make_source
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.test_contract import ContextOf, pull, records

SEARCH, UPLOADS, COMMENTS = "youtube.search", "youtube.uploads", "youtube.comments"
# 21 November, 03:30 in London, is the evening of the 20th in California.
MIDNIGHT_THERE = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def youtube(served: Sandbox) -> Any:
    return served.platform("youtube")


def asked(served: Sandbox) -> list[str]:
    paths = [logged.request.path for logged in served.requests]
    return [path.removeprefix("/youtube/v3/") for path in paths]


def items(batches: list[Batch], id_: str) -> list[Record]:
    return [record for record in records(batches) if record.external_id == id_]


def of_videos(around: Surroundings, *ids: str) -> Any:
    settings = {"kind": "comments", "videos": list(ids)}
    return connectors.build("youtube", settings, around)


def everything(connector: Any) -> list[Batch]:
    return list(connector.pull(None, Unlimited(), collect.never))


def test_each_page_of_a_search_is_a_search_and_a_unit_to_read_its_videos(
    served: Sandbox, around: Surroundings
) -> None:
    budget = Unlimited()

    batches = list(
        connector_of(served, SEARCH, around).pull(None, budget, collect.never)
    )

    assert len(batches) > 2
    assert asked(served) == ["search", "videos"] * len(batches)
    assert budget.taken == [("searches", 1), ("units", 1)] * len(batches)
    assert [batch.cost for batch in batches] == [{"searches": 1, "units": 1}] * len(
        batches
    )


def test_uploads_and_comments_take_no_search(
    served: Sandbox, around: Surroundings
) -> None:
    for name in (UPLOADS, COMMENTS):
        budget = Unlimited()
        list(connector_of(served, name, around).pull(None, budget, collect.never))
        assert {bucket for bucket, _n in budget.taken} == {"units"}
    assert "search" not in asked(served)


def test_all_buckets_are_counted_by_the_day_in_california() -> None:
    found = {one.name: one for one in connectors.buckets("youtube")}

    assert {one.zone for one in found.values()} == {"America/Los_Angeles"}
    assert {one.period for one in found.values()} == {"day"}
    assert (found["searches"].cap, found["units"].cap) == (100, 10_000)


def test_when_searches_are_spent_the_rest_of_youtube_goes_on(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    youtube.allowed = {"search": 2, "units": 10_000, "stats": 10_000}

    with pytest.raises(ConnectorError, match="midnight Pacific") as caught:
        pull(served, SEARCH, around)

    assert caught.value.kind is Kind.QUOTA
    assert caught.value.until == MIDNIGHT_THERE
    assert records(pull(served, UPLOADS, around))


def test_our_own_ledger_ends_the_searches_at_the_same_moment(
    served: Sandbox, around: Surroundings, engine: Engine
) -> None:
    buckets = {one.name: one for one in connectors.buckets("youtube")}
    ledger = Ledger(engine, around.clock, "youtube", buckets)
    spent = Batch([], {}, cost={"searches": 100})
    with db.writing(engine) as session:
        ledger.book(session, spent)

    with pytest.raises(ConnectorError) as caught:
        list(connector_of(served, SEARCH, around).pull(None, ledger, collect.never))

    assert caught.value.kind is Kind.QUOTA
    assert caught.value.until == MIDNIGHT_THERE
    assert served.requests == []
    uploads = connector_of(served, UPLOADS, around)
    assert records(list(uploads.pull(None, ledger, collect.never)))


@pytest.mark.parametrize(
    ("now", "then"),
    [
        # In winter eight hours behind London, in summer seven.
        ("2026-11-25T07:59:00", "2026-11-25T08:00:00"),
        ("2026-11-25T08:00:00", "2026-11-26T08:00:00"),
        ("2026-07-01T12:00:00", "2026-07-02T07:00:00"),
        # The clocks go forward on 8 March, and back on 1 November.
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
    served: Sandbox, around: Surroundings, youtube: Any, city_clock: FixedClock
) -> None:
    youtube.limit()

    with pytest.raises(ConnectorError) as caught:
        pull(served, UPLOADS, around)

    assert caught.value.kind is Kind.RATE
    assert caught.value.until == city_clock.now() + timedelta(minutes=15)
    assert len(served.requests) == 1  # the library would try again by itself


def test_a_key_that_is_refused_in_the_older_words_needs_a_person(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    youtube.revoke_key()

    with pytest.raises(ConnectorError, match="new API key") as caught:
        pull(served, UPLOADS, around)

    assert caught.value.kind is Kind.AUTH


def test_the_key_is_in_no_address_and_nobody_is_asked_about_the_interface(
    served: Sandbox, around: Surroundings
) -> None:
    for name in (SEARCH, UPLOADS, COMMENTS):
        pull(served, name, around)

    key = served.secrets["youtube_key"]
    for logged in served.requests:
        assert logged.request.path.startswith("/youtube/v3/")
        assert key not in logged.request.query.values()
        assert "key" not in logged.request.query


def test_a_video_that_search_finds_half_a_day_late_is_read(
    served: Sandbox, around: Surroundings, youtube: Any, city_clock: FixedClock
) -> None:
    late = youtube.publish("found late")
    youtube.hide_from_search(late)
    city_clock.advance(timedelta(hours=1))
    first = pull(served, SEARCH, around)
    assert items(first, late) == []
    youtube.show_in_search(late)
    city_clock.advance(timedelta(hours=12))

    second = pull(served, SEARCH, around, first[-1].cursor)

    assert [record.text for record in items(second, late)] == ["found late"]


def test_what_search_leaves_out_is_not_taken_for_deleted(
    served: Sandbox, around: Surroundings, youtube: Any, city_clock: FixedClock
) -> None:
    id_ = youtube.publish("here today")
    first = pull(served, SEARCH, around)
    assert items(first, id_)
    youtube.hide_from_search(id_)
    city_clock.advance(timedelta(hours=3))

    second = pull(served, SEARCH, around, first[-1].cursor)
    connector: Any = connector_of(served, SEARCH, around)
    asked_again = list(connector.recheck([id_], Unlimited(), collect.never))

    said = [item for batch in [*second, *asked_again] for item in batch.items]
    assert [item for item in said if isinstance(item, Tombstone)] == []


def test_a_video_that_became_private_is_gone(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    hidden, kept = youtube.publish("soon private"), youtube.publish("stays")
    youtube.make_private(hidden)

    batches = pull(served, UPLOADS, around)
    connector: Any = connector_of(served, UPLOADS, around)
    again = list(connector.recheck([hidden, kept], Unlimited(), collect.never))

    assert items(batches, hidden) == []
    rules = [i.rule for b in batches for i in b.items if isinstance(i, Filtered)]
    assert rules == ["gone before it was read"]
    assert [item for batch in again for item in batch.items] == [
        Tombstone("youtube", hidden, "removed")
    ]


def test_a_deleted_comment_is_told_by_recheck_and_on_the_way_of_a_refresh(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    gone, kept = youtube.comment("delete me"), youtube.comment("keep me")
    answer = youtube.comment("an answer", to=kept)
    youtube.remove(gone)
    connector: Any = connector_of(served, COMMENTS, around)
    ids = [gone, kept, answer]

    told = list(connector.recheck(ids, Unlimited(), collect.never))
    counted = list(connector.refresh(ids, Unlimited(), collect.never))

    stone = Tombstone("youtube", gone, "removed")
    assert [item for batch in told for item in batch.items] == [stone]
    found = [item for batch in counted for item in batch.items]
    assert stone in found
    fresh = {item.external_id for item in found if isinstance(item, Refresh)}
    assert fresh == {kept, answer}


def test_of_many_comments_that_are_there_none_is_taken_for_deleted(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    ids = [youtube.comment(f"comment {n}") for n in range(45)]
    connector: Any = connector_of(served, COMMENTS, around)

    told = list(connector.recheck(ids, Unlimited(), collect.never))
    counted = list(connector.refresh(ids, Unlimited(), collect.never))

    assert [item for batch in told for item in batch.items] == []
    found = [item for batch in counted for item in batch.items]
    assert {item.external_id for item in found} == set(ids)
    assert all(isinstance(item, Refresh) for item in found)


def test_counts_are_asked_fifty_at_a_time_in_their_own_bucket(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    ids = [youtube.publish(f"video {n}") for n in range(60)]
    youtube.hide_likes(ids[3])
    youtube.remove(ids[4])
    connector: Any = connector_of(served, UPLOADS, around)
    budget = Unlimited()

    batches = list(connector.refresh(ids, budget, collect.never))

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
    served: Sandbox, around: Surroundings, city_clock: FixedClock
) -> None:
    mine = pull(served, UPLOADS, around)
    one = records(mine)[-1]
    city_clock.advance(timedelta(hours=20))
    connector: Any = connector_of(served, UPLOADS, around)

    (batch,) = connector.refresh([one.external_id], Unlimited(), collect.never)

    post = served.city.by_id["youtube", one.external_id]
    true = served.city.metrics(post, city_clock.now())
    (fresh,) = batch.items
    values = {metric.name: metric.value for metric in fresh.metrics}
    assert values["viewCount"] == true["views"]
    assert values["likeCount"] == true["likes"]
    before = {metric.name: metric.value for metric in one.metrics}
    assert true["views"] > (before["viewCount"] or 0)


def test_a_thread_with_more_answers_than_a_page_shows_is_read_whole(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    youtube.most = 100
    top = youtube.comment("who is responsible?")
    answers = {youtube.comment(f"answer {n}", to=top) for n in range(8)}

    batches = pull(served, COMMENTS, around)

    found = {record.external_id: record for record in records(batches)}
    assert answers <= set(found)
    assert asked(served).count("comments") >= 1
    assert found[top].relations == (Relation("reply", found[top].conversation or ""),)
    for id_ in answers:
        assert found[id_].relations == (Relation("reply", top),)
        assert found[id_].conversation == found[top].conversation


def test_an_answer_to_a_comment_of_the_day_before_yesterday_is_found(
    served: Sandbox, around: Surroundings, youtube: Any, city_clock: FixedClock
) -> None:
    top = youtube.comment("an old question")
    city_clock.advance(timedelta(hours=1))
    for n in range(12):  # more than a page lies above it
        youtube.comment(f"something else {n}")
    city_clock.advance(timedelta(hours=46))
    first = pull(served, COMMENTS, around)
    city_clock.advance(timedelta(hours=1))
    answer = youtube.comment("the answer at last", to=top)

    second = pull(served, COMMENTS, around, first[-1].cursor)

    assert [record.text for record in items(second, answer)] == ["the answer at last"]


def test_comments_are_read_as_text_and_not_as_html(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    id_ = youtube.comment("5 < 7 & पाणी\nnone")

    (record,) = items(pull(served, COMMENTS, around), id_)

    assert record.text == "5 < 7 & पाणी\nnone"


def test_a_closed_account_leaves_a_comment_without_a_name(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    id_ = youtube.comment("who was that?")
    youtube.forget_author(id_)

    (record,) = items(pull(served, COMMENTS, around), id_)

    assert record.author is None
    assert record.missing == ("author",)


def test_a_video_that_takes_no_comments_does_not_end_the_run(
    served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    closed, open_, gone = (youtube.publish(f"video {n}") for n in range(3))
    said = youtube.comment("still open", on=open_)
    youtube.close_comments(closed)
    youtube.remove(gone)

    batches = everything(of_videos(around, closed, open_, gone))

    assert [record.external_id for record in records(batches)] == [said]
    rules = {i.rule for b in batches for i in b.items if isinstance(i, Filtered)}
    assert rules == {f"no comments can be read of {id_}" for id_ in (closed, gone)}
    assert batches[-1].covered is not None


def test_a_source_all_of_whose_videos_are_closed_is_gone(
    around: Surroundings, youtube: Any
) -> None:
    closed = youtube.publish("no comments please")
    youtube.close_comments(closed)

    with pytest.raises(ConnectorError, match="commentsDisabled") as caught:
        everything(of_videos(around, closed))

    assert caught.value.kind is Kind.GONE


def test_a_channel_that_youtube_does_not_know_is_gone(
    served: Sandbox, around: Surroundings
) -> None:
    unknown = {"kind": "uploads", "channel_id": "UC" + "x" * 22}

    with pytest.raises(ConnectorError, match="knows no channel") as caught:
        everything(connectors.build("youtube", unknown, around))

    assert caught.value.kind is Kind.GONE


def test_what_lies_below_the_end_of_a_search_is_a_recorded_gap(
    served: Sandbox,
    around: Surroundings,
    youtube: Any,
    city_clock: FixedClock,
    engine: Engine,
) -> None:
    youtube.most = 100
    source = make_source(engine, SEARCH, "youtube", kind="search", query="pune")
    run(engine, served, source, around)
    before = city_clock.now()
    city_clock.advance(timedelta(hours=10))
    begun = city_clock.now() - timedelta(hours=3)
    for n in range(600):
        youtube.publish(f"flood {n}", begun + timedelta(seconds=10 * n))

    result = run(engine, served, source, around)

    assert result.counts["stored"] >= 490
    with db.reading(engine) as session:
        gaps = [s for s in store.coverage(session, source.id) if s.state == "gap"]
        assert len(gaps) == 1
        assert gaps[0].from_at == before
        assert begun < gaps[0].to_at < city_clock.now()
        assert "only so many" in (gaps[0].cause or "")


def run(
    engine: Engine, served: Sandbox, source: Any, around: Surroundings
) -> collect.Result:
    connector = connector_of(served, SEARCH, around)
    ledger = Ledger(engine, around.clock, "youtube", {})
    context: Any = ContextOf(engine, around.clock)
    return collect.run(context, source, connector, ledger, kind="pull")


@pytest.mark.parametrize("name", [SEARCH, UPLOADS])
def test_the_check_spends_no_search_and_says_what_is_wrong(
    name: str, served: Sandbox, around: Surroundings, youtube: Any
) -> None:
    connector = connector_of(served, name, around)
    assert connector.check().ok
    assert len(served.requests) == 1
    assert "search" not in asked(served)
    youtube.expire_token()

    told = connector.check()

    assert not told.ok
    assert "new API key" in told.message


def test_without_googles_library_the_message_says_what_to_install(
    served: Sandbox, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in sys.modules if n.startswith("googleapiclient")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "googleapiclient", None)

    with pytest.raises(ConfigError, match=r"socialcell\[google\]"):
        connector_of(served, UPLOADS, around)


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


def a_video(**said: Any) -> dict[str, Any]:
    snippet = {
        "publishedAt": "2026-11-20T04:00:00Z",
        "channelId": "UCsample",
        "channelTitle": "Asha walks",
        "title": "Water in Kothrud",
        "description": "None since six. Map: https://example.org/map.",
        "defaultAudioLanguage": "mr",
    }
    counts = {"viewCount": "120", "likeCount": "7", "commentCount": "0"}
    return {"id": "abcdefghijk", "snippet": snippet | said, "statistics": counts}


def test_a_video_becomes_a_record() -> None:
    record = video(a_video(), via="search")

    assert record.external_id == record.conversation == "abcdefghijk"
    assert record.title == "Water in Kothrud"
    assert record.text.startswith("None since six")
    assert record.authored_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert record.author == Author(uid="UCsample", name="Asha walks")
    assert record.links == ("https://example.org/map",)
    assert record.language == "mr"
    assert record.metrics == (
        Metric("viewCount", 120, "views"),
        Metric("likeCount", 7, "reactions"),
        Metric("commentCount", 0, "comments"),
    )
    assert video(a_video(description=""), via="search").text == "Water in Kothrud"


def a_comment(**said: Any) -> dict[str, Any]:
    snippet = {
        "videoId": "abcdefghijk",
        "textDisplay": "पाणी नाही",
        "authorDisplayName": "@asha_sample",
        "authorChannelId": {"value": "UCasha"},
        "likeCount": 2,
        "publishedAt": "2026-11-20T04:00:00Z",
        "updatedAt": "2026-11-20T05:00:00Z",
    }
    return {"id": "Ugx1", "snippet": snippet | said}


def test_a_comment_becomes_a_record() -> None:
    record = comment(a_comment())

    assert record.kind == "comment"
    assert record.url == "https://www.youtube.com/watch?v=abcdefghijk&lc=Ugx1"
    assert record.author == Author(
        uid="UCasha", handle="asha_sample", name="@asha_sample"
    )
    assert record.edited_at == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert record.relations == (Relation("reply", "abcdefghijk"),)
    assert record.metrics == (Metric("likeCount", 2, "reactions"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": None},
        {"description": 7},
        {"publishedAt": "yesterday"},
        {"publishedAt": "2026-11-20T04:00:00"},
        {"channelId": None},
    ],
)
def test_a_video_without_what_it_needs_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        video(a_video(**changes), via="search")


@pytest.mark.parametrize("name", [UPLOADS, COMMENTS])
def test_what_is_stored_can_be_read_again_by_itself(
    name: str, served: Sandbox, around: Surroundings
) -> None:
    found = records(pull(served, name, around))

    assert len(found) > 5
    again = [YouTube.mapped(record.raw) for record in found]
    assert [replace(one, via="remap") for one in found] == [
        replace(one, via="remap") for one in again if isinstance(one, Record)
    ]


def test_an_answer_keeps_the_video_that_its_thread_names() -> None:
    data = a_comment(parentId="Ugx1")
    del data["snippet"]["videoId"]

    record = comment({**data, "kind": "youtube#comment"}, "abcdefghijk")

    assert record.conversation == "abcdefghijk"
    assert YouTube.mapped(record.raw) == record
    with pytest.raises((ValueError, TypeError, LookupError)):
        YouTube.mapped({"kind": "youtube#searchResult", "id": {}, "snippet": {}})
