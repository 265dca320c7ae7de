"""The section on campaigns: those of the week, true, in every language."""

from datetime import date, timedelta

import pytest

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, InstallPostback, TrackedLink
from socialcell.campaigns.links.utm_naming import CHANNELS
from socialcell.campaigns.outcomes.attributed_results import Attribution, LinkClicks
from socialcell.campaigns.outcomes.daily_sums import Total
from socialcell.campaigns.outcomes.install_attribution import (
    OURS,
    AttributionLine,
    AttributionPart,
    InstallOwner,
)
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store.facts import store_facts
from socialcell.connectors.facts import OutcomeFact
from socialcell.i18n import CODES, language
from socialcell.listening.areas.area_table import read_areas
from socialcell.reports.page import Chart, Paragraph, Table
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections import campaign_effects
from socialcell.reports.sections import clicks as places
from socialcell.reports.sections.report_context import ChartFiles, ReportContext
from socialcell.sandbox.world.campaign_world import CampaignWorld
from socialcell.services.reporting import weekly_report
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


def clicked(world: World, day: date, n: int, kind: str = "human") -> None:
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
            ClickDay(day=day, link_id=1, kind=kind, trigger="link", device="ios", n=n)
        )


def counted(world: World) -> None:
    """Figures of all ward offices, of which two rise with the campaign."""
    drawn = CampaignWorld(3, MADE)
    offices = [one.id for one in read_areas() if one.kind == "ward_office"]
    by_ward: dict[str, list[int]] = {}
    for one in drawn.ward_days:
        by_ward.setdefault(one.ward, []).append(one.baseline)
    facts = []
    for office, counts in zip(offices, by_ward.values(), strict=True):
        for day, n in zip(drawn.days, counts, strict=True):
            more = 20 if office in WARDS and day >= START else 0
            facts.append(OutcomeFact("activated_users", office, day, n + more))
    with db.writing(world.engine) as session:
        store_facts(session, facts, BEFORE)


def test_a_campaign_that_was_over_before_the_week_is_not_told(world: World) -> None:
    world.covered()
    world.mention()
    ran(world, "old", end=date(2026, 11, 15))

    made = weekly_report.write_weekly(world.context)

    assert made.numbers["campaigns"] == []
    assert "old, Monday" not in made.text.read_text()


def test_clicks_are_those_of_the_week_and_of_all_days(world: World) -> None:
    world.covered()
    world.mention()
    ran(world)
    clicked(world, START, 30)
    clicked(world, MONDAY.date(), 5)
    clicked(world, MONDAY.date() + timedelta(days=7), 100)

    (one,) = weekly_report.write_weekly(world.context).numbers["campaigns"]

    assert (one["week"]["clicks"], one["so_far"]["clicks"]) == (5, 35)
    assert one["so_far"]["installs"] is None
    assert one["incremental"] is None


def posted(world: World, number: int, creator: str | None, channel: str) -> None:
    """A link of the campaign, numbered from 2 on."""
    with db.writing(world.engine) as session:
        session.add(
            TrackedLink(
                id=number,
                code=f"abc{number}",
                campaign="monsoon26",
                channel=channel,
                creator=creator,
                source=channel,
                medium="social",
                web="https://pune.example",
                created_at=BEFORE,
                changed_at=BEFORE,
            )
        )


def installed(world: World, link: int, n: int) -> None:
    """Installs whose referrer names a click of a link."""
    with db.writing(world.engine) as session:
        for k in range(n):
            session.add(
                InstallPostback(
                    key=f"install-{link}-{k}",
                    body_hash="",
                    received_at=MONDAY,
                    day=MONDAY.date(),
                    app="org.example.care",
                    outcome="attributed",
                    referrer="",
                    click_id=f"click-{link}-{k}",
                    link_id=link,
                    begun_at=MONDAY + timedelta(hours=20),
                )
            )


def test_requests_are_told_by_who_asked_and_by_where_the_link_stands(
    world: World,
) -> None:
    world.covered()
    world.mention()
    ran(world)
    kinds = {"human": 5, "duplicate": 2, "preview": 3, "scanner": 6, "tool": 1}
    for kind, n in kinds.items():
        clicked(world, MONDAY.date(), n, kind)
    clicked(world, START, 30)
    posted(world, 2, "asha", "facebook_ads")
    posted(world, 3, None, "poster")
    with db.writing(world.engine) as session:
        for link, n in ((2, 70), (3, 8)):
            session.add(
                ClickDay(
                    day=MONDAY.date(),
                    link_id=link,
                    kind="human",
                    trigger="link",
                    device="android",
                    n=n,
                )
            )
    installed(world, 2, 4)
    installed(world, 3, 1)

    made = weekly_report.write_weekly(world.context)

    (one,) = made.numbers["campaigns"]
    both = {"duplicate": 2, "programs": 10, "internal": 0, "dropped": 0}
    assert one["week"]["requests"] == {"human": 83, **both}
    assert one["so_far"]["requests"] == {"human": 113, **both}
    assert [
        (row["channel"], row["creator"], row["human"], row["programs"], row["installs"])
        for row in one["places"]
    ] == [
        ("facebook_ads", "asha", 70, 0, 4),
        ("instagram", None, 35, 10, 0),
        ("poster", None, 8, 0, 1),
    ]
    words = made.text.read_text()
    assert "Facebook, paid, asha. People: 70" in words
    assert "Previews, robots, scanners of mail. This week: 10" in words
    assert "Clicks of the cell itself" not in words
    assert [p.name for p in made.charts if "clicks" in p.name] == [
        "weekly-2026-11-16.en.clicks.png"
    ]


def test_installs_of_which_no_link_is_told_stand_at_the_end() -> None:
    link = TrackedLink(id=1, campaign="monsoon26", channel="x", creator="asha")
    tokens = AttributionLine(
        OURS, "token", InstallOwner(campaign="monsoon26"), Total(7, 1)
    )
    clicks = AttributionLine(
        OURS, "click", InstallOwner("monsoon26", None, "x", "asha"), Total(2, 1)
    )
    parts = [
        AttributionPart(
            "store", "app", "referrer", "", "PT", int(one.installs.value or 0), (one,)
        )
        for one in (tokens, clicks)
    ]
    found = Attribution(
        "monsoon26", START, START, (LinkClicks(link, {"human": 1}),), tuple(parts), ()
    )

    rows = places.count_places(found)

    assert [(row["channel"], row["human"], row["installs"]) for row in rows] == [
        ("x", 1, 2),
        (None, None, 7),
    ]


def test_without_a_link_there_is_no_chart_of_clicks(world: World) -> None:
    world.covered()
    world.mention()
    ran(world)

    made = weekly_report.write_weekly(world.context)

    (one,) = made.numbers["campaigns"]
    assert (one["week"]["requests"], one["places"]) == (None, [])
    assert not [p for p in made.charts if "clicks" in p.name]


@pytest.mark.parametrize("lang", CODES)
def test_the_places_of_links_have_names_in_every_language(lang: str) -> None:
    """Every channel that a link may have; only names of networks stay Latin."""
    say = Phrases(language(lang))
    named = {
        channel: places.place_label(say, {"channel": channel, "creator": None})
        for channel in CHANNELS
    }
    assert len(set(named.values())) == len(CHANNELS)
    own = ("email", "website", "press", "poster", "newspaper", "bus", "event")
    for channel in own:
        assert named[channel].isascii() == (lang == "en")


@pytest.mark.parametrize("lang", CODES)
def test_what_it_added_is_said_with_its_range_and_drawn(
    world: World, lang: str
) -> None:
    world.covered()
    world.mention()
    ran(world)
    counted(world)

    made = weekly_report.write_weekly(world.context, lang=lang)

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
    numbers = weekly_report.write_weekly(world.context).numbers

    section = campaign_effects.section(
        ReportContext(numbers, [], ChartFiles(), Phrases(language("en")))
    )

    kinds = [type(block) for block in section.blocks]
    assert Chart not in kinds
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert table.rows[1] == (("Installs that name the campaign",), ("–",), ("–",))
    text, _plans = [one.text for one in section.blocks if isinstance(one, Paragraph)]
    assert text.startswith("What the campaign added cannot be said")


def referred(world: World, campaign: str, n: int) -> None:
    """Installs whose referrer names a campaign, or nothing."""
    with db.writing(world.engine) as session:
        for k in range(n):
            session.add(
                InstallPostback(
                    key=f"{campaign}-{k}",
                    body_hash="",
                    received_at=MONDAY,
                    day=MONDAY.date(),
                    app="org.example.care",
                    outcome="unattributed",
                    referrer=f"utm_source=x&utm_campaign={campaign}"
                    if campaign
                    else "",
                    begun_at=MONDAY + timedelta(hours=20),
                )
            )


@pytest.mark.parametrize(
    ("lang", "elsewhere", "unknown", "planned"),
    [
        (
            "en",
            "Installs that name another campaign. This week: 7",
            "Installs without a source. This week: 3",
            "Planned cost (the campaign's budget) per install that names the",
        ),
        (
            "hi",
            "किसी और अभियान के नाम वाले इंस्टॉल। यह सप्ताह: 7",
            "अज्ञात स्रोत वाले इंस्टॉल। यह सप्ताह: 3",
            "नियोजित ख़र्च (अभियान के बजट के अनुसार)",
        ),
        (
            "mr",
            "दुसऱ्या मोहिमेचे नाव असलेली इन्स्टॉल. हा आठवडा: ७",
            "स्रोत न कळलेली इन्स्टॉल. हा आठवडा: ३",
            "नियोजित खर्च (मोहिमेच्या तरतुदीनुसार)",
        ),
    ],
)
def test_installs_of_others_and_of_no_source_are_two_lines_and_a_budget_is_planned(
    world: World, lang: str, elsewhere: str, unknown: str, planned: str
) -> None:
    world.covered()
    world.mention()
    ran(world)
    ran(world, "ideas27")
    posted(world, 2, "asha", "facebook")
    installed(world, 2, 5)
    referred(world, "ideas27", 4)
    referred(world, "somebody_elses", 3)
    referred(world, "", 3)

    made = weekly_report.write_weekly(world.context, lang=lang)

    (one,) = [c for c in made.numbers["campaigns"] if c["name"] == "monsoon26"]
    figures = {
        name: one["week"][name]
        for name in ("installs", "unattributed", "named_elsewhere", "sourceless")
    }
    # Of the ten others four name ideas27 and three a campaign that is none of ours.
    assert figures == {
        "installs": 5,
        "unattributed": 6,
        "named_elsewhere": 7,
        "sourceless": 3,
    }
    words = " ".join(made.text.read_text().split())
    assert elsewhere in words
    assert unknown in words
    assert planned in words


def test_a_report_of_an_earlier_version_says_what_its_one_figure_is(
    world: World,
) -> None:
    world.covered()
    world.mention()
    ran(world)
    numbers = weekly_report.write_weekly(world.context).numbers
    for span in ("week", "so_far"):
        for name in ("named_elsewhere", "sourceless"):
            del numbers["campaigns"][0][span][name]

    section = campaign_effects.section(
        ReportContext(numbers, [], ChartFiles(), Phrases(language("en")))
    )

    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert [row[0][0] for row in table.rows[1:]] == [
        "Installs that name the campaign",
        "Installs that name no campaign of ours",
    ]
