"""Rows of Meta's ad reports as facts: strings for numbers, actions that overlap."""

from datetime import date
from typing import Any

import pytest

from socialcell.connectors.base import ConnectorError, Item, Kind, Reject
from socialcell.connectors.facts import AdFact
from socialcell.connectors.meta.meta_ads_rows import MetaAdAccount, facts_of, fields_of
from socialcell.sandbox.meta.meta_ads_world import ACCOUNT

INSTALL, OMNI = "mobile_app_install", "omni_app_install"
RUPEES = MetaAdAccount(ACCOUNT, "Asia/Kolkata", "INR")


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
