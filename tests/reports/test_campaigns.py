"""The section on campaigns: left out while empty, true, in every language."""

from datetime import date, timedelta

import pytest

from socialcell import db
from socialcell.campaigns.links_model import ClickDay, TrackedLink
from socialcell.campaigns.outcomes_model import Campaign
from socialcell.campaigns.store.facts import store_facts
from socialcell.connectors.base import OutcomeFact
from socialcell.i18n import CODES, language
from socialcell.jobs import report
from socialcell.listening.areas import read_areas
from socialcell.reports import campaigns
from socialcell.reports.material import Material, Pictures
from socialcell.reports.page import Chart, Paragraph, Table
from socialcell.reports.phrases import Phrases
from socialcell.sandbox.campaign_world import CampaignWorld
from tests.reports.world import BEFORE, MADE, MONDAY, World

START = date(2026, 11, 9)
WARDS = ["ward:aundh-baner", "ward:bibwewadi"]


def ran(world: World, name: str = "monsoon26", end: date = date(2026, 11, 22)) -> None:
    with db.writing(world.engine) as session:
        session.add(
            Campaign(
                name=name,
                goal="activated_users",
                wards=WARDS,
                start=START,
                end=end,
                budget_micros=60_000_000_000,
                currency="INR",
                created_at=BEFORE,
                created_by="test",
            )
        )


def clicked(world: World, day: date, n: int) -> None:
    with db.writing(world.engine) as session:
        if session.get(TrackedLink, 1) is None:
            session.add(
                TrackedLink(
                    id=1,
                    code="abc",
                    campaign="monsoon26",
                    channel="instagram",
                    source="instagram",
                    medium="social",
                    web="https://pune.example",
                    created_at=BEFORE,
                    changed_at=BEFORE,
                )
            )
            session.flush()
        session.add(
            ClickDay(
                day=day, link_id=1, kind="human", trigger="link", device="ios", n=n
            )
        )


def counted(world: World) -> None:
    """Figures of all ward offices, of which two rise with the campaign."""
    drawn = CampaignWorld(3, MADE)
    offices = [one.id for one in read_areas() if one.kind == "ward_office"]
    by_ward: dict[str, list[int]] = {}
    for one in drawn.ward_days:
        by_ward.setdefault(one.ward, []).append(one.anyway)
    facts = []
    for office, counts in zip(offices, by_ward.values(), strict=True):
        for day, n in zip(drawn.days, counts, strict=True):
            more = 20 if office in WARDS and day >= START else 0
            facts.append(OutcomeFact("activated_users", office, day, n + more))
    with db.writing(world.engine) as session:
        store_facts(session, facts, BEFORE)


def test_a_week_without_a_campaign_has_no_such_section(world: World) -> None:
    world.covered()
    world.mention()
    ran(world, "old", end=date(2026, 11, 15))

    made = report.weekly(world.context)

    assert made.numbers["campaigns"] == []
    assert "monsoon" not in made.text.read_text()


def test_clicks_are_those_of_the_week_and_of_all_days(world: World) -> None:
    world.covered()
    world.mention()
    ran(world)
    clicked(world, START, 30)
    clicked(world, MONDAY.date(), 5)
    clicked(world, MONDAY.date() + timedelta(days=7), 100)

    (one,) = report.weekly(world.context).numbers["campaigns"]

    assert (one["week"]["clicks"], one["so_far"]["clicks"]) == (5, 35)
    assert one["so_far"]["installs"] is None
    assert one["incremental"] is None


@pytest.mark.parametrize("lang", CODES)
def test_what_it_added_is_said_with_its_range_and_drawn(
    world: World, lang: str
) -> None:
    world.covered()
    world.mention()
    ran(world)
    counted(world)

    made = report.weekly(world.context, lang=lang)

    (one,) = made.numbers["campaigns"]
    low, high = one["incremental"]["interval"]
    assert low <= 2 * 14 * 20 <= high
    say = Phrases(language(lang))
    words = made.text.read_text()
    for number in (one["incremental"]["value"], low, high):
        assert say.lang.number(round(number)) in words
    assert [p.name for p in made.charts if "campaign" in p.name] == [
        f"weekly-2026-11-16.{lang}.campaign.png"
    ]
    # The picture begins four weeks before the campaign.
    assert one["series"]["days"][0] == "2026-10-12"


def test_where_nothing_can_be_told_the_section_says_so(world: World) -> None:
    world.covered()
    world.mention()
    ran(world)
    numbers = report.weekly(world.context).numbers

    section = campaigns.section(
        Material(numbers, [], Pictures(), Phrases(language("en")))
    )

    kinds = [type(block) for block in section.blocks]
    assert Chart not in kinds
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert table.rows[1] == (("Installs that name the campaign",), ("–",), ("–",))
    (text,) = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    assert text.startswith("What the campaign added cannot be told")
