"""Daily figures: kept once a day, restated with a memory, never guessed."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.campaigns.outcomes.figures_model import AdDay, SearchDay, StoreDay
from socialcell.campaigns.outcomes.store.facts import StoredCounts, store_facts
from socialcell.connectors.facts import AdFact, Fact, SearchFact, StoreFact
from tests.builders import NOON
from tests.rows import in_order

DAY = date(2026, 11, 20)
LATER = NOON + timedelta(days=1)


def ad(**changes: Any) -> AdFact:
    made: dict[str, Any] = {
        "network": "google_ads",
        "account": "1112223333",
        "zone": "Asia/Kolkata",
        "currency": "INR",
        "day": DAY,
        "level": "campaign",
        "campaign": "11",
        "campaign_name": "Monsoon",
        "impressions": 1000,
        "clicks": 20,
        "cost_micros": 5_000_000,
        "installs": {"GOOGLE_PLAY_DOWNLOAD/PMC Care": 4.0},
    }
    return AdFact(**(made | changes))


def installed(**changes: Any) -> StoreFact:
    made: dict[str, Any] = {
        "store": "google_play",
        "app": "in.example.care",
        "day": DAY,
        "zone": "America/Los_Angeles",
        "metric": "user_installs",
        "definition": "Daily User Installs",
        "dimension": "total",
        "value": 12,
    }
    return StoreFact(**(made | changes))


def search(**changes: Any) -> SearchFact:
    made: dict[str, Any] = {
        "site": "sc-domain:pune.example",
        "day": DAY,
        "dimension": "query",
        "key": "पाणी कर",
        "clicks": 5,
        "impressions": 50,
        "position": 3.5,
    }
    return SearchFact(**(made | changes))


def keep(engine: Engine, *facts: Fact, at: Any = NOON) -> StoredCounts:
    with db.writing(engine) as session:
        return store_facts(session, facts, at)


def rows(engine: Engine, model: Any) -> list[dict[str, Any]]:
    with db.reading(engine) as session:
        return [row.model_dump() for row in session.scalars(in_order(model))]


@pytest.mark.parametrize(
    ("fact", "model"), [(ad(), AdDay), (search(), SearchDay), (installed(), StoreDay)]
)
def test_the_same_fact_again_changes_nothing(
    fact: Fact, model: Any, engine: Engine
) -> None:
    assert keep(engine, fact) == StoredCounts(stored=1)
    before = rows(engine, model)

    assert keep(engine, fact, at=LATER) == StoredCounts(unchanged=1)

    assert rows(engine, model) == before
    assert before[0]["first"] is None
    assert before[0]["restated_at"] is None


def test_a_fact_is_kept_as_it_was_said(engine: Engine) -> None:
    keep(engine, ad(reach=None, level="ad", ad_group="7", ad="9"))

    (row,) = rows(engine, AdDay)
    assert (row["campaign"], row["ad_group"], row["ad"]) == ("11", "7", "9")
    assert (row["day"], row["zone"]) == (DAY, "Asia/Kolkata")
    assert (row["cost_micros"], row["currency"]) == (5_000_000, "INR")
    assert row["installs"] == {"GOOGLE_PLAY_DOWNLOAD/PMC Care": 4.0}
    assert row["reach"] is None


def test_a_restatement_remembers_what_was_said_first(engine: Engine) -> None:
    keep(engine, ad())

    assert keep(engine, ad(clicks=22), at=LATER) == StoredCounts(updated=1)
    keep(engine, ad(clicks=25), at=LATER + timedelta(days=1))

    (row,) = rows(engine, AdDay)
    assert row["clicks"] == 25
    assert row["first"]["clicks"] == 20
    assert row["restated_at"] == LATER + timedelta(days=1)
    assert row["restatements"] == 2
    assert row["stored_at"] == NOON


def test_a_new_name_is_an_update_and_no_restatement(engine: Engine) -> None:
    keep(engine, ad())

    assert keep(engine, ad(campaign_name="Rains"), at=LATER) == StoredCounts(updated=1)

    (row,) = rows(engine, AdDay)
    assert row["campaign_name"] == "Rains"
    assert row["restatements"] == 0


def test_silence_about_a_figure_leaves_the_known_one(engine: Engine) -> None:
    keep(engine, ad())

    said = keep(engine, ad(clicks=None, installs={}), at=LATER)

    assert said == StoredCounts(unchanged=1)
    (row,) = rows(engine, AdDay)
    assert row["clicks"] == 20
    assert row["installs"] == {"GOOGLE_PLAY_DOWNLOAD/PMC Care": 4.0}


def test_nought_is_a_figure_and_replaces_one(engine: Engine) -> None:
    keep(engine, ad())

    keep(engine, ad(clicks=0), at=LATER)

    assert rows(engine, AdDay)[0]["clicks"] == 0


def test_what_a_store_withholds_is_not_nought(engine: Engine) -> None:
    keep(engine, installed())

    keep(engine, installed(value=None, withheld=True), at=LATER)
    (row,) = rows(engine, StoreDay)
    assert (row["value"], row["withheld"]) == (None, True)
    assert row["first"] == {"value": 12, "withheld": False}

    keep(engine, installed(value=6), at=LATER + timedelta(days=1))
    (row,) = rows(engine, StoreDay)
    assert (row["value"], row["withheld"]) == (6, False)


def test_levels_cuts_and_definitions_are_rows_of_their_own(engine: Engine) -> None:
    keep(engine, ad(), ad(level="ad_group", ad_group="7"), ad(day=date(2026, 11, 21)))
    keep(
        engine,
        installed(),
        installed(definition="Store listing acquisitions"),
        installed(dimension="country", key="IN"),
        installed(dimension="country", key=""),
    )

    assert len(rows(engine, AdDay)) == 3
    assert len(rows(engine, StoreDay)) == 4


def test_one_thing_twice_in_a_page_is_one_row_with_the_later_figures(
    engine: Engine,
) -> None:
    said = keep(engine, ad(), ad(), ad(clicks=21))

    assert said == StoredCounts(stored=1, updated=1, unchanged=1)
    (row,) = rows(engine, AdDay)
    assert row["clicks"] == 21


def test_every_fact_of_a_long_mixed_page_is_accounted_for(engine: Engine) -> None:
    days = [DAY - timedelta(days=n) for n in range(300)]
    facts = [f for d in days for f in (ad(day=d), search(day=d), installed(day=d))]

    assert keep(engine, *facts) == StoredCounts(stored=900)
    assert keep(engine, *facts, at=LATER) == StoredCounts(unchanged=900)


def test_a_page_address_longer_than_an_index_entry_is_kept(engine: Engine) -> None:
    address = "https://pune.example/" + "%E0%A4%AA" * 900

    keep(engine, search(dimension="page", key=address))

    assert rows(engine, SearchDay)[0]["value"] == address


def test_a_figure_that_becomes_final_is_no_restatement(engine: Engine) -> None:
    keep(engine, search(final=False))

    assert keep(engine, search(), at=LATER) == StoredCounts(updated=1)
    (row,) = rows(engine, SearchDay)
    assert row["final"] is True
    assert row["restatements"] == 0
