"""App Store Connect: a signed token, reports that restate old days, a known world."""

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell.clock import FixedClock
from socialcell.connectors.apple import apple_token
from socialcell.connectors.base import Batch, ConnectorError, Kind
from socialcell.connectors.facts import StoreFact
from socialcell.errors import ConfigError
from socialcell.sandbox.apple.app_store_server import (
    DETAILED,
    STANDARD,
    THRESHOLD,
    secret,
)
from socialcell.sandbox.world.app_world import APPLE_ID, OUTREACH
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import CITY, Unlimited
from tests.connectors.failures import Spent, each_failure
from tests.connectors.storefront import Store, facts, rejects, serve

# Saturday 21 November: the newest report holds the 19th, and the 18th once more.
NEWEST = date(2026, 11, 19)


@pytest.fixture
def apple(tmp_path: Path, city_clock: FixedClock) -> Iterator[Store]:
    with serve("app_store", [], city_clock, tmp_path) as store:
        yield store


def latest(batches: Sequence[Batch]) -> dict[Any, StoreFact]:
    """What holds after storing in order: a later row replaces the one it restates."""
    return {(f.definition, f.key, f.day): f for f in facts(batches)}


def downloads(batches: Sequence[Batch], title: str) -> dict[date, int]:
    found: dict[date, int] = {}
    for fact in latest(batches).values():
        if fact.definition == f"{title}: First-time download":
            found[fact.day] = found.get(fact.day, 0) + (fact.value or 0)
    return found


def test_late_downloads_of_old_days_replace_and_are_not_added(apple: Store) -> None:
    found = downloads(apple.pull(), STANDARD)

    world = apple.platform.world
    expected = {day: world.installs("apple", day) for day in world.days(NEWEST)}
    expected[NEWEST] = (
        world.installs("apple", NEWEST) - world.organic("apple", NEWEST) // 10
    )
    assert found == expected


def test_a_report_of_the_next_day_restates_and_nothing_older_is_read(
    apple: Store,
) -> None:
    first = apple.pull()
    apple.requests.clear()
    apple.clock.advance(timedelta(days=1))

    second = apple.pull(first[-1].cursor)

    days = {f.day for f in facts(second) if f.definition.startswith(STANDARD)}
    assert days == {NEWEST, NEWEST + timedelta(days=1)}
    world = apple.platform.world
    assert downloads([*first, *second], STANDARD)[NEWEST] == world.installs(
        "apple", NEWEST
    )
    again = apple.pull(second[-1].cursor)
    assert facts(again) == []
    assert again[-1].cursor == second[-1].cursor


def test_a_campaign_below_five_users_has_no_row_and_no_nought(apple: Store) -> None:
    found = {
        (fact.day, json.loads(fact.key)[-2]): fact.value
        for fact in latest(apple.pull()).values()
        if fact.definition.startswith(DETAILED)
    }

    world = apple.platform.world
    small = 0
    for day in world.days(NEWEST + timedelta(days=1)):
        for link in OUTREACH:
            true = world.outreach("apple", link, day)
            small += true < THRESHOLD
            assert found.get((day, link.token)) == (true if true >= THRESHOLD else None)
    assert small


def test_days_are_in_utc_and_the_app_goes_by_number(apple: Store) -> None:
    found = facts(apple.pull())

    assert {(fact.app, fact.zone) for fact in found} == {(APPLE_ID, "UTC")}
    assert {"redownloads", "impressions", "deletions"} <= {f.metric for f in found}


def test_the_token_is_signed_for_apple_and_stays_with_apple(apple: Store) -> None:
    apple.pull()

    asked = [row.request for row in apple.requests]
    files = [one for one in asked if one.path.startswith("/files/")]
    assert files
    assert [one for one in files if "authorization" in one.headers] == []
    others = [one for one in asked if one not in files]
    assert all(one.headers["authorization"].startswith("Bearer ") for one in others)


def test_reports_are_asked_for_once_where_nobody_did(apple: Store) -> None:
    apple.platform.forget_request()

    (batch,) = apple.pull()

    assert batch.items == []
    posts = [r.request for r in apple.requests if r.request.method == "POST"]
    (post,) = posts
    said = json.loads(post.body)["data"]
    assert said["attributes"] == {"accessType": "ONGOING"}
    assert said["relationships"]["app"]["data"]["id"] == APPLE_ID
    assert facts(apple.pull(batch.cursor))


def test_a_run_that_is_stopped_goes_on_with_the_next_report(apple: Store) -> None:
    batches = list(apple.connector().pull(None, Unlimited(), lambda: True))
    assert len(batches) == 1

    rest = apple.pull(batches[-1].cursor)

    assert latest([*batches, *rest]) == latest(apple.pull())


def test_a_report_counts_as_read_once_all_of_it_is_stored(
    apple: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialcell.connectors.apple.app_store._PIECE", 2)

    batches = apple.pull()

    assert batches[0].cursor == {"made": {}}
    assert batches[-1].cursor["made"][STANDARD] == "2026-11-21"


def test_every_call_is_asked_of_the_budget_first(apple: Store) -> None:
    budget = Unlimited()

    batches = list(apple.connector().pull(None, budget, never_stop))

    assert len(budget.taken) == len(apple.requests)
    spent = sum(batch.cost.get("calls", 0) for batch in batches)
    assert spent == len(apple.requests)


def test_no_call_is_made_when_the_budget_is_spent(apple: Store) -> None:
    with pytest.raises(ConnectorError, match="spent"):
        list(apple.connector().pull(None, Spent(), never_stop))

    assert apple.requests == []


@each_failure(corrupt_file=Kind.TRANSIENT)
def test_each_failure_is_named(apple: Store, fault: str, kind: Kind) -> None:
    getattr(apple.platform, fault)()

    with pytest.raises(ConnectorError) as caught:
        apple.pull()

    assert caught.value.kind is kind
    apple.assert_plain(str(caught.value))
    assert "signature" not in str(caught.value)


def test_it_waits_as_long_as_told(apple: Store) -> None:
    apple.platform.limit()

    with pytest.raises(ConnectorError) as caught:
        apple.pull()

    assert caught.value.until == apple.clock.now() + timedelta(hours=1)


def test_a_file_whose_address_has_run_out_is_tried_another_time(apple: Store) -> None:
    apple.platform.stale_link()

    with pytest.raises(ConnectorError, match="good for minutes") as caught:
        apple.pull()

    assert caught.value.kind is Kind.TRANSIENT


def test_one_row_that_cannot_be_read_does_not_spoil_its_report(apple: Store) -> None:
    whole = latest(apple.pull())
    apple.platform.malformed_item()

    batches = apple.pull()

    (reject,) = rejects(batches)
    assert "Counts 'many'" in reject.reason
    assert latest(batches) == whole


def test_a_report_that_apple_does_not_offer_is_a_matter_of_configuration(
    apple: Store,
) -> None:
    connector = apple.connector(reports=("App Downloads Nonstandard",))

    with pytest.raises(ConnectorError, match="Nonstandard") as caught:
        list(connector.pull(None, Unlimited(), never_stop))

    assert caught.value.kind is Kind.CONFIG
    assert connector.check().kind is Kind.CONFIG


def test_check_says_how_far_the_set_up_is(apple: Store) -> None:
    health = apple.connector().check()
    assert (health.ok, health.message) == (True, f"4 reports of app {APPLE_ID}")

    apple.platform.forget_request()
    assert "not asked for yet" in apple.connector().check().message

    apple.platform.expire_token()
    health = apple.connector().check()
    assert (health.ok, health.kind) == (False, Kind.AUTH)
    assert "app_store_key" in health.message


def test_another_key_or_issuer_is_not_let_in(apple: Store) -> None:
    for other in ({"key_id": "OTHERKEY99"}, {"issuer_id": "0" * 36}):
        with pytest.raises(ConnectorError) as caught:
            list(apple.connector(**other).pull(None, Unlimited(), never_stop))
        assert caught.value.kind is Kind.AUTH


@pytest.mark.parametrize("key", ["no key at all", "-----BEGIN PRIVATE KEY-----\nAA=="])
def test_a_secret_that_is_no_key_is_said_to_be_none(apple: Store, key: str) -> None:
    with pytest.raises(ConfigError, match=r"whole \.p8 file"):
        apple_token.sign_token(key, "K", "I", datetime(2026, 11, 21, tzinfo=UTC))


def test_a_token_holds_what_apple_wants_for_a_quarter_of_an_hour(apple: Store) -> None:
    now = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
    key = apple.running.secrets["app_store_key"]

    token = apple_token.sign_token(key, "KEY", "issuer", now)

    head, claims, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for part in token.split(".")
    )
    assert json.loads(head) == {"alg": "ES256", "kid": "KEY", "typ": "JWT"}
    began = int(now.timestamp())
    assert json.loads(claims) == {
        "iss": "issuer",
        "iat": began,
        "exp": began + 900,
        "aud": "appstoreconnect-v1",
    }
    assert len(signature) == 64
    assert "=" not in token


def test_the_world_and_its_key_are_the_same_every_time(apple: Store) -> None:
    assert secret(CITY, "app_store_key") == apple.running.secrets["app_store_key"]
