"""Meta's ads over the Graph API: jobs that take time, strings for numbers, overlaps."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import connectors, db
from socialcell.campaigns.model import AdDay
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    AdFact,
    Batch,
    ConnectorError,
    Item,
    Kind,
    Reject,
    Surroundings,
)
from socialcell.connectors.meta_ads_rows import Account, facts_of, fields_of
from socialcell.errors import ConfigError
from socialcell.jobs import collect
from socialcell.jobs.budget import Ledger
from socialcell.jobs.collect import never
from socialcell.sandbox import Sandbox
from socialcell.sandbox.meta_ads_world import ACCOUNT, ADS
from tests.builders import make_source
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.test_contract import ContextOf, pull

NAME = "meta_ads.daily"
TODAY = date(2026, 11, 21)
INSTALL, OMNI = "mobile_app_install", "omni_app_install"
RUPEES = Account(ACCOUNT, "Asia/Kolkata", "INR")


@pytest.fixture
def meta(served: Sandbox) -> Any:
    return served.platform("meta_ads")


def facts(batches: list[Batch], level: str = "campaign") -> dict[Any, AdFact]:
    found = [i for b in batches for i in b.items if isinstance(i, AdFact)]
    return {
        (fact.campaign, fact.ad_group, fact.ad, fact.day): fact
        for fact in found
        if fact.level == level
    }


def broken(
    served: Sandbox, around: Surroundings, cursor: dict[str, Any] | None = None
) -> tuple[list[Batch], ConnectorError]:
    """What came before a run failed, and how it failed."""
    batches: list[Batch] = []
    running = connector_of(served, NAME, around).pull(cursor, Unlimited(), never)
    with pytest.raises(ConnectorError) as caught:
        batches.extend(running)
    return batches, caught.value


# What is told ----------------------------------------------------------------------


def test_every_day_of_every_campaign_is_what_truly_happened(
    served: Sandbox, around: Surroundings, meta: Any
) -> None:
    found = facts(pull(served, NAME, around))

    days = meta.world.days(meta.world.first, TODAY - timedelta(1))
    expected = {}
    for campaign in {ad.campaign for ad in ADS}:
        ads = tuple(ad for ad in ADS if ad.campaign == campaign)
        for day in days:
            if done := meta.world.together(ads, day, TODAY):
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
    served: Sandbox, around: Surroundings
) -> None:
    batches = pull(served, NAME, around)
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
    served: Sandbox, around: Surroundings, meta: Any, city_clock: FixedClock
) -> None:
    found = facts(pull(served, NAME, around))

    campaign = ADS[0].campaign
    ads = tuple(ad for ad in ADS if ad.campaign == campaign)
    for (one, _group, _ad, day), fact in found.items():
        if one != campaign:
            # The report names the types elsewhere: here there truly were none.
            assert fact.installs == {INSTALL: 0, OMNI: 0}
            continue
        done = meta.world.together(ads, day, TODAY)
        assert fact.installs == {INSTALL: done.installs, OMNI: done.installs}
        assert fact.conversions is None


def test_the_last_thirty_days_are_restated(
    served: Sandbox, around: Surroundings, meta: Any, city_clock: FixedClock
) -> None:
    first = pull(served, NAME, around)
    city_clock.advance(timedelta(days=1))

    second = pull(served, NAME, around, first[-1].cursor)

    assert first[-1].cursor == {"through": "2026-11-21", "today": None, "jobs": []}
    assert second[-1].cursor["through"] == "2026-11-22"
    spans = {(job.since, job.until) for job in meta.jobs.values()}
    assert min(spans)[0] == TODAY - timedelta(90)
    assert (TODAY - timedelta(30), TODAY + timedelta(1)) in spans
    assert len(meta.jobs) == 9 + 3  # three slices of 91 days, then one; three levels
    key = ADS[0].campaign, None, None, TODAY - timedelta(1)
    early, late = facts(first)[key], facts(second)[key]
    assert late.installs[INSTALL] > early.installs[INSTALL]
    assert late.impressions == early.impressions


def test_what_was_restated_is_stored_with_what_was_said_first(
    served: Sandbox,
    around: Surroundings,
    city_clock: FixedClock,
    engine: Engine,
) -> None:
    source = make_source(engine, NAME, "meta_ads", account_id=ACCOUNT)
    run(engine, served, source, around)
    city_clock.advance(timedelta(days=5))

    result = run(engine, served, source, around)

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
    engine: Engine, served: Sandbox, source: Any, around: Surroundings
) -> collect.Result:
    connector = connector_of(served, NAME, around)
    ledger = Ledger(engine, around.clock, "meta_ads", {})
    context: Any = ContextOf(engine, around.clock)
    return collect.run(context, source, connector, ledger, kind="pull")


# Jobs ------------------------------------------------------------------------------


def test_reports_that_are_not_ready_are_looked_after_by_the_next_run(
    served: Sandbox, around: Surroundings, meta: Any, city_clock: FixedClock
) -> None:
    meta.take_time(looks=1)
    batches, error = broken(served, around)

    assert error.kind is Kind.RATE
    assert "still making" in str(error)
    assert error.until == city_clock.now() + timedelta(minutes=2)
    assert facts(batches) == {}
    asked = len(meta.jobs)
    city_clock.advance(timedelta(minutes=2))

    rest = pull(served, NAME, around, batches[-1].cursor)

    assert len(meta.jobs) == asked  # nothing is asked for twice
    assert facts(rest)
    assert rest[-1].cursor == {"through": "2026-11-21", "today": None, "jobs": []}


def test_a_run_that_breaks_off_between_reports_reads_the_others_later(
    served: Sandbox, around: Surroundings, meta: Any
) -> None:
    running = connector_of(served, NAME, around).pull(None, Unlimited(), never)
    begun = [next(running), next(running), next(running)]

    rest = pull(served, NAME, around, begun[-1].cursor)

    whole = facts([*begun, *rest], "ad")
    assert whole == facts(pull(served, NAME, around), "ad")
    assert len(begun[-1].cursor["jobs"]) == len(begun[0].cursor["jobs"]) - 2


def test_a_report_that_failed_at_meta_is_asked_for_anew(
    served: Sandbox, around: Surroundings, meta: Any
) -> None:
    meta.fail_job()
    batches, error = broken(served, around)

    assert error.kind is Kind.TRANSIENT
    assert "retry your request" in str(error)
    assert batches[-1].cursor == {"through": None, "today": None, "jobs": []}
    assert facts(pull(served, NAME, around, batches[-1].cursor))


def test_a_forgotten_report_is_asked_for_anew(
    served: Sandbox, around: Surroundings, meta: Any, city_clock: FixedClock
) -> None:
    meta.take_time(looks=9)
    batches, _error = broken(served, around)
    meta.forget_jobs()
    meta.take_time(looks=0)

    again, error = broken(served, around, batches[-1].cursor)

    assert error.kind is Kind.TRANSIENT
    assert again[-1].cursor["jobs"] == []
    assert facts(pull(served, NAME, around, again[-1].cursor))


def test_a_report_that_takes_half_a_day_is_given_up(
    served: Sandbox, around: Surroundings, meta: Any, city_clock: FixedClock
) -> None:
    meta.take_time(looks=99)
    batches, _error = broken(served, around)
    city_clock.advance(timedelta(hours=13))

    again, error = broken(served, around, batches[-1].cursor)

    assert "half a day" in str(error)
    assert again[-1].cursor["jobs"] == []


@pytest.mark.parametrize("fault", ["server_error", "drop_connection", "limit"])
def test_trouble_on_the_way_loses_no_report(
    fault: str, served: Sandbox, around: Surroundings, meta: Any
) -> None:
    running = connector_of(served, NAME, around).pull(None, Unlimited(), never)
    begun = [next(running), next(running)]
    getattr(meta, fault)()
    with pytest.raises(ConnectorError):
        begun.extend(running)
    meta.heal()
    asked = len(meta.jobs)

    rest = pull(served, NAME, around, begun[-1].cursor)

    assert len(meta.jobs) == asked
    assert facts([*begun, *rest]) == facts(pull(served, NAME, around))


def test_a_report_of_many_pages_is_read_to_its_end(
    served: Sandbox, around: Surroundings, meta: Any
) -> None:
    whole = facts(pull(served, NAME, around), "ad")
    meta.most = 7

    assert facts(pull(served, NAME, around), "ad") == whole
    assert len(whole) > 14


# The contract ----------------------------------------------------------------------


def test_the_budget_is_asked_before_every_call(
    served: Sandbox, around: Surroundings
) -> None:
    budget = Unlimited()
    batches = list(connector_of(served, NAME, around).pull(None, budget, never))

    assert len(budget.taken) == len(served.requests)
    assert sum(batch.cost["calls"] for batch in batches) == len(served.requests)


def test_no_call_is_made_when_the_budget_is_spent(
    served: Sandbox, around: Surroundings
) -> None:
    class Spent:
        def take(self, bucket: str, n: int = 1) -> None:
            raise ConnectorError(Kind.QUOTA, "spent")

    with pytest.raises(ConnectorError, match="spent"):
        list(connector_of(served, NAME, around).pull(None, Spent(), never))

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
    fault: str, kind: Kind, served: Sandbox, around: Surroundings, meta: Any
) -> None:
    getattr(meta, fault)()

    _batches, error = broken(served, around)

    assert error.kind is kind
    assert [secret for secret in served.secrets.values() if secret in str(error)] == []
    assert "127.0.0.1" not in str(error)


def test_it_waits_as_long_as_told(
    served: Sandbox, around: Surroundings, meta: Any, city_clock: FixedClock
) -> None:
    meta.limit()

    _batches, error = broken(served, around)

    assert error.until == city_clock.now() + meta.window


def test_one_malformed_row_does_not_spoil_its_report(
    served: Sandbox, around: Surroundings, meta: Any
) -> None:
    meta.malformed_item()

    batches = pull(served, NAME, around)

    rejects = [i for b in batches for i in b.items if isinstance(i, Reject)]
    assert len(rejects) == 1
    meta.heal()
    assert facts(batches) == facts(pull(served, NAME, around))


def test_it_stops_between_reports(served: Sandbox, around: Surroundings) -> None:
    connector = connector_of(served, NAME, around)

    batches = list(connector.pull(None, Unlimited(), lambda: True))

    assert len(batches) == 2  # the jobs, and one report
    assert batches[-1].cursor["jobs"]


def test_the_check_names_currency_days_and_a_disabled_account(
    served: Sandbox, around: Surroundings, meta: Any
) -> None:
    connector = connector_of(served, NAME, around)
    good = connector.check()
    meta.disable()
    unpaid = connector.check()
    meta.withdraw("ads_read")
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


# Rows ------------------------------------------------------------------------------


def row(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "campaign_id": "120110000",
        "campaign_name": "Monsoon\nhelp",
        "account_currency": "INR",
        "impressions": "1204",
        "reach": "900",
        "clicks": "31",
        "inline_link_clicks": "20",
        "spend": "145.07",
        "actions": [
            {"action_type": INSTALL, "value": "3"},
            {"action_type": OMNI, "value": "3"},
            {"action_type": "app_custom_event.fb_mobile_activate_app", "value": "9"},
            {"action_type": "video_view", "value": "240"},
        ],
        "date_start": "2026-11-20",
        "date_stop": "2026-11-20",
    }
    return made | changes


def read(*rows: Any) -> list[Item]:
    return facts_of(rows, "campaign", RUPEES, (INSTALL, OMNI))


def test_a_row_becomes_a_fact() -> None:
    assert read(row()) == [
        AdFact(
            network="meta_ads",
            account=ACCOUNT,
            zone="Asia/Kolkata",
            currency="INR",
            day=date(2026, 11, 20),
            level="campaign",
            campaign="120110000",
            campaign_name="Monsoon help",
            impressions=1204,
            reach=900,
            clicks=31,
            link_clicks=20,
            video_views=240,
            cost_micros=145_070_000,
            installs={INSTALL: 3.0, OMNI: 3.0},
        )
    ]


def test_what_is_left_out_is_unknown_and_not_nought() -> None:
    (fact,) = read(row(impressions=None, spend=None, actions=None))

    assert isinstance(fact, AdFact)
    assert (fact.impressions, fact.cost_micros, fact.video_views) == (None, None, None)
    assert fact.installs == {}


def test_a_type_that_the_report_names_elsewhere_is_a_nought_here() -> None:
    quiet = row(actions=[], date_start="2026-11-21", date_stop="2026-11-21")
    only = row(actions=[{"action_type": INSTALL, "value": "1"}])

    (first, second) = read(only, quiet)

    assert isinstance(first, AdFact)
    assert isinstance(second, AdFact)
    assert (first.installs, second.installs) == ({INSTALL: 1.0}, {INSTALL: 0.0})


@pytest.mark.parametrize(
    ("spend", "micros"),
    [("0", 0), ("0.01", 10_000), ("19.99", 19_990_000), (7, 7_000_000)],
)
def test_money_is_exact(spend: Any, micros: int) -> None:
    (fact,) = read(row(spend=spend))

    assert isinstance(fact, AdFact)
    assert fact.cost_micros == micros


@pytest.mark.parametrize(
    "changes",
    [
        {"campaign_id": None},
        {"campaign_id": 12},
        {"impressions": "many"},
        {"impressions": "1.5"},
        {"impressions": "-1"},
        {"impressions": "NaN"},
        {"impressions": "1e30"},
        {"impressions": True},
        {"spend": "Infinity"},
        {"date_start": "2026-11-19"},
        {"date_start": "today", "date_stop": "today"},
        {"actions": [{"action_type": INSTALL}]},
        {"actions": {"action_type": INSTALL}},
    ],
)
def test_a_row_without_what_it_needs_is_kept_as_it_is(changes: dict[str, Any]) -> None:
    odd = row(**changes)

    _fact, reject = read(row(), odd)

    assert isinstance(reject, Reject)
    assert reject.raw == odd
    with pytest.raises(ConnectorError) as caught:
        read(odd)
    assert caught.value.kind is Kind.DRIFT


def test_each_level_is_asked_for_with_the_names_above_it() -> None:
    assert fields_of("campaign")[:2] == ("campaign_id", "campaign_name")
    assert "adset_id" not in fields_of("campaign")
    assert {"campaign_name", "adset_name", "ad_name"} <= set(fields_of("ad"))
