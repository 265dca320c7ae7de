"""Google Ads over its own client: gRPC on TLS, a real sign-in, a known world."""

import contextlib
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import config, connectors
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Reject,
)
from socialcell.connectors.facts import AdFact
from socialcell.connectors.google import google_ads_client
from socialcell.connectors.google.google_ads import figures_query, installs_query
from socialcell.errors import ConfigError
from socialcell.sandbox.google.google_ads_server import platforms
from socialcell.sandbox.server import LoggedRequest
from socialcell.sandbox.world.app_world import ACCOUNT, ADS
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import CITY, Unlimited
from tests.connectors.failures import Spent, assert_plain, each_failure

PLAY = "GOOGLE_PLAY_DOWNLOAD/Play installs"
FIRST_OPEN = "FIREBASE_ANDROID_FIRST_OPEN/First open Android"
TODAY = date(2026, 11, 21)


@dataclass
class Ads:
    """A served account, and what a connector needs to ask it."""

    account: Any
    sign_in: Any
    connector_context: ConnectorContext
    log: list[LoggedRequest]
    clock: FixedClock
    secrets: dict[str, str]

    def connector(self, **settings: Any) -> Any:
        return connectors.build(
            "google_ads", {"customer_id": ACCOUNT} | settings, self.connector_context
        )

    def pull(self, cursor: dict[str, Any] | None = None) -> list[Batch]:
        return list(self.connector().pull(cursor, Unlimited(), never_stop))

    @property
    def queries(self) -> list[str]:
        return [row.request.query["query"] for row in self.log if _is_query(row)]


def _is_query(row: LoggedRequest) -> bool:
    return row.platform == "google_ads"


@pytest.fixture
def ads(tmp_path: Path, city_clock: FixedClock) -> Iterator[Ads]:
    rows = platforms()
    secrets = {s: f"sandbox-{s}" for row in rows.values() for s in row.secrets}
    (tmp_path / "secrets").mkdir()
    for name, value in secrets.items():
        (tmp_path / "secrets" / name).write_text(value)
    space = Workspace(tmp_path, config.Config())
    served = {n: row.build(CITY, city_clock, secrets) for n, row in rows.items()}
    log: list[LoggedRequest] = []
    with contextlib.ExitStack() as stack:
        urls = {
            n: stack.enter_context(rows[n].serve(platform, log))
            for n, platform in served.items()
        }
        connector_context = ConnectorContext(
            city_clock, space.config, space.secret, urls
        )
        yield Ads(
            served["google_ads"],
            served["google_ads_oauth"],
            connector_context,
            log,
            city_clock,
            secrets,
        )


def facts(batches: list[Batch], level: str = "campaign") -> dict[Any, AdFact]:
    found = [i for b in batches for i in b.items if isinstance(i, AdFact)]
    return {
        (fact.campaign, fact.ad_group, fact.ad, fact.day): fact
        for fact in found
        if fact.level == level
    }


def true_days(ads: Ads, campaign: int) -> dict[date, list[Any]]:
    """The world's own days of a campaign, whole days only."""
    world = ads.account.world
    return {
        day: [world.ad_day(ad, day) for ad in ADS if ad.campaign == campaign]
        for day in world.days(TODAY)
    }


def test_every_day_of_every_campaign_is_what_truly_happened(ads: Ads) -> None:
    found = facts(ads.pull())

    for campaign in (11, 12, 13):
        for day, done in true_days(ads, campaign).items():
            fact = found[str(campaign), None, None, day]
            assert fact.impressions == sum(one.impressions for one in done)
            assert fact.clicks == sum(one.clicks for one in done)
            assert fact.cost_micros == sum(one.cost_micros for one in done)
    assert found["13", None, None, TODAY - timedelta(1)].campaign_name == (
        "पावसाळी हेल्पलाइन"
    )


def test_each_level_adds_up_to_the_level_above_and_is_kept_apart(ads: Ads) -> None:
    batches = ads.pull()
    top, groups, single = (facts(batches, lv) for lv in ("campaign", "ad_group", "ad"))
    day = TODAY - timedelta(2)

    def clicks(found: dict[Any, AdFact]) -> int:
        return sum(f.clicks or 0 for f in found.values() if f.day == day)

    assert clicks(top) == clicks(groups) == clicks(single) > 0
    assert len(single) > len(groups) > len(top)
    one = next(iter(single.values()))
    assert one.ad_group_name
    assert one.ad_name


def test_installs_are_told_by_action_and_never_added_up(ads: Ads) -> None:
    # Ten days later nothing ripens any more.
    ads.clock.advance(timedelta(days=10))
    found = facts(ads.pull())

    for day, done in true_days(ads, 11).items():
        fact = found["11", None, None, day]
        true = sum(one.installs for one in done)
        assert fact.installs[PLAY] == true
        seen_by_firebase = sum(one.installs * 92 // 100 for one in done)
        assert fact.installs[FIRST_OPEN] == seen_by_firebase
        assert fact.conversions == true


def test_no_row_for_an_action_is_a_known_nought(ads: Ads) -> None:
    fact = facts(ads.pull())["13", None, None, TODAY - timedelta(1)]

    assert fact.installs[PLAY] == 0


def test_what_google_leaves_out_is_unknown_and_not_nought(ads: Ads) -> None:
    fact = facts(ads.pull())["11", None, None, TODAY - timedelta(1)]

    assert fact.video_views is None
    assert fact.reach is None


def test_days_and_money_are_the_accounts_own(ads: Ads) -> None:
    # 21 November in Pune, 20 November in UTC.
    ads.clock.set(ads.clock.now().replace(day=20, hour=20, minute=0))

    batches = ads.pull()

    assert max(fact.day for fact in facts(batches).values()) == TODAY
    fact = next(iter(facts(batches).values()))
    assert (fact.zone, fact.currency) == ("Asia/Kolkata", "INR")


def test_thirty_days_are_read_again_and_conversions_ripen(ads: Ads) -> None:
    first = ads.pull()
    ads.log.clear()
    ads.clock.advance(timedelta(days=4))

    second = ads.pull(first[-1].cursor)

    asked = [q for q in ads.queries if "BETWEEN" in q]
    assert "BETWEEN '2026-10-22' AND" in asked[0]
    key = ("11", None, None, TODAY - timedelta(1))
    assert facts(second)[key].installs[PLAY] > facts(first)[key].installs[PLAY]
    assert second[-1].cursor == {"through": "2026-11-25"}


def test_a_source_that_slept_for_months_leaves_no_hole(ads: Ads) -> None:
    ads.pull({"through": "2026-06-01"})

    spans = [q.partition("BETWEEN ")[2][:30] for q in ads.queries if "BETWEEN" in q]
    assert spans[0].startswith("'2026-05-02' AND '2026-06-01'")
    assert spans[-1].startswith("'2026-11-04' AND '2026-11-21'")


def test_a_run_that_breaks_off_reads_its_days_again(ads: Ads) -> None:
    batches = list(ads.connector().pull(None, Unlimited(), lambda: True))

    assert [batch.cursor for batch in batches] == [{}]


def test_every_stream_is_asked_of_the_budget_first(ads: Ads) -> None:
    budget = Unlimited()

    batches = list(ads.connector().pull(None, budget, never_stop))

    assert len(budget.taken) == len(ads.queries)
    assert sum(b.cost["operations"] for b in batches) == len(ads.queries)


def test_no_stream_is_opened_when_the_budget_is_spent(ads: Ads) -> None:
    with pytest.raises(ConnectorError, match="spent"):
        list(ads.connector().pull(None, Spent(), never_stop))

    assert ads.log == []


def test_the_whole_chain_is_googles_own(ads: Ads) -> None:
    list(
        ads.connector(login_customer_id="9998887776").pull(
            None, Unlimited(), never_stop
        )
    )

    headers = next(row.request.headers for row in ads.log if _is_query(row))
    assert headers["developer-token"] == ads.secrets["google_ads_developer_token"]
    assert headers["login-customer-id"] == "9998887776"
    assert headers["x-goog-request-params"] == f"customer_id={ACCOUNT}"
    assert headers["authorization"].startswith("Bearer ya29.")


@each_failure(quota_spent=Kind.QUOTA, html_instead_of_json=Kind.TRANSIENT)
def test_each_failure_of_the_api_is_named(ads: Ads, fault: str, kind: Kind) -> None:
    getattr(ads.account, fault)()

    with pytest.raises(ConnectorError) as caught:
        ads.pull()

    assert caught.value.kind is kind
    assert_plain(str(caught.value), ads.secrets.values())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("refuse_grant", Kind.AUTH),
        ("server_error", Kind.TRANSIENT),
        ("drop_connection", Kind.TRANSIENT),
    ],
)
def test_each_failure_of_the_sign_in_is_named(ads: Ads, fault: str, kind: Kind) -> None:
    switch = getattr(ads.sign_in, fault)
    switch() if fault == "refuse_grant" else switch(times=None)

    with pytest.raises(ConnectorError) as caught:
        ads.pull()

    assert caught.value.kind is kind
    assert ads.queries == []
    assert_plain(str(caught.value), ads.secrets.values())


@pytest.mark.parametrize("fault", ["limit", "quota_spent"])
def test_it_waits_as_long_as_the_trailers_say(ads: Ads, fault: str) -> None:
    getattr(ads.account, fault)()

    with pytest.raises(ConnectorError) as caught:
        ads.pull()

    assert caught.value.until == ads.clock.now() + timedelta(minutes=15)


def test_the_allowance_that_is_spent_is_named(ads: Ads) -> None:
    ads.account.quota_spent()

    with pytest.raises(ConnectorError, match="operations of a day"):
        ads.pull()


def test_a_silent_stream_is_given_up(ads: Ads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_ads_client, "TIMEOUT", 0.4)
    ads.account.slow(30)

    with pytest.raises(ConnectorError) as caught:
        ads.pull()

    assert caught.value.kind is Kind.TRANSIENT


def test_another_account_is_not_let_in(ads: Ads) -> None:
    health = ads.connector(customer_id="1234567890").check()

    assert not health.ok
    assert "USER_PERMISSION_DENIED" in health.message


def test_a_version_that_google_switched_off_is_a_matter_of_configuration(
    ads: Ads,
) -> None:
    with pytest.raises(ConnectorError, match="set api_version") as caught:
        list(ads.connector(api_version="v24").pull(None, Unlimited(), never_stop))

    assert caught.value.kind is Kind.CONFIG


def test_one_row_without_a_campaign_does_not_spoil_the_answer(ads: Ads) -> None:
    near = {"through": "2026-11-20"}
    whole = facts(ads.pull(near))
    ads.account.malformed_item()

    batches = ads.pull(near)

    rejects = [i for b in batches for i in b.items if isinstance(i, Reject)]
    assert [reject.reason for reject in rejects] == ["a row without a campaign"]
    assert facts(batches).keys() == whole.keys()


def test_check_reads_the_account_and_says_whose_days_it_counts(ads: Ads) -> None:
    health = ads.connector().check()

    assert health.ok
    assert health.message == f"Account {ACCOUNT} can be read: INR, days of Asia/Kolkata"


def test_check_warns_before_the_library_drops_a_version(
    ads: Ads, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = importlib.import_module("google.ads.googleads.client")
    monkeypatch.setattr(client, "_VALID_API_VERSIONS", ["v27", "v26"])

    assert "set api_version to v27" in ads.connector().check().message


def test_a_version_that_the_library_does_not_speak_is_refused(ads: Ads) -> None:
    with pytest.raises(ConfigError, match=r"does not speak version v99.*v26"):
        ads.connector(api_version="v99")


def test_without_the_library_the_extra_is_named(
    ads: Ads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "google.ads.googleads.client", None)

    with pytest.raises(ConfigError, match=r"socialcell\[ads\]"):
        ads.connector()


@pytest.mark.parametrize("version", ["v23", "v24", "v25", "v26"])
def test_every_field_that_is_asked_for_exists_in_every_version(version: str) -> None:
    module = f"google.ads.googleads.{version}.services.types.google_ads_service"
    row = importlib.import_module(module).GoogleAdsRow
    span = (TODAY, TODAY)
    queries = [figures_query(level, *span) for level in ("campaign", "ad_group", "ad")]
    queries.append(installs_query("ad", *span, ["customers/1/conversionActions/2"]))

    for query in queries:
        for field in query.removeprefix("SELECT ").partition(" FROM ")[0].split(", "):
            found = row.pb(row()).DESCRIPTOR
            for part in field.split("."):
                found = found.fields_by_name[part].message_type


def test_costs_are_not_asked_for_by_action() -> None:
    query = installs_query("campaign", TODAY, TODAY, ["a"])

    assert "cost" not in query
    assert "clicks" not in query
