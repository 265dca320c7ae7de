"""Daily figures as documents, on both databases."""

from datetime import date, timedelta

from sqlalchemy import Engine

from socialcell import db
from socialcell.campaigns.outcomes.store.facts import store_facts
from socialcell.connectors.facts import AdFact, Fact, SearchFact, StoreFact
from socialcell.services.context import Context
from socialcell.services.outcomes import (
    ad_documents,
    daily_figures,
    search_documents,
    store_documents,
)
from socialcell.services.workspace import digest as digests
from tests.builders import NOON

DAY = date(2026, 11, 20)
SPAN = daily_figures.DayRange(date(2026, 11, 16), date(2026, 11, 22))


def keep(engine: Engine, *facts: Fact) -> None:
    with db.writing(engine) as session:
        store_facts(session, facts, NOON)


def ad(day: date, level: str = "campaign") -> AdFact:
    return AdFact(
        network="google_ads",
        account="1112223333",
        zone="Asia/Kolkata",
        currency="INR",
        day=day,
        level=level,
        campaign="11",
        campaign_name="पावसाळा",
        ad_group="7" if level == "ad_group" else None,
        ad_group_name="Kothrud" if level == "ad_group" else None,
        clicks=20,
        cost_micros=5_250_000,
        installs={"PLAY": 4.0},
    )


def store(day: date, country: str | None = None, value: int | None = 9) -> StoreFact:
    return StoreFact(
        store="google_play",
        app="a.b",
        day=day,
        zone="America/Los_Angeles",
        metric="user_installs",
        definition="Daily User Installs",
        dimension="country" if country else "total",
        key=country or "",
        value=value,
    )


def result(day: date, dimension: str, key: str, clicks: int) -> SearchFact:
    return SearchFact(
        site="sc-domain:pune.example",
        day=day,
        dimension=dimension,
        key=key,
        clicks=clicks,
        impressions=100,
        position=2.0,
    )


def test_days_outside_the_span_and_other_levels_are_left_out(
    context: Context, engine: Engine
) -> None:
    outside = (SPAN.since - timedelta(days=1), SPAN.until + timedelta(days=1))
    keep(engine, *map(ad, (*outside, SPAN.since, SPAN.until)), ad(DAY, "ad_group"))

    (row,) = ad_documents.ad_document(context, SPAN, "campaign", daily=False)["rows"]
    assert (row["days"], row["clicks"]) == (2, 40)
    assert row["cost"] == {"amount_micros": 10_500_000, "currency": "INR"}

    (row,) = ad_documents.ad_document(context, SPAN, "ad_group", daily=True)["rows"]
    assert row["ad_group"] == {"id": "7", "name": "Kothrud"}
    assert row["day"] == DAY


def test_a_store_is_asked_for_by_name_and_metric(
    context: Context, engine: Engine
) -> None:
    keep(engine, store(DAY), store(DAY, "IN", 6), store(DAY, "US", None))

    def shown(**asked: str | None) -> list[tuple[str | None, int | None]]:
        wanted = {"store": None, "metric": None, "by": None} | asked
        document = store_documents.install_document(
            context, SPAN, daily=False, **wanted
        )
        return [(row.get("group"), row["value"]) for row in document["rows"]]

    assert shown() == [(None, 9)]
    assert shown(by="country", store="google_play") == [("IN", 6), ("US", None)]
    assert shown(store="app_store") == []
    assert shown(metric="visitors") == []


def followers(day: date, value: int) -> StoreFact:
    return StoreFact(
        store="facebook",
        app="104857600123456",
        day=day,
        zone="America/Los_Angeles",
        metric="followers",
        definition="page_follows",
        dimension="total",
        value=value,
    )


def test_figures_of_pages_are_no_installs_and_have_a_list_of_their_own(
    context: Context, engine: Engine
) -> None:
    keep(engine, store(DAY), followers(DAY, 900), followers(SPAN.until, 910))

    installed = store_documents.install_document(
        context, SPAN, store=None, metric=None, by=None, daily=False
    )
    pages = store_documents.page_document(context, SPAN, metric=None, daily=False)

    assert [row["store"] for row in installed["rows"]] == ["google_play"]
    assert [one["kind"] for one in installed["series"]] == ["flow"]
    (row,) = pages["rows"]
    assert (row["store"], row["kind"]) == ("facebook", "stock")
    assert (row["value"], row["as_of"]) == (910, SPAN.until)


def test_a_site_is_asked_for_by_name(context: Context, engine: Engine) -> None:
    keep(engine, result(DAY, "total", "", 50), result(DAY, "query", "पाणी", 20))

    document = search_documents.search_document(
        context, SPAN, by="query", site=None, daily=False
    )
    assert [row["query"] for row in document["rows"]] == ["पाणी"]
    assert document["sites"][0]["unnamed"]["clicks"] == 30

    other = search_documents.search_document(
        context, SPAN, by="query", site="other", daily=False
    )
    assert (other["rows"], other["sites"]) == ([], [])


def test_the_digest_of_a_database_knows_its_figures(engine: Engine) -> None:
    def digest() -> str:
        with db.reading(engine) as session:
            return digests.digest(session)

    empty = digest()
    keep(engine, store(DAY))
    one = digest()
    keep(engine, store(DAY, value=10))

    assert len({empty, one, digest()}) == 3


def test_without_days_the_last_four_weeks_in_pune_are_meant(context: Context) -> None:
    # The clock of tests stands on Monday 23 November.
    found = daily_figures.requested_days(context, None, None)

    assert found == daily_figures.DayRange(date(2026, 10, 27), date(2026, 11, 23))


def test_days_before_now_are_days_in_pune(context: Context) -> None:
    found = daily_figures.requested_days(context, "7d", "24h")

    assert found == daily_figures.DayRange(date(2026, 11, 16), date(2026, 11, 22))
