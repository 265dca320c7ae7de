"""Areas in the browser: map, table and one area; what is not known, and who may see."""

from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import event

from socialcell import db
from socialcell.listening.store import area_shapes as shape_store
from socialcell.roles import Role
from tests.reports.around import alert, incident, promise
from tests.reports.svg.drawings import shape, square
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, NEXT, World
from tests.web.console.browser_session import BrowserSession, signed_in

DAY = timedelta(days=1)
AUNDH, KOTHRUD = "ward:aundh-baner", "ward:kothrud-bavdhan"
PAGE = "/en/areas?days=own&since=2026-11-16&until=2026-11-22"
OWN_PAGE = "?days=own&since=2026-11-16&until=2026-11-22"


def outline(world: World, *areas: str, sketch: bool = False) -> None:
    shapes = [
        shape(area, square(0.1 * n, 0), sketch=sketch) for n, area in enumerate(areas)
    ]
    with db.writing(world.engine) as session:
        shape_store.replace(session, shapes)


def fill(world: World) -> None:
    """A week in which Aundh has 22 mentions, of which 20 are negative, Kothrud two."""
    world.covered(BEFORE, MADE)
    for hour in range(20):
        world.mention(MONDAY + hour * HOUR, wards=(AUNDH,), topics=("water",))
    for hour in (30, 31):
        world.mention(
            MONDAY + hour * HOUR, intent="praise", sentiment="positive", wards=(AUNDH,)
        )
    for hour in range(20):
        world.mention(BEFORE + hour * HOUR, wards=(AUNDH,))
    world.mention(MONDAY + HOUR, wards=(KOTHRUD,), urgency="critical")
    world.mention(MONDAY + 2 * HOUR, wards=(KOTHRUD,))
    world.mention(MONDAY + 3 * HOUR)


def row_of(html: str, name: str) -> str:
    """The row of a table that has this name in its heading."""
    (row,) = [part for part in html.split("<tr")[1:] if name in part.split("</th>")[0]]
    return row.split("</tr>")[0]


def queries_of(html: str) -> list[str]:
    """The queries of links to mentions, in their order."""
    links = [unescape(part.split('"')[0]) for part in html.split('href="')[1:]]
    return [
        parse_qs(urlsplit(link).query)["query"][0]
        for link in links
        if link.startswith("/en/mentions?")
    ]


def test_each_number_of_a_ward_office_leads_to_its_mentions(
    world: World, lead: BrowserSession
) -> None:
    fill(world)

    row = row_of(lead.get(PAGE).html, "Aundh")

    assert 'aria-label="Aundh - Baner, Mentions: 22"' in row
    assert 'aria-label="Aundh - Baner, Complaints: 20"' in row
    assert 'aria-label="Aundh - Baner, Share negative: 91%"' in row
    assert queries_of(row) == [
        f"{AUNDH} since:2026-11-16 until:2026-11-22",
        f"{AUNDH} intent:complaint since:2026-11-16 until:2026-11-22",
        f"{AUNDH} (urgency:critical OR urgency:high) since:2026-11-16 until:2026-11-22",
        f"{AUNDH} sentiment:negative since:2026-11-16 until:2026-11-22",
    ]
    assert "20 → 22" in row
    assert "(+10%)" in row
    assert "72% to 97%" in row  # Wilson, of 20 of 22, by hand
    assert "Water supply: Water Supply Department" in row


def test_few_mentions_are_no_percentage_and_no_change_in_percent(
    world: World, lead: BrowserSession
) -> None:
    fill(world)

    row = row_of(lead.get(PAGE).html, "Kothrud")

    assert "0 → 2" in row
    assert ">2 of 2</a>" in row
    assert "%" not in row.replace("%3A", "").replace("%28", "").replace("%29", "")


def test_mentions_that_name_no_ward_office_have_a_row(
    world: World, lead: BrowserSession
) -> None:
    fill(world)

    html = lead.get(PAGE).html

    assert queries_of(row_of(html, "No ward office named"))[0].startswith("ward:none ")
    assert "All mentions, each once, Mentions: 25" in row_of(html, "each once")


def test_what_was_not_collected_is_not_known_and_never_zero(
    world: World, lead: BrowserSession
) -> None:
    outline(world, AUNDH)

    page = lead.get(PAGE)

    assert "No source was watched in these days" in page.text
    row = row_of(page.html, "Aundh")
    assert row.count("not known") == 4
    assert ">0<" not in row
    assert "Aundh - Baner: not known" in page.html


def test_the_map_has_a_link_for_each_office_and_its_title_says_the_finding(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    outline(world, AUNDH, KOTHRUD, sketch=True)

    page = lead.get(PAGE)

    assert "Mentions: most in Aundh - Baner, 22" in page.text
    assert "A sketch: these are no boundaries." in page.text
    assert 'aria-label="Aundh - Baner: 22"' in page.html
    days = OWN_PAGE.replace("&", "&amp;")
    assert page.html.count(f'href="/en/areas/{AUNDH}{days}"') == 3  # 2 maps, a table
    assert "Without an outline: " in page.text


def test_no_office_is_called_first_that_is_not(
    world: World, lead: BrowserSession
) -> None:
    world.covered(BEFORE, MADE)
    for ward in (AUNDH, KOTHRUD):
        for hour in range(20):
            negative = hour < (12 if ward == AUNDH else 10)
            world.mention(
                MONDAY + hour * HOUR,
                wards=(ward,),
                sentiment="negative" if negative else "neutral",
            )

    mentions = lead.get(PAGE)
    shares = lead.get(f"{PAGE}&map=negative")

    assert "Mentions by ward office" in mentions.text
    assert "no ward office stands out for certain" in shares.text


def test_a_share_that_is_surely_the_highest_is_said(
    world: World, lead: BrowserSession
) -> None:
    world.covered(BEFORE, MADE)
    for ward, mood in ((AUNDH, "negative"), (KOTHRUD, "neutral")):
        for hour in range(20):
            world.mention(MONDAY + hour * HOUR, wards=(ward,), sentiment=mood)

    page = lead.get(f"{PAGE}&map=negative")

    assert "Share negative: highest in Aundh - Baner, 100%" in page.text


def test_without_outlines_the_page_says_how_they_are_imported(
    world: World, lead: BrowserSession
) -> None:
    page = lead.get("/en/areas")

    assert "There is no map" in page.text
    assert "socialcell areas shapes import FILE" in page.text
    assert 'class="g map' not in page.html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("days=own", "Write a day as 2026-11-21."),
        ("days=own&since=2026-13-01&until=x", "Write a day as 2026-11-21."),
        ("days=own&since=9999-12-31&until=9999-12-31", "Write a day as 2026-11-21."),
        ("days=own&since=2026-12-01&until=2026-12-02", "not come yet"),
        ("days=own&since=2026-11-02&until=2026-11-01", "From is after Until"),
        ("days=own&since=2026-01-01&until=2026-11-01", "at most 92 days"),
    ],
)
@pytest.mark.parametrize("path", ["/en/areas", f"/en/areas/{AUNDH}"])
def test_days_that_cannot_be_shown_are_refused_in_a_sentence(
    lead: BrowserSession, path: str, query: str, words: str
) -> None:
    page = lead.get(f"{path}?{query}")

    assert page.status == 400
    assert words in page.text
    assert "Below are the last 7 days." in page.text


def test_days_that_nobody_offers_are_the_last_seven(lead: BrowserSession) -> None:
    page = lead.get("/en/areas?days=x&map=x")

    assert page.status == 200
    assert "Tue 17 Nov to Mon 23 Nov, 09:00" in page.text


def test_today_and_four_weeks_are_a_link_away(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    world.mention(NEXT + HOUR, wards=(KOTHRUD,))

    today = row_of(lead.get("/en/areas?days=1").html, "Kothrud")
    weeks = row_of(lead.get("/en/areas?days=28").html, "Kothrud")

    assert "Mentions: 1" in today
    assert "Mentions: 3" in weeks


def test_whoever_is_of_one_ward_office_sees_that_one_alone(
    world: World, visitor: BrowserSession
) -> None:
    fill(world)
    flood(world)
    signed_in(visitor, world.context, "ravi", Role.VIEWER, scope=KOTHRUD)

    page = visitor.get("/en/areas")

    assert "Kothrud - Bavdhan" in page.text
    assert "Aundh" not in page.text
    assert "All mentions" not in page.text
    assert visitor.get(f"/en/areas/{KOTHRUD}").status == 200
    assert visitor.get(f"/en/areas/{AUNDH}").status == 404


def test_whoever_is_of_a_department_is_told_that_it_has_no_area(
    world: World, visitor: BrowserSession
) -> None:
    fill(world)
    signed_in(visitor, world.context, "ravi", Role.VIEWER, scope="dept:roads")

    page = visitor.get("/en/areas")

    assert "A department has none of its own." in page.text
    assert "Aundh" not in page.text


def flood(world: World) -> int:
    """An open incident with five mentions from Aundh."""
    for n in range(5):
        world.mention(NEXT + n * HOUR, wards=(AUNDH,), topics=("flood",))
    id_ = incident(world, "topic:flood", NEXT, state="open", last_at=MADE)
    alert(world, id_, at=NEXT)
    return id_


def test_an_incident_is_named_and_linked_for_whoever_may_open_it(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    id_ = flood(world)

    listed = row_of(lead.get("/en/areas").html, "Aundh")
    shown = lead.get(f"/en/areas/{AUNDH}")
    ravi = signed_in(lead, world.context, "ravi", Role.VIEWER, scope=AUNDH)
    as_ravi = row_of(ravi.get("/en/areas").html, "Aundh")

    assert f'href="/en/incidents/{id_}"' in listed
    assert "5 mentions from here" in listed
    assert f'href="/en/incidents/{id_}"' in shown.html
    assert "5 mentions from here" in as_ravi
    assert "/incidents/" not in as_ravi


def test_one_area_has_its_days_topics_owners_and_promises(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    promise(world, MADE + DAY, ward=AUNDH, text="<b>Tankers</b> until Friday")

    page = lead.get(f"/en/areas/{AUNDH}{OWN_PAGE}")

    assert "Ward office, Zone" in page.text
    assert "Most on Mon 16 Nov: 20 of 22 mentions" in page.text
    day = f"{AUNDH} since:2026-11-16 until:2026-11-16"
    assert day in queries_of(page.html)
    water = row_of(page.html, "Water supply")
    assert "Water Supply Department" in water
    assert "Water supply: 20" in water
    assert "<b>Tankers</b> until Friday" in page.text
    assert "<b>Tankers" not in page.html


def test_a_day_with_missing_hours_is_hatched_and_gives_no_finding(
    world: World, lead: BrowserSession
) -> None:
    world.covered(BEFORE, MONDAY + DAY + 6 * HOUR)
    world.mention(MONDAY, wards=(AUNDH,))

    page = lead.get(f"/en/areas/{AUNDH}{OWN_PAGE}")

    assert "Mentions by day" in page.text
    assert "Most on" not in page.text
    assert "Tue 17 Nov at least 0" in page.html
    assert "Wed 18 Nov not known" in page.html


def test_an_area_that_no_text_names_is_not_known(lead: BrowserSession) -> None:
    page = lead.get("/en/areas/prabhag:1")

    assert page.status == 200
    assert "It is not known which mentions are about this area." in page.text


@pytest.mark.parametrize("id_", ["nowhere", "zone:1", '"><script>', "ward:%00"])
def test_what_is_no_area_is_not_found(lead: BrowserSession, id_: str) -> None:
    page = lead.get(f"/en/areas/{quote(id_)}")

    assert page.status == 404
    assert "<script>" not in page.html


def test_a_page_takes_at_most_fifteen_statements(
    world: World, lead: BrowserSession
) -> None:
    fill(world)
    flood(world)
    outline(world, AUNDH)
    counts = {}
    for path in ("/en/areas", f"/en/areas/{AUNDH}"):
        lead.get(path)
        counts[path] = count_statements(world, lead, path)

    assert max(counts.values()) <= 15, counts


def count_statements(world: World, browser: BrowserSession, path: str) -> int:
    statements: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(world.engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status == 200
    finally:
        event.remove(world.engine, "before_cursor_execute", note)
    return len(statements)
