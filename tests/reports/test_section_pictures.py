"""Pictures in the weekly report: each in its section, its numbers in words."""

import re
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import update

from socialcell import db
from socialcell.i18n import CODES, Language, language
from socialcell.json_types import JsonObject
from socialcell.listening.store import area_shapes
from socialcell.ops.model import FrozenReport
from socialcell.reports.phrases import Phrases
from socialcell.reports.weekly import frozen_week
from socialcell.services.reporting import weekly_report
from tests.reports.around import alert, incident
from tests.reports.pictures import samples
from tests.reports.test_campaigns import clicked, counted, ran
from tests.reports.world import HOUR, MADE, MONDAY, NEXT, World

WARD = "ward:sinhagad-road"
WATER, ROADS = 5, 2
SECTIONS = {
    "incident": "Incidents of the week",
    "ward_map": "Where",
    "funnel": "Campaigns: what they brought",
    "campaign": "Campaigns: what they brought",
    "hours": "Hour by hour",
}


def eventful(world: World) -> None:
    """A week with two incidents, of which that about water is the greater, and with a
    campaign whose clicks and effect are known."""
    world.covered()
    for topic, n in (("water", WATER), ("roads", ROADS)):
        for minute in range(n):
            world.mention(
                MONDAY + (5 * 60 + minute) * HOUR / 60, topics=(topic,), wards=(WARD,)
            )
        id_ = incident(
            world, f"topic:{topic}", state="open", last_at=MONDAY + 30 * HOUR
        )
        alert(world, id_, f"topic:{topic}")
    ran(world)
    clicked(world, MONDAY.date(), 1_234)
    counted(world)


def outlined(world: World, folder: Path) -> None:
    with db.writing(world.engine) as session:
        area_shapes.replace(session, list(samples.sketch(folder).values()))


def pictures_by_section(page: str) -> dict[str, dict[str, str]]:
    """Title of a section → name of a picture in it → its alternative text."""
    sections = {}
    for part in page.split("<h2")[1:]:
        title = re.sub("<[^>]+>", "", part[part.index(">") + 1 : part.index("</h2>")])
        images = [
            {key: unescape(words) for key, words in re.findall(r'(\w+)="([^"]*)"', tag)}
            for tag in re.findall("<img[^>]*>", part)
        ]
        sections[unescape(title).strip()] = {
            image["src"].split(".")[-2]: image["alt"] for image in images
        }
    return sections


def expected_numbers(numbers: JsonObject, lang: Language) -> dict[str, list[str]]:
    """Words that the alternative text of each picture has."""
    (campaign,) = numbers["campaigns"]
    effect, peak = campaign["incremental"], numbers["peak"]
    rounded = [round(n) for n in (effect["value"], effect["anyway"])]
    return {
        "incident": [
            lang.number(WATER),
            Phrases(lang).label("topic", "water"),
            lang.when(MONDAY + 5 * HOUR),
            lang.when(NEXT),
        ],
        "ward_map": [lang.number(WATER + ROADS), lang.number(0)],
        "funnel": [lang.number(campaign["so_far"]["clicks"])],
        "campaign": [
            lang.number(n) for n in (*rounded, *map(round, effect["interval"]))
        ],
        "hours": [
            lang.number(peak["n"]),
            lang.weekday_of_month(MONDAY.date()),
            lang.digits("05:00"),
        ],
    }


@pytest.mark.parametrize("code", CODES)
def test_each_picture_stands_in_its_section_with_its_numbers(
    world: World, tmp_path: Path, code: str
) -> None:
    eventful(world)
    outlined(world, tmp_path)
    lang = language(code)

    files = weekly_report.write_weekly(world.context, lang=code)

    sections = pictures_by_section(files.html.read_text())
    text = files.text.read_text()
    for name, words in expected_numbers(files.numbers, lang).items():
        alt = sections[lang.gettext(SECTIONS[name])][name]
        for word in words:
            assert word in alt, name
        assert f"[{alt}]" in text
        assert (files.html.parent / f"weekly-2026-11-16.{code}.{name}.png") in (
            files.charts
        )
    shown = {name for pictures in sections.values() for name in pictures}
    assert shown == {*SECTIONS, "days", "topics", "clicks"}


def test_without_outlines_the_wards_are_bars(world: World) -> None:
    eventful(world)

    files = weekly_report.write_weekly(world.context)

    where = pictures_by_section(files.html.read_text())["Where"]
    assert list(where) == ["wards"]
    assert where["wards"].startswith("Chart: mentions by ward office.")


def test_the_greatest_incident_alone_is_frozen_with_its_hours(world: World) -> None:
    eventful(world)

    numbers = frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )

    hours = {row["subject"]: row["timeline"] for row in numbers["incidents"]}
    assert hours["topic:roads"] is None
    water = hours["topic:water"]
    assert water is not None
    assert water["start"] == (MONDAY + 5 * HOUR).isoformat()
    assert water["mentions"] == [WATER] + [0] * (7 * 24 - 6)
    assert water["as_of"] == NEXT.isoformat()
    assert set(water["steps"]) == {"first_post", "alert"}
    assert (water["platforms"], water["missing"]) == (1, {})


def test_a_week_of_an_earlier_version_has_no_timeline_and_no_funnel(
    world: World,
) -> None:
    eventful(world)
    numbers = frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )
    older = {
        **numbers,
        "incidents": [without(row, "timeline") for row in numbers["incidents"]],
        "campaigns": [without(row, "store_visits") for row in numbers["campaigns"]],
    }
    with db.writing(world.engine) as session:
        session.execute(update(FrozenReport).values(numbers=older))

    files = weekly_report.write_weekly(world.context)

    sections = pictures_by_section(files.html.read_text())
    assert sections["Incidents of the week"] == {}
    assert list(sections["Campaigns: what they brought"]) == ["campaign", "clicks"]
    assert list(sections["Hour by hour"]) == ["hours"]


def without(row: JsonObject, name: str) -> JsonObject:
    return {key: part for key, part in row.items() if key != name}
