"""Google Play Console's bucket: a real listing, real files, a known world."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from socialcell.clock import FixedClock
from socialcell.connectors.base import Batch, ConnectorError, Kind
from socialcell.sandbox.google.play_console_server import THRESHOLD
from socialcell.sandbox.world.app_world import OUTREACH, PACKAGE
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import Unlimited
from tests.connectors.failures import Spent, each_failure
from tests.connectors.storefront import Store, facts, rejects, serve

# Saturday 21 November, 09:00 in Pune: in California it is still Friday the 20th.
NEWEST = date(2026, 11, 18)


@pytest.fixture
def play(tmp_path: Path, city_clock: FixedClock) -> Iterator[Store]:
    with serve("play_console", ["google"], city_clock, tmp_path) as store:
        yield store


def downloads(play: Store) -> list[str]:
    asked = (row.request for row in play.requests)
    return [one.path for one in asked if one.query.get("alt") == "media"]


def test_every_day_is_what_truly_happened_until_two_days_ago(play: Store) -> None:
    found = {
        fact.day: fact.value
        for fact in facts(play.pull())
        if fact.metric == "user_installs" and fact.dimension == "total"
    }

    world = play.platform.world
    days = world.days(NEWEST + timedelta(days=1))
    assert found == {day: world.installs("play", day) for day in days}
    assert max(found) == NEWEST


def test_another_app_whose_name_begins_alike_is_left_out(play: Store) -> None:
    batches = play.pull()

    assert {fact.app for fact in facts(batches)} == {PACKAGE}
    assert downloads(play)
    assert [path for path in downloads(play) if "_lite" in path] == []


def test_a_campaign_is_named_where_it_is_large_enough_and_else_folded(
    play: Store,
) -> None:
    found = {
        (fact.day, json.loads(fact.key)[3]): fact.value
        for fact in facts(play.pull())
        if fact.metric == "acquisitions" and "Third-party" in fact.key
    }

    world = play.platform.world
    for day in world.days(NEWEST + timedelta(days=1)):
        rest = world.paid("play", day)
        for link in OUTREACH:
            true = world.outreach("play", link, day)
            if true >= THRESHOLD:
                assert found[day, link.token] == true
            else:
                assert (day, link.token) not in found
                rest += true
        assert found[day, "Other"] == rest


def test_acquisitions_of_the_whole_store_are_kept_apart_from_those_of_its_page(
    play: Store,
) -> None:
    found = facts(play.pull())

    whole = {f.day: f.value for f in found if f.metric == "acquisitions_all"}
    world = play.platform.world
    assert whole == {
        day: world.installs("play", day)
        for day in world.days(NEWEST + timedelta(days=1))
    }
    assert {f.dimension for f in found if f.metric == "acquisitions"} == {
        "traffic_source,search_term,utm_source,utm_campaign"
    }


def test_what_google_leaves_blank_is_unknown(play: Store) -> None:
    found = {f.value for f in facts(play.pull()) if f.metric == "total_user_installs"}

    assert found == {None}


def test_a_country_that_google_cannot_tell_is_kept(play: Store) -> None:
    found = {f.key for f in facts(play.pull()) if f.dimension == "country"}

    assert found == {"IN", ""}


def test_only_the_file_that_was_written_anew_is_read_again(play: Store) -> None:
    first = play.pull()
    play.requests.clear()

    again = play.pull(first[-1].cursor)

    assert facts(again) == []
    assert again[-1].cursor == first[-1].cursor
    assert downloads(play) == []

    play.clock.advance(timedelta(days=1))
    third = play.pull(again[-1].cursor)
    assert NEWEST + timedelta(days=1) in {fact.day for fact in facts(third)}


def test_rows_by_search_term_still_move_for_days(play: Store) -> None:
    def named(found: list[Batch], day: date) -> int:
        return next(
            fact.value or 0
            for fact in facts(found)
            if fact.day == day and "pune care" in fact.key
        )

    first = play.pull()
    play.clock.advance(timedelta(days=1))

    second = play.pull(first[-1].cursor)

    assert named(second, NEWEST) > named(first, NEWEST)


def test_a_run_that_is_stopped_goes_on_with_the_next_file(play: Store) -> None:
    batches = list(play.connector().pull(None, Unlimited(), lambda: True))
    assert len(batches) == 1

    rest = play.pull(batches[-1].cursor)

    whole = play.pull()
    assert len(facts(batches)) + len(facts(rest)) == len(facts(whole))
    assert rest[-1].cursor == whole[-1].cursor


def test_a_file_counts_as_seen_once_all_of_it_is_stored(
    play: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialcell.connectors.google.play_console._PIECE", 4)

    batches = play.pull()

    assert batches[0].cursor == {"seen": {}}
    assert len(batches[-1].cursor["seen"]) == len(
        {name for batch in batches for name in batch.cursor["seen"]}
    )


def test_every_call_is_asked_of_the_budget_first(play: Store) -> None:
    budget = Unlimited()

    batches = list(play.connector().pull(None, budget, never_stop))

    assert len(budget.taken) == len(play.requests)
    assert sum(batch.cost["calls"] for batch in batches) == len(play.requests)


def test_no_call_is_made_when_the_budget_is_spent(play: Store) -> None:
    with pytest.raises(ConnectorError, match="spent"):
        list(play.connector().pull(None, Spent(), never_stop))

    assert play.requests == []


@each_failure()
def test_each_failure_is_named(play: Store, fault: str, kind: Kind) -> None:
    getattr(play.platform, fault)()

    with pytest.raises(ConnectorError) as caught:
        play.pull()

    assert caught.value.kind is kind
    play.assert_plain(str(caught.value))


def test_a_sign_in_that_was_taken_back_is_told_apart(play: Store) -> None:
    play.running.platform("google").refuse_grant()

    with pytest.raises(ConnectorError) as caught:
        play.pull()

    assert caught.value.kind is Kind.AUTH


def test_an_access_token_that_ended_is_renewed_once(play: Store) -> None:
    play.platform.revoke_token()

    assert facts(play.pull())


def test_a_page_instead_of_a_file_is_drift(play: Store) -> None:
    connector = play.connector()
    pulled = connector.pull(None, Unlimited(), never_stop)
    next(pulled)
    play.platform.html_instead_of_json()

    with pytest.raises(ConnectorError, match="no heading") as caught:
        list(pulled)

    assert caught.value.kind is Kind.DRIFT


def test_one_row_that_cannot_be_read_does_not_spoil_its_file(play: Store) -> None:
    whole = facts(play.pull())
    play.platform.malformed_item()

    batches = play.pull()

    (reject,) = rejects(batches)
    assert reject.reason == "no package name"
    assert facts(batches) == whole


def test_check_says_what_the_bucket_holds(play: Store) -> None:
    health = play.connector().check()

    assert health.ok
    assert health.message == f"4 files of {PACKAGE}, the newest of 202611"

    other = play.connector(package="org.example.other").check()
    assert (other.ok, other.kind) == (False, Kind.CONFIG)
    assert "org.example.other" in other.message

    play.platform.server_error(times=None)
    assert play.connector().check().kind is Kind.TRANSIENT


def test_months_before_the_first_that_is_wanted_are_left_out(play: Store) -> None:
    play.clock.advance(timedelta(days=40))

    found = play.connector(months=1).pull(None, Unlimited(), never_stop)

    assert facts(list(found)) == []
