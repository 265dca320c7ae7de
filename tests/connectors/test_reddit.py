"""What is special about Reddit: its order, its ceiling, its token, praw's habits."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Filtered,
    Kind,
    Metric,
    RecordAuthor,
    RecordRelation,
    Tombstone,
)
from socialcell.connectors.reddit.reddit_post import to_record, tombstone
from socialcell.errors import ConfigError
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from tests.builders import make_source
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.pulls import expected_ids, items, pull, records
from tests.connectors.source_runs import gap_of, run

pytestmark = pytest.mark.swept_on_postgresql

NEW = "reddit.new"
GROUP = "PuneCityDemo"


@pytest.fixture
def reddit(served: Sandbox) -> Any:
    return served.platform("reddit")


def asked(served: Sandbox) -> list[str]:
    return [logged.request.path for logged in served.requests]


def test_a_pull_is_one_login_and_its_pages_and_nothing_else(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    batches = pull(served, NEW, connector_context)

    pages = [f"/r/{GROUP}/new"] * len(batches)
    assert asked(served) == ["/api/v1/access_token", *pages]
    assert len(pages) > 2


def test_a_planted_praw_ini_is_not_read(
    served: Sandbox,
    connector_context: ConnectorContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_site", "nowhere")
    monkeypatch.setenv("praw_username", "mallory")
    monkeypatch.setenv("praw_password", "secret")
    (tmp_path / "praw.ini").write_text("[DEFAULT]\noauth_url=https://evil.example\n]")

    assert records(pull(served, NEW, connector_context))


def test_an_old_submission_at_the_top_does_not_hide_what_is_new(
    served: Sandbox,
    connector_context: ConnectorContext,
    reddit: Any,
    city_clock: FixedClock,
) -> None:
    first = pull(served, NEW, connector_context)
    oldest = records(first)[-1].external_id
    city_clock.advance(timedelta(hours=30))
    for id_ in [record.external_id for record in records(first)[-12:]]:
        reddit.displace(id_)

    second = pull(served, NEW, connector_context, first[-1].cursor)

    assert reddit.most < 12  # a whole page of old ones comes first

    new = expected_ids(NEW, [city_clock.now()]) - {
        record.external_id for record in records(first)
    }
    assert new
    assert new <= {record.external_id for record in records(second)}
    assert items(second, oldest) == []


def test_what_was_read_long_before_is_filtered_by_name(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    first = pull(served, NEW, connector_context)
    city_clock.advance(timedelta(hours=6))

    second = pull(served, NEW, connector_context, first[-1].cursor)

    rules = {i.rule for batch in second for i in batch.items if isinstance(i, Filtered)}
    assert rules == {"read before"}


def test_a_submission_that_appears_an_hour_late_is_found(
    served: Sandbox,
    connector_context: ConnectorContext,
    reddit: Any,
    city_clock: FixedClock,
) -> None:
    for minutes in range(40):
        moment = city_clock.now() - timedelta(minutes=minutes)
        reddit.publish("busy", moment, title="Busy", group=GROUP)
    first = pull(served, NEW, connector_context)
    late = city_clock.now() - timedelta(hours=1, minutes=50)
    id_ = reddit.publish("held back by a filter", late, title="Late", group=GROUP)

    second = pull(served, NEW, connector_context, first[-1].cursor)

    assert [record.title for record in items(second, id_)] == ["Late"]


def test_a_deleted_anchor_takes_nothing_with_it(
    served: Sandbox,
    connector_context: ConnectorContext,
    reddit: Any,
    city_clock: FixedClock,
) -> None:
    batches = []
    running = connector_of(served, NEW, connector_context).pull(
        None, Unlimited(), collector.never_stop
    )
    for batch in running:
        batches.append(batch)
        if len(batches) == 1:
            anchor = records(batches)[-1].external_id
            reddit.remove(anchor)

    found = {record.external_id for record in records(batches)}
    assert expected_ids(NEW, [city_clock.now()]) <= found
    assert len(batches) > 3


def test_the_ceiling_of_a_listing_is_a_recorded_gap(
    served: Sandbox,
    connector_context: ConnectorContext,
    reddit: Any,
    city_clock: FixedClock,
    engine: Engine,
) -> None:
    reddit.most = 100
    source = make_source(engine, NEW, "reddit", kind="new", subreddit=GROUP)
    run(engine, source, connector_of(served, NEW, connector_context), city_clock)
    before = city_clock.now()
    city_clock.advance(timedelta(hours=10))
    begun = city_clock.now() - timedelta(hours=3)
    for n in range(1100):
        moment = begun + timedelta(seconds=5 * n)
        reddit.publish(f"flood {n}", moment, title="Flood", group=GROUP)

    result = run(
        engine, source, connector_of(served, NEW, connector_context), city_clock
    )

    assert result.counts["stored"] >= 1000 - 20  # the city's own are among them

    gap = gap_of(engine, source)
    assert gap.from_at == before
    assert begun < gap.to_at < city_clock.now()
    assert "only so many" in (gap.cause or "")


def test_a_spent_allowance_stops_between_pages_without_a_nap(
    served: Sandbox,
    connector_context: ConnectorContext,
    reddit: Any,
    city_clock: FixedClock,
) -> None:
    reddit.spend(left=2)
    batches: list[Batch] = []
    running = connector_of(served, NEW, connector_context).pull(
        None, Unlimited(), collector.never_stop
    )
    started = time.monotonic()

    with pytest.raises(ConnectorError) as caught:
        batches.extend(running)

    assert time.monotonic() - started < 60  # prawcore would sleep for minutes

    assert caught.value.kind is Kind.RATE
    assert len(batches) == 2
    assert len(served.requests) == 3
    limits = batches[-1].limits
    assert limits is not None
    assert limits.remaining == 0
    assert caught.value.until == limits.reset_at
    assert limits.reset_at is not None
    assert city_clock.now() < limits.reset_at <= city_clock.now() + reddit.window


@pytest.mark.parametrize("fault", ["server_error", "drop_connection", "truncate"])
def test_a_failure_is_told_at_once_and_not_tried_again(
    fault: str, served: Sandbox, connector_context: ConnectorContext, reddit: Any
) -> None:
    running = connector_of(served, NEW, connector_context).pull(
        None, Unlimited(), collector.never_stop
    )
    next(running)
    getattr(reddit, fault)(times=None)
    before = len(served.requests)

    with pytest.raises(ConnectorError) as caught:
        next(running)

    assert caught.value.kind is Kind.TRANSIENT
    # A connection that was kept alive may be found closed before anything is sent.
    assert len(served.requests) - before == 1


def test_a_page_that_is_html_in_the_middle_of_a_run_is_drift(
    served: Sandbox, connector_context: ConnectorContext, reddit: Any
) -> None:
    running = connector_of(served, NEW, connector_context).pull(
        None, Unlimited(), collector.never_stop
    )
    next(running)
    reddit.html_instead_of_json()

    with pytest.raises(ConnectorError, match="text/html") as caught:
        next(running)

    assert caught.value.kind is Kind.DRIFT


def test_a_token_taken_back_in_the_middle_is_renewed_once(
    served: Sandbox,
    connector_context: ConnectorContext,
    reddit: Any,
    city_clock: FixedClock,
) -> None:
    budget = Unlimited()
    running = connector_of(served, NEW, connector_context).pull(
        None, budget, collector.never_stop
    )
    batches = [next(running)]
    reddit.revoke_token()
    batches += running

    found = {record.external_id for record in records(batches)}
    assert found == expected_ids(NEW, [city_clock.now()])
    assert asked(served).count("/api/v1/access_token") == 2
    assert len(budget.taken) == len(served.requests)


def test_a_token_taken_back_again_and_again_needs_a_person(
    served: Sandbox, connector_context: ConnectorContext, reddit: Any
) -> None:
    reddit.revoke_token(times=9)

    with pytest.raises(ConnectorError) as caught:
        pull(served, NEW, connector_context)

    assert caught.value.kind is Kind.AUTH
    assert len(served.requests) == 4


def test_a_private_subreddit_and_an_unknown_one_are_told_apart(
    served: Sandbox, connector_context: ConnectorContext, reddit: Any
) -> None:
    reddit.private(GROUP)
    with pytest.raises(ConnectorError, match="private") as caught:
        pull(served, NEW, connector_context)
    assert caught.value.kind is Kind.ACCESS

    settings = {"kind": "new", "subreddit": "NobodyHasThis"}
    unknown = connectors.build("reddit", settings, connector_context)
    with pytest.raises(ConnectorError, match="knows no subreddit") as caught:
        list(unknown.pull(None, Unlimited(), collector.never_stop))
    assert caught.value.kind is Kind.CONFIG


def test_the_check_says_what_is_wrong(
    served: Sandbox, connector_context: ConnectorContext, reddit: Any
) -> None:
    connector = connector_of(served, NEW, connector_context)
    assert connector.check().ok
    reddit.expire_token()

    told = connector.check()

    assert (told.ok, told.kind) == (False, Kind.AUTH)
    assert "id and secret" in told.message


def test_what_is_removed_upstream_is_emptied_here(
    served: Sandbox, connector_context: ConnectorContext, reddit: Any
) -> None:
    known = reddit.publish("my address is 12 Lane 3", title="Leak", group=GROUP)
    first = pull(served, NEW, connector_context)
    assert items(first, known)[0].text == "my address is 12 Lane 3"
    strange = reddit.publish("gone at once", title="Never seen", group=GROUP)
    reddit.moderate(known)
    reddit.erase(strange)

    second = pull(served, NEW, connector_context, first[-1].cursor)

    gone = [i for batch in second for i in batch.items if isinstance(i, Tombstone)]
    assert set(gone) == {
        Tombstone("reddit", known, "removed"),
        Tombstone("reddit", strange, "deleted"),
    }
    assert items(second, known) == items(second, strange) == []


def test_a_closed_account_leaves_its_words_without_a_name(
    served: Sandbox, connector_context: ConnectorContext, reddit: Any
) -> None:
    id_ = reddit.publish("who wrote this?", title="Hello", group=GROUP)
    reddit.forget_author(id_)

    (record,) = items(pull(served, NEW, connector_context), id_)

    assert record.author is None
    assert record.missing == ("author",)
    assert record.text == "who wrote this?"


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "search", "subreddit": "pune"},
        {"kind": "new", "subreddit": "pune", "query": "water"},
        {"kind": "new", "subreddit": "../api"},
        {"kind": "hot", "subreddit": "pune"},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="Source settings of reddit"):
        connectors.check_settings("reddit", settings)


def submission(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": "t3_abc",
        "title": "Water in Kothrud?",
        "selftext": "None since six. See https://example.org/map.",
        "author": "asha_sample",
        "author_fullname": "t2_77",
        "created_utc": 1_795_000_000.0,
        "edited": False,
        "permalink": "/r/pune/comments/abc/water/",
        "is_self": True,
        "url": "https://www.reddit.com/r/pune/comments/abc/water/",
        "score": 12,
        "num_comments": 3,
        "num_crossposts": 0,
    }
    return made | changes


def test_a_submission_becomes_a_record() -> None:
    record = to_record(submission(), via="new")

    assert record.external_id == "t3_abc"
    assert record.title == "Water in Kothrud?"
    assert record.text.startswith("None since six")
    # 1,795,000,000 s: 20,775 days and 40,000 s after 1 January 1970.
    assert record.authored_at == datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
    assert record.edited_at is None
    assert record.author == RecordAuthor(uid="t2_77", handle="asha_sample")
    assert record.url == "https://www.reddit.com/r/pune/comments/abc/water/"
    assert record.links == ("https://example.org/map",)
    assert record.metrics == (
        Metric("score", 12, "reactions"),
        Metric("num_comments", 3, "comments"),
        Metric("num_crossposts", 0, "shares"),
    )


def test_a_link_an_edit_a_crosspost_and_a_hidden_score_are_read() -> None:
    record = to_record(
        submission(
            selftext="",
            is_self=False,
            url="https://paper.example/news",
            edited=1_795_000_060.0,
            crosspost_parent="t3_zzz",
            hide_score=True,
            author_fullname=None,
        ),
        via="search",
    )

    assert record.text == record.title == "Water in Kothrud?"
    assert record.links == ("https://paper.example/news",)
    assert record.edited_at == datetime(2026, 11, 18, 11, 7, 40, tzinfo=UTC)
    assert record.relations == (RecordRelation("repost", "t3_zzz"),)
    assert record.metrics[0] == Metric("score", None, "reactions", "hidden")
    assert record.author == RecordAuthor(uid="asha_sample", handle="asha_sample")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"title": 7},
        {"created_utc": "today"},
        {"created_utc": True},
        {"permalink": None},
    ],
)
def test_a_submission_without_what_it_needs_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        to_record(submission(**changes), via="new")


def test_a_removed_submission_is_known_by_any_of_its_marks() -> None:
    told = [
        tombstone(submission(removed_by_category="moderator", selftext="[removed]")),
        tombstone(submission(removed_by_category="deleted")),
        tombstone(submission(selftext="[deleted]")),
        tombstone(submission(selftext="[removed]")),
    ]

    assert [stone and stone.reason for stone in told] == [
        "removed",
        "deleted",
        "deleted",
        "removed",
    ]
    assert tombstone(submission()) is None
