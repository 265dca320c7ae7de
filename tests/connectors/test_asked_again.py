"""Asked again about what is held: figures of what is there, tombstones of the rest."""

from datetime import timedelta
from typing import Any

import pytest

from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Capability,
    ConnectorContext,
    ConnectorError,
    Item,
    Kind,
    Metric,
    Refresh,
    Tombstone,
    Undecided,
)
from socialcell.connectors.mastodon.mastodon_connector import Mastodon
from socialcell.connectors.reddit.reddit_connector import Reddit
from socialcell.connectors.reddit.reddit_post import lookup_items as reddit_looked_up
from socialcell.connectors.x.x_connector import X
from socialcell.connectors.x.x_lookup import lookup_items as x_looked_up
from socialcell.sandbox import Sandbox
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import CITY, Unlimited, connector_of
from tests.connectors.pulls import pull, records

DAY = timedelta(days=1)
ASKED = ("x.search", "reddit.new", "mastodon.pune")
every_platform = pytest.mark.parametrize("name", ASKED)


def ask(
    served: Sandbox,
    name: str,
    connector_context: ConnectorContext,
    ids: list[str],
    **options: Any,
) -> list[Item]:
    connector: Any = connector_of(served, name, connector_context)
    verb = getattr(connector, options.get("verb", "recheck"))
    batches = verb(ids, options.get("budget", Unlimited()), never_stop)
    return [item for batch in batches for item in batch.items]


@every_platform
def test_what_is_gone_is_named_and_the_rest_brings_its_figures(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    held = [
        record.external_id for record in records(pull(served, name, connector_context))
    ][:30]
    assert len(held) > 5
    platform = name.split(".")[0]
    served.platform(platform).remove(held[1])

    items = ask(served, name, connector_context, held)

    gone = [item for item in items if isinstance(item, Tombstone)]
    assert gone == [Tombstone(platform, held[1], "deleted")]
    there = {item.external_id: item for item in items if isinstance(item, Refresh)}
    assert set(there) == set(held) - {held[1]}
    assert all(item.platform == platform for item in there.values())
    assert all(item.metrics for item in there.values())


@every_platform
def test_every_question_is_asked_of_the_budget_first(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    held = [
        record.external_id for record in records(pull(served, name, connector_context))
    ][:5]
    asked = Unlimited()

    ask(served, name, connector_context, held, verb="refresh", budget=asked)

    assert asked.taken


@every_platform
def test_an_expired_token_is_named_here_too(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    held = [
        record.external_id for record in records(pull(served, name, connector_context))
    ][:3]
    served.platform(name.split(".")[0]).expire_token()

    with pytest.raises(ConnectorError) as caught:
        ask(served, name, connector_context, held)

    assert caught.value.kind is Kind.AUTH


@pytest.mark.parametrize("connector", [X, Reddit, Mastodon])
def test_who_can_be_asked_says_so(connector: Any) -> None:
    assert {Capability.RECHECK, Capability.POST_METRICS} <= connector.capabilities


def test_x_hides_the_posts_of_closed_accounts() -> None:
    problem = {
        "resource_id": "7",
        "type": "https://api.x.com/2/problems/not-authorized-for-resource",
    }

    assert x_looked_up({"errors": [problem]}, ["7"]) == [Tombstone("x", "7", "hidden")]


def test_a_post_that_x_says_nothing_of_is_not_taken_for_deleted() -> None:
    for body in ({}, {"data": []}, {"errors": [{"title": "odd"}]}):
        with pytest.raises(ConnectorError, match="says nothing of it") as caught:
            x_looked_up(body, ["7"])
        assert caught.value.kind is Kind.DRIFT


def test_a_problem_that_nobody_knows_leaves_its_post_undecided_and_no_other() -> None:
    kinds = {"1": "resource-not-found", "2": "server-trouble", "3": "<b>odd</b>"}
    body = {
        "data": [{"id": "4", "public_metrics": {"like_count": 4}}],
        "errors": [
            {"resource_id": id_, "type": f"https://api.x.com/2/problems/{kind}"}
            for id_, kind in kinds.items()
        ],
    }

    items = x_looked_up(body, ["1", "2", "3", "4", "5"])

    assert items == [
        Tombstone("x", "1", "deleted"),
        Undecided("x", "2", "server-trouble"),
        Undecided("x", "3", "a problem without a name"),
        Refresh("x", "4", (Metric("like_count", 4, "reactions"),)),
        Undecided("x", "5", "X says nothing of it"),
    ]


def test_figures_of_an_edited_post_are_those_of_its_newest_version(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    now = city_clock.now()
    older = next(
        post
        for post in CITY.posts
        if post.platform == "x" and post.replaced_by and post.at < now - DAY
    )
    newer = CITY.by_id["x", older.replaced_by or ""]
    views = CITY.metrics(newer, now)["impression"]
    budget = Unlimited()

    (item,) = ask(served, "x.search", connector_context, [older.id], budget=budget)

    assert isinstance(item, Refresh)
    assert item.external_id == older.id
    assert Metric("impression_count", views, "views") in item.metrics
    assert views > CITY.metrics(older, newer.at)["impression"]
    assert item.record is not None
    assert item.record.text == newer.text
    assert budget.taken == [("posts", 1), ("posts", 1)]


def test_a_repost_that_is_looked_up_alone_brings_figures_and_no_cut_text() -> None:
    repost = {
        "id": "7",
        "text": "RT @asha_sample: The pump…",
        "referenced_tweets": [{"type": "retweeted", "id": "5"}],
        "public_metrics": {"like_count": 4},
    }

    (item,) = x_looked_up({"data": [repost]}, ["7"])

    assert isinstance(item, Refresh)
    assert item.record is None


def test_an_edited_post_of_x_is_told_under_its_first_id() -> None:
    post = {
        "id": "9",
        "edit_history_tweet_ids": ["7", "9"],
        "public_metrics": {"like_count": 4},
    }

    (item,) = x_looked_up({"data": [post]}, ["7"])

    assert isinstance(item, Refresh)
    assert (item.external_id, item.metrics[0].value) == ("7", 4)


def test_a_submission_that_is_removed_or_unknown_is_gone() -> None:
    removed = {"name": "t3_a", "removed_by_category": "moderator", "selftext": ""}

    items = reddit_looked_up([{"kind": "t3", "data": removed}], ["t3_a", "t3_b"])

    assert items == [
        Tombstone("reddit", "t3_a", "removed"),
        Tombstone("reddit", "t3_b", "deleted"),
    ]


def test_a_thing_of_reddit_without_a_name_makes_nobody_deleted() -> None:
    with pytest.raises(ConnectorError) as caught:
        reddit_looked_up([{"kind": "t3", "data": {}}], ["t3_a"])

    assert caught.value.kind is Kind.DRIFT
