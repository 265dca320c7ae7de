"""Posts and comments of Facebook asked again: which are gone, what they count now."""

from datetime import timedelta
from typing import Any

import pytest

from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Metric,
    Refresh,
    Tombstone,
)
from socialcell.sandbox import Sandbox
from socialcell.sandbox.meta import facebook_json
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import CITY, Unlimited, connector_of, standing
from tests.connectors.test_asked_again import ask
from tests.connectors.test_facebook import COMMENTS, FEED, newest_own

TAGGED = "facebook.tagged"


@pytest.mark.parametrize(("name", "group"), [(FEED, "own"), (COMMENTS, "comment")])
def test_what_is_gone_is_named_and_nothing_else(
    name: str,
    group: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
) -> None:
    held = standing(facebook, group)
    stays = [id_ for id_ in held if facebook._find_post(id_).ends is None]
    facebook.remove(stays[0])
    before = len(served.requests)

    items = ask(served, name, connector_context, held)

    gone = {item.external_id: item for item in items if isinstance(item, Tombstone)}
    assert gone[stays[0]] == Tombstone("facebook", stays[0], "deleted")
    # What stood below it went with it; all else is there.
    assert {id_ for id_ in gone if id_ != stays[0]} <= {
        post.id for post in facebook.visible_posts() if post.conversation == stays[0]
    }
    # The page's token, one batch, and the token's permissions once.
    assert len(served.requests) - before == 3


def test_a_comment_goes_with_its_post(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    id_ = facebook.comment("Will this stay?")
    facebook.remove(newest_own(facebook))

    items = ask(served, COMMENTS, connector_context, [id_])

    assert items == [Tombstone("facebook", id_, "deleted")]


def test_without_the_permission_nothing_is_taken_for_deleted(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    held = standing(facebook, "own")
    facebook.withdraw("pages_read_user_content")

    with pytest.raises(ConnectorError, match="nothing was removed") as caught:
        ask(served, FEED, connector_context, held)

    assert caught.value.kind is Kind.ACCESS


def test_other_people_s_posts_are_not_judged(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    (first, *_) = standing(facebook, "tagged")
    facebook.remove(first)

    assert ask(served, TAGGED, connector_context, [first]) == []
    assert ask(served, TAGGED, connector_context, [first], verb="refresh") == []


def test_a_hundred_and_twenty_are_asked_for_in_three_requests(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    (first, *_) = standing(facebook, "own")
    budget = Unlimited()
    connector: Any = connector_of(served, FEED, connector_context)

    batches: list[Batch] = list(connector.recheck([first] * 120, budget, never_stop))
    again: list[Batch] = list(connector.recheck([first], Unlimited(), never_stop))

    assert [batch.cost["calls"] for batch in batches] == [51, 50, 20]
    assert sum(n for _bucket, n in budget.taken) == 121
    assert len(served.requests) == 4 + 2
    assert again[0].cost["calls"] == 2  # what was counted before is not counted again


@pytest.mark.parametrize("verb", ["recheck", "refresh"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("expire_token", Kind.AUTH),
        ("limit", Kind.RATE),
        ("server_error", Kind.TRANSIENT),
        ("drop_connection", Kind.TRANSIENT),
        ("html_instead_of_json", Kind.DRIFT),
    ],
)
def test_a_failure_is_named_here_too(
    verb: str,
    fault: str,
    kind: Kind,
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
) -> None:
    held = standing(facebook, "own")
    getattr(facebook, fault)()

    with pytest.raises(ConnectorError) as caught:
        ask(served, FEED, connector_context, held, verb=verb)

    assert caught.value.kind is kind


def test_figures_are_observed_again_with_how_often_a_post_was_seen(
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
    city_clock: FixedClock,
) -> None:
    (own, *_), (visitor, *_) = standing(facebook, "own"), standing(facebook, "visitor")
    city_clock.advance(timedelta(hours=5))

    items = ask(served, FEED, connector_context, [own, visitor], verb="refresh")

    now = city_clock.now()
    told = {item.external_id: item for item in items if isinstance(item, Refresh)}
    ours = {metric.name: metric for metric in told[own].metrics}
    theirs = {metric.name: metric for metric in told[visitor].metrics}
    true = CITY.by_id["facebook", own]
    assert ours["reactions"].value == CITY.metrics(true, now)["reactions"]
    seen = facebook_json.views(CITY, true, now)
    assert ours["post_media_view"] == Metric("post_media_view", seen, "views")
    # Of other people's posts there are no insights: not seen, not nought.
    assert theirs["post_media_view"].value is None
    assert theirs["post_media_view"].state == "absent"


def test_a_retired_figure_of_posts_takes_no_count_with_it(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    facebook.retire("post_media_view")
    (own, *_) = standing(facebook, "own")

    (item,) = ask(served, FEED, connector_context, [own], verb="refresh")

    assert isinstance(item, Refresh)
    states = {metric.name: metric.state for metric in item.metrics}
    assert states["reactions"] == "observed"
    assert states["post_media_view"] == "absent"


def test_comments_are_counted_again(
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
    city_clock: FixedClock,
) -> None:
    held = standing(facebook, "comment")[:3]

    items = ask(served, COMMENTS, connector_context, held, verb="refresh")

    told = {item.external_id: item for item in items if isinstance(item, Refresh)}
    for id_ in held:
        likes = CITY.metrics(CITY.by_id["facebook", id_], city_clock.now())["likes"]
        assert told[id_].metrics[0] == Metric("like_count", likes, "reactions")
