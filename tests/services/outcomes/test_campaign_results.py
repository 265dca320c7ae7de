"""Campaigns in the database: entered, attributed to links, measured or refused."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, InstallPostback, TrackedLink
from socialcell.campaigns.outcomes.store.facts import store_facts
from socialcell.clock import FixedClock
from socialcell.connectors.facts import Fact, OutcomeFact, StoreFact, VisitFact
from socialcell.errors import UsageError
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.ops import audit
from socialcell.sandbox.world.campaign_world import CampaignWorld
from socialcell.services.context import Context
from socialcell.services.outcomes import (
    campaign_results,
    daily_figures,
    store_documents,
)
from tests.builders import NOON
from tests.conftest import MONDAY_MORNING

START, END = date(2026, 11, 9), date(2026, 11, 22)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def city(engine: Engine) -> None:
    """The city's own areas."""
    with db.writing(engine) as session:
        area_store.replace(session, area_table.read_areas())


def enter(context: Context, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "wards": ("Bibwewadi", "Aundh-Baner"),
        "budget_micros": 60_000_000_000,
    }
    return campaign_results.create_campaign(
        context, "Monsoon26", START.isoformat(), END.isoformat(), **(made | changes)
    )


def keep(engine: Engine, facts: Iterable[Fact]) -> None:
    with db.writing(engine) as session:
        store_facts(session, list(facts), NOON)


# Entered --------------------------------------------------------------------------


def test_a_campaign_is_known_by_the_name_of_its_links(context: Context) -> None:
    made = enter(context, initiative="PMC Care")

    assert (made["name"], made["initiative"]) == ("monsoon26", "pmc_care")
    assert made["goal"] == "activated_users"
    assert [ward["id"] for ward in made["wards"]] == [
        "ward:aundh-baner",
        "ward:bibwewadi",
    ]
    assert made["wards"][1]["name"]["mr"] == "बिबवेवाडी"
    assert made["budget"] == {"amount_micros": 60_000_000_000, "currency": "INR"}
    assert campaign_results.list_campaigns(context) == [made]
    assert campaign_results.show_campaign(context, "MONSOON26") == made


def test_the_same_again_changes_nothing_and_something_else_is_refused(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    first = enter(context)
    clock.advance(timedelta(hours=1))
    assert enter(context) == first

    with pytest.raises(UsageError, match=r"monsoon26 is there already.*--replace"):
        enter(context, budget_micros=None)

    assert enter(context, budget_micros=None, replace=True)["budget"] is None
    with db.reading(engine) as session:
        assert audit.head(session).seq == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"wards": ("Sinhgad Road",)}, "nearest is 'Sinhagad Road'"),
        ({"goal": "पाणी"}, "is no name"),
    ],
)
def test_what_a_campaign_cannot_be_is_said(
    changes: dict[str, Any], said: str, context: Context
) -> None:
    with pytest.raises(UsageError, match=said):
        enter(context, **changes)


def test_days_in_the_wrong_order_are_refused(context: Context) -> None:
    with pytest.raises(UsageError, match="is before --start"):
        campaign_results.create_campaign(
            context, "monsoon26", "2026-11-09", "2026-11-08"
        )
    with pytest.raises(UsageError, match="--start takes a day"):
        campaign_results.create_campaign(
            context, "monsoon26", "09/11/2026", "2026-11-08"
        )


def test_an_unknown_campaign_is_named_with_those_there_are(context: Context) -> None:
    enter(context)

    with pytest.raises(UsageError, match=r"no campaign 'tax'. There are: monsoon26"):
        campaign_results.measure_campaign(context, "tax")


# Attributed -----------------------------------------------------------------------


def link(engine: Engine, id_: int, creator: str, campaign: str = "monsoon26") -> None:
    with db.writing(engine) as session:
        session.add(
            TrackedLink(
                id=id_,
                code=f"c{id_}",
                campaign=campaign,
                initiative="pmc_care",
                creator=creator,
                post=f"reel{id_}",
                channel="instagram",
                source="instagram",
                medium="creator",
                web="https://pune.example/care",
                created_at=NOON,
                changed_at=NOON,
            )
        )


def clicks(
    engine: Engine, link_id: int, day: date, n: int, kind: str = "human"
) -> None:
    row = ClickDay(
        day=day, link_id=link_id, kind=kind, trigger="link", device="android", n=n
    )
    with db.writing(engine) as session:
        session.add(row)


def postback(
    engine: Engine, key: str, at: datetime, outcome: str, link_id: int | None = None
) -> None:
    with db.writing(engine) as session:
        session.execute(
            insert(db.table(InstallPostback)).values(
                key=key,
                body_hash=key,
                received_at=at,
                day=at.date(),
                app="org.example.care",
                outcome=outcome,
                referrer="utm_source=google-play&utm_medium=organic"
                if outcome == "organic"
                else "",
                click_id=key if outcome == "attributed" else None,
                link_id=link_id,
                begun_at=at,
                deliveries=1,
            )
        )


def installed(day: date, n: int) -> StoreFact:
    return StoreFact(
        store="google_play",
        app="org.example.care",
        day=day,
        zone="America/Los_Angeles",
        metric="user_installs",
        definition="Daily User Installs",
        dimension="total",
        value=n,
    )


def test_clicks_installs_and_visits_of_a_campaign_add_up(
    context: Context, engine: Engine
) -> None:
    enter(context)
    link(engine, 1, "asha")
    link(engine, 2, "ravi")
    link(engine, 3, "asha", "tax")
    clicks(engine, 1, START, 40)
    clicks(engine, 1, START, 100, "preview")
    clicks(engine, 1, END + DAY, 7)
    clicks(engine, 2, END, 5)
    clicks(engine, 3, START, 90)
    noon = datetime(2026, 11, 10, 20, tzinfo=UTC)  # 12:00 in California
    told = (
        *(("attributed", 1), ("attributed", 1), ("attributed", 2), ("attributed", 3)),
        *(("organic", None), ("unattributed", None)),
    )
    for n, (outcome, of) in enumerate(told):
        postback(engine, f"k{n}", noon, outcome, of)
    keep(engine, [installed(START + n * DAY, 10) for n in range(14)])
    visit = VisitFact("pune.example", START, "Asia/Kolkata", "instagram", "creator", "")
    keep(
        engine,
        [
            VisitFact(
                "pune.example",
                START + n * DAY,
                "Asia/Kolkata",
                "instagram",
                "creator",
                "Monsoon26",
                visits=20,
            )
            for n in range(2)
        ]
        + [visit],
    )

    found = campaign_results.attribute_campaign(context, "monsoon26", "creator")

    assert found["clicks"]["human"] == 45
    assert found["clicks"]["links"][0]["clicks"] == {"human": 40, "preview": 100}
    assert found["installs"]["attributed"] == 3
    assert found["installs"]["groups"] == [
        {"creator": "asha", "installs": 2},
        {"creator": "ravi", "installs": 1},
    ]
    (part,) = found["installs"]["parts"]
    assert part["total"] == 140
    assert sum(line["installs"] for line in part["lines"]) == 140
    assert [
        (line["kind"], line["why"], line["creator"], line["installs"])
        for line in part["lines"]
    ] == [
        ("ours", "click", "asha", 2),
        ("ours", "click", "ravi", 1),
        ("other_campaign", "click", "asha", 1),
        ("organic", "store", None, 1),
        ("unattributed", "no_referrer", None, 134),
        ("unattributed", "not_set", None, 1),
    ]
    assert [(v["source"], v["visits"]) for v in found["visits"]] == [("instagram", 40)]


def test_installs_that_were_told_stand_beside_what_the_store_reports(
    context: Context, engine: Engine
) -> None:
    link(engine, 1, "asha")
    postback(engine, "a", datetime(2026, 11, 20, 20, tzinfo=UTC), "attributed", 1)
    keep(engine, [installed(date(2026, 11, 20), 10)])
    span = daily_figures.DayRange(date(2026, 11, 16), date(2026, 11, 22))

    document = store_documents.install_document(
        context, span, store=None, metric=None, by=None, daily=False
    )

    assert {row["definition"]: row["value"] for row in document["rows"]} == {
        "Daily User Installs": 10,
        "Install Referrer postbacks": 1,
    }
    by = store_documents.install_document(
        context, span, store=None, metric=None, by="creator", daily=False
    )
    assert [(row["group"], row["value"]) for row in by["rows"]] == [("asha", 1)]


# Measured -------------------------------------------------------------------------


def flat(area: str, first: date, last: date, n: int = 10) -> list[Fact]:
    """The same figure every day, and a small wave so that nothing is exact."""
    span = (last - first).days + 1
    return [
        OutcomeFact(
            "activated_users", area, first + k * DAY, n + (k * 7 + len(area)) % 3
        )
        for k in range(span)
    ]


def wards() -> list[str]:
    return [one.id for one in area_table.read_areas() if one.kind == "ward_office"]


def test_without_figures_nothing_is_claimed_and_it_is_said_what_to_do(
    context: Context,
) -> None:
    enter(context)

    found = campaign_results.measure_campaign(context, "monsoon26")

    assert found["incremental"] is None
    (reason,) = found["refused"]
    assert "No figures of activated_users are held" in reason
    assert "socialcell outcomes import" in reason


def test_a_campaign_that_has_not_begun_is_not_measured(
    context: Context, clock: FixedClock
) -> None:
    enter(context)
    clock.set(datetime(2026, 11, 8, 12, tzinfo=UTC))

    found = campaign_results.measure_campaign(context, "monsoon26")

    assert found["direct"] is None
    assert found["refused"] == ["The campaign has not begun: it does on 2026-11-09."]
    with pytest.raises(UsageError, match="has not begun"):
        campaign_results.attribute_campaign(context, "monsoon26", "creator")


def test_wards_that_nothing_follows_before_the_start_are_refused(
    context: Context, engine: Engine
) -> None:
    first = START - timedelta(weeks=8)
    for ward in wards():
        facts = flat(ward, first, END)
        if ward in ("ward:aundh-baner", "ward:bibwewadi"):
            facts = [
                OutcomeFact(
                    "activated_users", ward, first + k * DAY, 10 + (k * k * 37) % 90
                )
                for k in range(len(facts))
            ]
        keep(engine, facts)
    enter(context)

    found = campaign_results.measure_campaign(context, "monsoon26")

    assert found["incremental"] is None
    assert "no mix of controls follows the treated units" in " ".join(found["refused"])


def test_the_price_of_an_install_lies_between_what_is_told_and_what_is_not(
    context: Context, engine: Engine
) -> None:
    enter(context)
    link(engine, 1, "asha")
    postback(engine, "a", datetime(2026, 11, 10, 20, tzinfo=UTC), "attributed", 1)
    postback(engine, "b", datetime(2026, 11, 10, 20, tzinfo=UTC), "attributed", 1)
    postback(engine, "c", datetime(2026, 11, 10, 20, tzinfo=UTC), "organic")
    keep(engine, [installed(START + n * DAY, 3 if n == 1 else 1) for n in range(14)])

    direct = campaign_results.measure_campaign(context, "monsoon26", 32_000_000)[
        "direct"
    ]

    # Of 16 installs 2 are ours, 1 is organic, and of 13 nobody knows.
    assert (direct["installs"], direct["unattributed"], direct["total"]) == (2, 13, 16)
    assert {
        name: price["amount_micros"]
        for name, price in direct["cost_per_install"].items()
    } == {"best": 16_000_000, "low": round(32_000_000 / 15), "high": 16_000_000}


def test_downloads_are_never_measured_by_ward(context: Context) -> None:
    enter(context, goal="downloads")

    (reason,) = campaign_results.measure_campaign(context, "monsoon26")["refused"]
    assert "No store tells downloads by ward" in reason


def test_a_goal_whose_days_cannot_be_added_up_is_not_measured(
    context: Context,
) -> None:
    enter(context, goal="followers")

    (reason,) = campaign_results.measure_campaign(context, "monsoon26")["refused"]
    assert "Days of followers cannot be added up (stock)" in reason


def test_a_city_is_measured_on_the_stores_days_that_its_campaign_touches(
    context: Context, engine: Engine
) -> None:
    world = CampaignWorld(5, MONDAY_MORNING)
    elsewhere = world.elsewhere["Nashik"]
    first = world.days[0]
    # The city's downloads follow Nashik's, and 200 a day come on top from the 9th on.
    touched = START - DAY
    for n, (day, count) in enumerate(zip(world.days, elsewhere, strict=True)):
        more = 200 if day >= touched else 0
        wave = (n * 37) % 11
        keep(engine, [installed(day, count + wave + more)])
        keep(engine, [OutcomeFact("downloads", "elsewhere:nashik", day, count)])
    enter(context, goal="downloads", wards=())

    found = campaign_results.measure_campaign(context, "monsoon26")

    assert found["refused"] == []
    compared = found["compared"]
    assert compared["before"]["since"] == first + 6 * DAY  # 11 whole weeks
    assert compared["during"] == {"since": touched, "until": END, "days": 15}
    assert list(compared["controls"]) == ["downloads of nashik"]
    low, high = found["incremental"]["interval"]
    assert low <= 15 * 200 <= high
    assert found["power"]["smallest_detectable_percent"] is not None
    assert len(found["series"]["expected"]) == len(found["series"]["days"])
