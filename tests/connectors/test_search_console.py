"""Search Console: whole days in California, asked apart, and final ones only."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import config, connectors, sandbox
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Reject,
)
from socialcell.connectors.facts import SearchFact
from socialcell.errors import ConfigError
from socialcell.sandbox import Sandbox
from socialcell.sandbox.world.search_world import SITE
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import CITY, Unlimited
from tests.connectors.failures import assert_plain, each_failure

# The clock stands at 21 November, 03:30 in London: the 20th in California.
NEWEST = date(2026, 11, 17)


@pytest.fixture
def running(city_clock: FixedClock) -> Iterator[Sandbox]:
    with sandbox.serve(CITY, city_clock, ["search_console", "google"]) as served:
        yield served


@pytest.fixture
def here(running: Sandbox, city_clock: FixedClock, tmp_path: Path) -> ConnectorContext:
    (tmp_path / "secrets").mkdir(mode=0o700)
    for name, value in running.secrets.items():
        (tmp_path / "secrets" / name).write_text(value)
    space = Workspace(tmp_path, config.Config())
    return ConnectorContext(city_clock, space.config, space.secret, running.base_urls)


@pytest.fixture
def console(running: Sandbox) -> Any:
    return running.platform("search_console")


def connector(here: ConnectorContext, **settings: Any) -> Any:
    return connectors.build("search_console", {"site": SITE} | settings, here)


def pull(
    here: ConnectorContext, cursor: dict[str, Any] | None = None, **settings: Any
) -> list[Batch]:
    return list(connector(here, **settings).pull(cursor, Unlimited(), never_stop))


def facts(batches: list[Batch], dimension: str) -> dict[tuple[date, str], SearchFact]:
    found = [i for b in batches for i in b.items if isinstance(i, SearchFact)]
    return {(f.day, f.key): f for f in found if f.dimension == dimension}


def figures(fact: SearchFact) -> tuple[Any, ...]:
    return (fact.impressions, fact.clicks, fact.position)


def days(console: Any) -> list[date]:
    return [day for day in console.world.days() if day <= NEWEST]


def asked(running: Sandbox) -> list[dict[str, Any]]:
    return [
        json.loads(logged.request.body)
        for logged in running.requests
        if logged.platform == "search_console" and logged.request.body
    ]


def test_every_final_day_is_read_as_it_truly_was(
    here: ConnectorContext, console: Any
) -> None:
    batches = pull(here)

    totals = facts(batches, "total")
    by_query, by_page = facts(batches, "query"), facts(batches, "page")
    assert [day for day, _key in totals] == days(console)
    for day in days(console):
        true = console.world.total(day)
        assert figures(totals[day, ""]) == (
            true.impressions,
            true.clicks,
            true.position,
        )
        for table, found in (
            (console.world.queries(day), by_query),
            (console.world.pages(day), by_page),
        ):
            assert {key for at, key in found if at == day} == set(table)
            for key, seen in table.items():
                assert figures(found[day, key]) == (
                    seen.impressions,
                    seen.clicks,
                    seen.position,
                )
    assert {f.final for f in totals.values()} == {True}
    assert batches[-1].cursor == {"through": NEWEST.isoformat()}


def test_the_whole_is_more_than_the_queries_that_are_named(
    here: ConnectorContext,
) -> None:
    batches = pull(here)

    (total,) = (f for (d, _k), f in facts(batches, "total").items() if d == NEWEST)
    named = [f for (d, _k), f in facts(batches, "query").items() if d == NEWEST]
    assert (total.impressions or 0) > sum(f.impressions or 0 for f in named)


def test_queries_and_pages_are_asked_apart_and_a_day_at_a_time(
    running: Sandbox, here: ConnectorContext, console: Any
) -> None:
    pull(here)

    first, *others = asked(running)
    assert first["dimensions"] == ["date"]
    assert [query["dimensions"] for query in others] == [["query"], ["page"]] * len(
        days(console)
    )
    for query in others:
        assert query["startDate"] == query["endDate"]
    assert {query["dataState"] for query in [first, *others]} == {"final"}


def test_a_day_that_became_final_comes_with_the_next_visit_and_no_other(
    here: ConnectorContext, city_clock: FixedClock
) -> None:
    first = pull(here)
    assert facts(pull(here, first[-1].cursor), "total") == {}
    city_clock.advance(timedelta(days=1))

    second = pull(here, first[-1].cursor)

    newer = NEWEST + timedelta(days=1)
    assert [day for day, _key in facts(second, "total")] == [newer]
    assert {day for day, _key in facts(second, "query")} == {newer}
    assert second[-1].cursor == {"through": newer.isoformat()}


def test_the_day_turns_in_california(
    here: ConnectorContext, city_clock: FixedClock
) -> None:
    first = pull(here)
    # 07:59 in London is a minute to midnight there; a minute later it is the 21st.
    city_clock.set(datetime.fromisoformat("2026-11-21T07:59:00+00:00"))
    before = pull(here, first[-1].cursor)
    city_clock.set(datetime.fromisoformat("2026-11-21T08:00:00+00:00"))
    after = pull(here, first[-1].cursor)

    assert facts(before, "total") == {}
    assert len(facts(after, "total")) == 1


def test_a_new_source_begins_as_many_days_back_as_it_was_told(
    here: ConnectorContext,
) -> None:
    batches = pull(here, days=5)

    # From the 15th to the 17th: three of the five days are final.
    assert sorted(day for day, _key in facts(batches, "total")) == [
        NEWEST - timedelta(days=2),
        NEWEST - timedelta(days=1),
        NEWEST,
    ]


def test_more_rows_than_one_answer_holds_are_read_to_the_end(
    running: Sandbox, here: ConnectorContext, console: Any
) -> None:
    console.flood(NEWEST, 25_005)

    batches = pull(here, days=3)

    assert len(facts(batches, "query")) == 25_005 + len(console.world.queries(NEWEST))
    assert [q["startRow"] for q in asked(running)] == [0, 0, 25_000, 0]
    assert max(len(batch.items) for batch in batches) == 1_000


def test_a_page_that_comes_again_is_drift(
    running: Sandbox, here: ConnectorContext, console: Any
) -> None:
    console.flood(NEWEST, 25_005)
    console.stuck_cursor()

    with pytest.raises(ConnectorError, match="again and again") as caught:
        pull(here, days=3)

    assert caught.value.kind is Kind.DRIFT


def test_a_run_that_is_stopped_within_a_day_begins_that_day_again(
    here: ConnectorContext, console: Any
) -> None:
    stops = iter([False, False, False, True])
    running = connector(here).pull(None, Unlimited(), lambda: next(stops))

    batches = list(running)

    # The first day whole (queries, pages, its end), and of the second its queries.
    first = days(console)[0]
    assert batches[-1].cursor == {"through": first.isoformat()}
    second = pull(here, batches[-1].cursor)
    assert len(facts(second, "total")) == len(days(console)) - 1


def test_one_row_that_cannot_be_read_does_not_spoil_its_day(
    here: ConnectorContext, console: Any
) -> None:
    console.malformed_item()

    batches = pull(here)

    rejects = [i for batch in batches for i in batch.items if isinstance(i, Reject)]
    assert len(rejects) == 1
    assert len(facts(batches, "query")) == sum(
        len(console.world.queries(day)) for day in days(console)
    )


def test_every_call_is_asked_of_the_budget_and_booked(
    running: Sandbox, here: ConnectorContext, console: Any
) -> None:
    budget = Unlimited()

    batches = list(connector(here).pull(None, budget, never_stop))
    again = list(connector(here).pull(batches[-1].cursor, budget, never_stop))

    booked = sum(batch.cost.get("calls", 0) for batch in [*batches, *again])
    assert booked == len(budget.taken) == len(running.requests)
    assert len(batches[0].items) == len(days(console))


@each_failure(quota_spent=Kind.RATE)
def test_it_names_each_failure(
    fault: str, kind: Kind, running: Sandbox, here: ConnectorContext, console: Any
) -> None:
    getattr(console, fault)()

    with pytest.raises(ConnectorError) as caught:
        pull(here)

    assert caught.value.kind is kind
    assert_plain(str(caught.value), running.secrets.values())


def test_a_spent_load_is_waited_out_for_a_quarter_of_an_hour(
    here: ConnectorContext, console: Any, city_clock: FixedClock
) -> None:
    console.quota_spent()

    with pytest.raises(ConnectorError) as caught:
        pull(here)

    assert caught.value.until == city_clock.now() + timedelta(minutes=15)


def test_a_token_taken_back_in_the_middle_is_renewed_once(
    running: Sandbox, here: ConnectorContext, console: Any
) -> None:
    reading = connector(here).pull(None, Unlimited(), never_stop)
    batches = [next(reading)]
    console.revoke_token()
    batches += reading

    assert len(facts(batches, "page")) == 6 * len(days(console))
    assert [logged.platform for logged in running.requests].count("google") == 2


def test_a_revoked_sign_in_needs_a_person(
    running: Sandbox, here: ConnectorContext
) -> None:
    running.platform("google").refuse_grant()

    with pytest.raises(ConnectorError, match="invalid_grant") as caught:
        pull(here)

    assert caught.value.kind is Kind.AUTH
    assert len(running.requests) == 1


def test_a_site_of_somebody_else_is_a_missing_permission(
    here: ConnectorContext,
) -> None:
    with pytest.raises(ConnectorError, match="sufficient permission") as caught:
        pull(here, site="sc-domain:other.example")

    assert caught.value.kind is Kind.ACCESS


def test_the_check_tells_whether_the_property_is_verified(
    here: ConnectorContext, console: Any
) -> None:
    told = connector(here).check()
    assert told.ok
    assert "siteFullUser" in told.message
    console.level = "siteUnverifiedUser"

    told = connector(here).check()

    assert not told.ok
    assert told.kind is Kind.ACCESS
    assert "not verified" in told.message


@pytest.mark.parametrize(
    "settings",
    [
        {"site": "www.pmc.example"},
        {"site": "https://www.pmc.example"},
        {"site": "sc-domain:https://pmc.example"},
        {"site": SITE, "days": 0},
        {"site": SITE, "days": 999},
        {},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="Source settings of search_console"):
        connectors.check_settings("search_console", settings)
