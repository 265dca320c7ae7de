"""Meta's ads over the Graph API: what is told of each day, and how it is asked for."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import connectors, db
from socialcell.campaigns.outcomes.figures_model import AdDay
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Reject,
)
from socialcell.connectors.facts import AdFact
from socialcell.errors import ConfigError
from socialcell.sandbox import Sandbox
from socialcell.sandbox.meta.meta_ads_world import ACCOUNT, ADS
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.collector import never_stop
from tests.builders import make_source
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.pulls import pull
from tests.connectors.source_runs import ContextOf

NAME = "meta_ads.daily"
TODAY = date(2026, 11, 21)
INSTALL, OMNI = "mobile_app_install", "omni_app_install"


def facts(batches: list[Batch], level: str = "campaign") -> dict[Any, AdFact]:
    found = [i for b in batches for i in b.items if isinstance(i, AdFact)]
    return {
        (fact.campaign, fact.ad_group, fact.ad, fact.day): fact
        for fact in found
        if fact.level == level
    }


def broken(
    served: Sandbox,
    connector_context: ConnectorContext,
    cursor: dict[str, Any] | None = None,
) -> tuple[list[Batch], ConnectorError]:
    """What came before a run failed, and how it failed."""
    batches: list[Batch] = []
    running = connector_of(served, NAME, connector_context).pull(
        cursor, Unlimited(), never_stop
    )
    with pytest.raises(ConnectorError) as caught:
        batches.extend(running)
    return batches, caught.value


def test_every_day_of_every_campaign_is_what_truly_happened(
    served: Sandbox, connector_context: ConnectorContext, meta_ads: Any
) -> None:
    found = facts(pull(served, NAME, connector_context))

    days = meta_ads.world.days(meta_ads.world.first, TODAY - timedelta(1))
    expected = {}
    for campaign in {ad.campaign for ad in ADS}:
        ads = tuple(ad for ad in ADS if ad.campaign == campaign)
        for day in days:
            if done := meta_ads.world.combined_figures(ads, day, TODAY):
                expected[campaign, None, None, day] = done
    assert len(expected) > 8
    assert {key: value for key, value in found.items() if key[3] < TODAY}.keys() == (
        expected.keys()
    )
    for key, done in expected.items():
        fact = found[key]
        assert fact.impressions == done.impressions
        assert fact.clicks == done.clicks
        assert fact.link_clicks == (done.link_clicks or None)
        assert fact.reach == done.reach
        assert fact.cost_micros == done.spend * 10_000  # from hundredths

        assert fact.video_views == done.plays
        assert (fact.currency, fact.zone) == ("INR", "Asia/Kolkata")
    names = {fact.campaign_name for fact in found.values()}
    assert names == {"Pune Care install", "पावसाळा २०२६"}


def test_the_levels_are_kept_apart_and_reach_does_not_add_up(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    batches = pull(served, NAME, connector_context)
    top, sets, single = (facts(batches, lv) for lv in ("campaign", "ad_group", "ad"))
    day = TODAY - timedelta(3)

    def total(found: dict[Any, AdFact], name: str) -> int:
        return sum(getattr(f, name) or 0 for f in found.values() if f.day == day)

    for name in ("impressions", "clicks", "cost_micros"):
        assert total(top, name) == total(sets, name) == total(single, name) > 0
    assert total(top, "reach") < total(single, "reach")
    one = next(iter(single.values()))
    assert one.ad_name
    assert one.ad_group_name
    assert next(iter(top.values())).ad_group is None


def test_installs_are_kept_by_action_type_and_never_added_up(
    served: Sandbox,
    connector_context: ConnectorContext,
    meta_ads: Any,
    city_clock: FixedClock,
) -> None:
    found = facts(pull(served, NAME, connector_context))

    campaign = ADS[0].campaign
    ads = tuple(ad for ad in ADS if ad.campaign == campaign)
    for (one, _group, _ad, day), fact in found.items():
        if one != campaign:
            # The report names the types elsewhere: here there truly were none.
            assert fact.installs == {INSTALL: 0, OMNI: 0}
            continue
        done = meta_ads.world.combined_figures(ads, day, TODAY)
        assert fact.installs == {INSTALL: done.installs, OMNI: done.installs}
        assert fact.conversions is None


def test_the_last_thirty_days_are_restated(
    served: Sandbox,
    connector_context: ConnectorContext,
    meta_ads: Any,
    city_clock: FixedClock,
) -> None:
    first = pull(served, NAME, connector_context)
    city_clock.advance(timedelta(days=1))

    second = pull(served, NAME, connector_context, first[-1].cursor)

    assert first[-1].cursor == {"through": "2026-11-21", "today": None, "jobs": []}
    assert second[-1].cursor["through"] == "2026-11-22"
    spans = {(job.since, job.until) for job in meta_ads.jobs.values()}
    assert min(spans)[0] == TODAY - timedelta(90)
    assert (TODAY - timedelta(30), TODAY + timedelta(1)) in spans
    assert (
        len(meta_ads.jobs) == 9 + 3
    )  # three slices of 91 days, then one; three levels

    key = ADS[0].campaign, None, None, TODAY - timedelta(1)
    early, late = facts(first)[key], facts(second)[key]
    assert late.installs[INSTALL] > early.installs[INSTALL]
    assert late.impressions == early.impressions


def test_what_was_restated_is_stored_with_what_was_said_first(
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
    engine: Engine,
) -> None:
    source = make_source(engine, NAME, "meta_ads", account_id=ACCOUNT)
    run(engine, served, source, connector_context)
    city_clock.advance(timedelta(days=5))

    result = run(engine, served, source, connector_context)

    assert result.counts["updated"] > 0
    table = db.table(AdDay)
    with db.reading(engine) as session:
        rows = session.execute(select(table)).mappings().all()
    (row,) = [
        row
        for row in rows
        if (row["level"], row["campaign"]) == ("campaign", ADS[0].campaign)
        and row["day"] == TODAY - timedelta(1)
    ]
    assert row["restatements"] == 1
    assert row["first"]["installs"][INSTALL] < row["installs"][INSTALL]


def run(
    engine: Engine, served: Sandbox, source: Any, connector_context: ConnectorContext
) -> collector.RunResult:
    connector = connector_of(served, NAME, connector_context)
    ledger = Ledger(engine, connector_context.clock, "meta_ads", {})
    context: Any = ContextOf(engine, connector_context.clock)
    return collector.run(context, source, connector, ledger, kind="pull")


def test_the_budget_is_asked_before_every_call(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    budget = Unlimited()
    batches = list(
        connector_of(served, NAME, connector_context).pull(None, budget, never_stop)
    )

    assert len(budget.taken) == len(served.requests)
    assert sum(batch.cost["calls"] for batch in batches) == len(served.requests)


def test_no_call_is_made_when_the_budget_is_spent(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    class Spent:
        def take(self, bucket: str, n: int = 1) -> None:
            raise ConnectorError(Kind.QUOTA, "spent")

    with pytest.raises(ConnectorError, match="spent"):
        list(
            connector_of(served, NAME, connector_context).pull(
                None, Spent(), never_stop
            )
        )

    assert served.requests == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("expire_token", Kind.AUTH),
        ("missing_permission", Kind.ACCESS),
        ("limit", Kind.RATE),
        ("server_error", Kind.TRANSIENT),
        ("truncate", Kind.TRANSIENT),
        ("drop_connection", Kind.TRANSIENT),
        ("html_instead_of_json", Kind.DRIFT),
        ("stuck_cursor", Kind.DRIFT),
    ],
)
def test_it_names_each_failure(
    fault: str,
    kind: Kind,
    served: Sandbox,
    connector_context: ConnectorContext,
    meta_ads: Any,
) -> None:
    getattr(meta_ads, fault)()

    _batches, error = broken(served, connector_context)

    assert error.kind is kind
    assert [secret for secret in served.secrets.values() if secret in str(error)] == []
    assert "127.0.0.1" not in str(error)


def test_it_waits_as_long_as_told(
    served: Sandbox,
    connector_context: ConnectorContext,
    meta_ads: Any,
    city_clock: FixedClock,
) -> None:
    meta_ads.limit()

    _batches, error = broken(served, connector_context)

    assert error.until == city_clock.now() + meta_ads.window


def test_one_malformed_row_does_not_spoil_its_report(
    served: Sandbox, connector_context: ConnectorContext, meta_ads: Any
) -> None:
    meta_ads.malformed_item()

    batches = pull(served, NAME, connector_context)

    rejects = [i for b in batches for i in b.items if isinstance(i, Reject)]
    assert len(rejects) == 1
    meta_ads.heal()
    assert facts(batches) == facts(pull(served, NAME, connector_context))


def test_it_stops_between_reports(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    connector = connector_of(served, NAME, connector_context)

    batches = list(connector.pull(None, Unlimited(), lambda: True))

    assert len(batches) == 2  # the jobs, and one report

    assert batches[-1].cursor["jobs"]


def test_the_check_names_currency_days_and_a_disabled_account(
    served: Sandbox, connector_context: ConnectorContext, meta_ads: Any
) -> None:
    connector = connector_of(served, NAME, connector_context)
    good = connector.check()
    meta_ads.disable()
    unpaid = connector.check()
    meta_ads.withdraw("ads_read")
    lacking = connector.check()

    assert good.ok
    assert good.message.endswith("INR, days of Asia/Kolkata")
    assert "not active" in unpaid.message
    assert (lacking.ok, lacking.kind) == (False, Kind.ACCESS)
    assert "ads_read" in lacking.message


@pytest.mark.parametrize(
    "settings", [{"account_id": f"act_{ACCOUNT}"}, {"account_id": ""}, {}]
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="Source settings of meta_ads"):
        connectors.check_settings("meta_ads", settings)
