"""A page's own daily figures: family by family, in days of California."""

from datetime import date, timedelta
from typing import Any

import pytest

from socialcell import connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Reject,
)
from socialcell.connectors.facts import StoreFact
from socialcell.connectors.meta.facebook_insights import day_before
from socialcell.sandbox import Sandbox
from socialcell.sandbox.meta import facebook_json
from socialcell.sandbox.world.facebook_world import PAGE_ID
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import CITY, Unlimited, connector_of
from tests.connectors.pulls import pull

INSIGHTS = "facebook.insights"


def facts(batches: list[Batch]) -> list[StoreFact]:
    return [i for b in batches for i in b.items if isinstance(i, StoreFact)]


def test_insights_are_a_call_a_family_and_a_fact_a_day(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    batches = pull(served, INSIGHTS, connector_context)

    paths = [logged.request.path for logged in served.requests]
    assert paths == [f"/v26.0/{PAGE_ID}", *[f"/v26.0/{PAGE_ID}/insights"] * 5]
    found = facts(batches)
    views = {f.day: f.value for f in found if f.definition == "page_media_view"}
    # The clock stands at 03:30 UTC of the 21st: in California it is the 20th still.
    assert max(views) == date(2026, 11, 19)
    assert len(views) > 5
    for day, value in views.items():
        assert value == facebook_json.figure(CITY, "page_media_view", day)
    assert {(f.store, f.app, f.zone, f.dimension) for f in found} == {
        ("facebook", PAGE_ID, "America/Los_Angeles", "total")
    }


def test_a_retired_metric_stops_its_own_family_and_no_other(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    facebook.retire("page_follows")

    batches = pull(served, INSIGHTS, connector_context)

    rejects = [i for b in batches for i in b.items if isinstance(i, Reject)]
    assert len(rejects) == 1
    assert "page_follows" in rejects[0].reason
    assert "insights.followers" in rejects[0].reason
    assert {fact.metric for fact in facts(batches)} == {
        "views",
        "viewers",
        "engagement",
        "visits",
    }
    assert batches[-1].cursor["covered"] is not None


def test_when_every_family_is_retired_the_source_needs_a_person(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    for metric in facebook_json.METRICS:
        facebook.retire(metric)

    with pytest.raises(ConnectorError, match="valid insights metric") as caught:
        pull(served, INSIGHTS, connector_context)

    assert caught.value.kind is Kind.CONFIG


def test_a_metric_that_is_cut_gives_a_fact_for_each_part(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    settings = {
        "kind": "insights",
        "page_id": PAGE_ID,
        "insights": {"kinds": ["page_actions_post_reactions_total"]},
    }
    connector = connectors.build("facebook", settings, connector_context)

    found = facts(list(connector.pull(None, Unlimited(), never_stop)))

    day = found[0].day
    parts = {f.key: f.value for f in found if f.day == day}
    assert parts == facebook_json.figure(CITY, "page_actions_post_reactions_total", day)
    assert {f.dimension for f in found} == {"part"}


def test_the_last_week_is_read_again_and_no_more(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    first = pull(served, INSIGHTS, connector_context)
    city_clock.advance(timedelta(days=1))

    second = pull(served, INSIGHTS, connector_context, first[-1].cursor)

    oldest = min(fact.day for fact in facts(second))
    assert max(fact.day for fact in facts(second)) == date(2026, 11, 20)
    assert oldest >= date(2026, 11, 13)
    assert len({fact.day for fact in facts(second)}) >= 7


def test_a_stopped_run_of_insights_is_done_again(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    running = connector_of(served, INSIGHTS, connector_context).pull(
        None, Unlimited(), never_stop
    )
    first = next(running)
    facebook.server_error()

    with pytest.raises(ConnectorError):
        next(running)

    assert first.cursor == {"covered": None}


def test_a_day_of_meta_s_ends_at_midnight_in_california() -> None:
    assert day_before("2026-11-20T08:00:00+0000") == date(2026, 11, 19)
    assert day_before("2026-07-20T07:00:00+0000") == date(2026, 7, 19)  # summer
