"""Campaigns in the browser: the list, plans and their files, results and reasons."""

import asyncio
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from icalendar import Calendar

from socialcell import db
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.links import tracked_links
from socialcell.services.outcomes import campaign_results
from socialcell.web.console import console_server
from tests.campaigns.planning import agreed_plans, worlds
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql


def entered(context: Context, name: str = "monsoon26", **changes: str) -> None:
    """A campaign that began a week ago."""
    days = {"start": "2026-11-16", "end": "2026-11-29"} | changes
    lead = acting(context, "lead")
    campaign_results.create_campaign(lead, name, days["start"], days["end"])


def linked(context: Context, campaign: str = "monsoon26") -> str:
    """A link of a campaign; its code."""
    fields: dict[str, str | None] = {
        "campaign": campaign,
        "channel": "instagram",
        "creator": "asha_creates",
        "web": "https://care.city.example/monsoon",
    }
    return tracked_links.create_link(acting(context, "lead"), fields).link.code


def test_where_there_is_no_campaign_the_list_says_so(
    context: Context, browser: BrowserSession
) -> None:
    page = signed_in(browser, context, "viewer", Role.VIEWER).get("/en/campaigns")

    assert page.status == 200
    assert "There is no campaign." in page.text


def test_the_page_of_a_plan_that_there_is_not_names_no_command(
    context: Context, browser: BrowserSession
) -> None:
    entered(context)
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get("/en/campaigns/monsoon26/plan")

    assert "This campaign has no plan yet." in page.text
    assert "socialcell campaigns" not in page.text


def test_the_list_says_what_is_not_known_and_never_nought(
    context: Context, browser: BrowserSession
) -> None:
    entered(context)
    entered(context, "winter26", start="2026-12-07", end="2026-12-20")
    page = signed_in(browser, context, "viewer", Role.VIEWER).get("/en/campaigns")

    coming, running = page.text.split("monsoon26")
    assert "to come" in coming
    assert "It has not begun." in coming
    assert "running" in running
    assert "nothing is planned" in running
    assert "no link" in running
    assert "No weekly report about it yet." in running


def test_the_list_goes_on_behind_its_last_campaign(
    context: Context, browser: BrowserSession
) -> None:
    for n in range(27):
        entered(context, f"sample{n:02}")
    signed_in(browser, context, "viewer", Role.VIEWER)

    first = browser.get("/en/campaigns")
    second = browser.get("/en/campaigns?after=2026-11-16~sample24")

    assert [f"/campaigns/sample{n:02}" in first.html for n in (0, 24, 25)] == [
        True,
        True,
        False,
    ]
    assert "/en/campaigns?after=2026-11-16~sample24" in first.html
    assert [f"/campaigns/sample{n:02}" in second.html for n in (24, 25, 26)] == [
        False,
        True,
        True,
    ]
    assert browser.get("/en/campaigns?after=nonsense").status == 200


def test_a_campaign_shows_its_links_with_their_clicks(
    context: Context, browser: BrowserSession
) -> None:
    entered(context)
    code = linked(context)
    page = signed_in(browser, context, "viewer", Role.VIEWER).get(
        "/mr/campaigns/monsoon26"
    )

    assert page.status == 200
    assert f"/mr/links/{code}" in page.html
    assert "asha_creates" in page.text
    assert "नियोजन नाही." in page.text


def test_a_campaign_that_is_none_is_not_found(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    for path in ("", "/measure"):
        assert browser.get(f"/en/campaigns/nobody{path}").status == 404
    assert browser.get("/en/campaigns/nobody/plan").status == 404


def test_the_reason_why_nothing_is_claimed_stands_in_the_language_of_the_page(
    context: Context, browser: BrowserSession
) -> None:
    entered(context)
    entered(context, "winter26", start="2026-12-07", end="2026-12-20")
    signed_in(browser, context, "viewer", Role.VIEWER)

    english = browser.get("/en/campaigns/winter26/measure")
    marathi = browser.get("/mr/campaigns/winter26/measure")
    without = browser.get("/en/campaigns/monsoon26/measure")

    assert "The campaign has not begun: it does on 2026-12-07." in english.text
    assert "मोहीम सुरू झालेली नाही" in marathi.text
    assert "has not begun" not in marathi.text
    assert "Nothing is claimed." in without.text
    assert "no store's figures are held" in without.text


def test_what_is_attributed_says_where_no_store_is_held(
    context: Context, browser: BrowserSession
) -> None:
    entered(context)
    linked(context)
    entered(context, "winter26", start="2026-12-07", end="2026-12-20")
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get("/en/campaigns/monsoon26/attribution?by=creator")
    coming = browser.get("/en/campaigns/winter26/attribution")

    assert "No figures of a store are held for these days." in page.text
    assert "There is nothing to attribute yet." in coming.text
    assert browser.get("/en/campaigns/monsoon26/attribution?by=age").status == 404


@pytest.fixture
def planned(context: Context, tmp_path: Path) -> Context:
    """A city in which the operator ravi has made a plan."""
    worlds.fill(context)
    return agreed_plans.planned(acting(context, "ravi"), tmp_path)


@pytest.fixture
def planner(planned: Context) -> Iterator[BrowserSession]:
    with asyncio.Runner() as runner:
        yield BrowserSession(console_server.create_console(planned), runner)


@pytest.mark.faults
def test_a_plan_is_shown_with_its_words_and_comes_as_three_files(
    context: Context, planner: BrowserSession
) -> None:
    signed_in(planner, context, "meera")
    path = f"/en/campaigns/{agreed_plans.NAME}"

    overview = planner.get(path)
    page = planner.get(f"{path}/plan")
    calendar = planner.get(f"{path}/plan/ics")
    table = planner.get(f"{path}/plan/csv")
    workbook = planner.get(f"{path}/plan/xlsx")

    assert "Not approved as it is now" in overview.text
    assert agreed_plans.WORDS["mr"] in page.text
    assert planner.get(f"{path}/plan?version=9").status == 404
    events = Calendar.from_ical(calendar.body).walk("VEVENT")
    assert len(events) == 2
    assert calendar.headers["content-disposition"] == (
        f'attachment; filename="{agreed_plans.NAME}-v1.ics"'
    )
    assert table.body.decode().startswith("n,day,at,creator,")
    assert "xl/workbook.xml" in zipfile.ZipFile(BytesIO(workbook.body)).namelist()
    assert planner.get(f"{path}/plan/exe").status == 404


@pytest.mark.faults
def test_a_plan_is_kept_from_those_whom_the_settings_do_not_admit(
    context: Context, planned: Context
) -> None:
    config = planned.workspace.config
    closed = config.influencers.model_copy(update={"approvers": ("Meera",)})
    workspace = type(planned.workspace)(
        planned.workspace.folder, config.model_copy(update={"influencers": closed})
    )
    app = console_server.create_console(replace(planned, workspace=workspace))
    with asyncio.Runner() as runner:
        viewer = signed_in(BrowserSession(app, runner), context, "v", Role.VIEWER)
        meera = signed_in(BrowserSession(app, runner), context, "meera")
        path = f"/en/campaigns/{agreed_plans.NAME}/plan"

        refused, shown = viewer.get(path), meera.get(path)

    assert refused.status in (403, 409)
    assert agreed_plans.WORDS["mr"] not in refused.text
    assert agreed_plans.WORDS["mr"] in shown.text


def test_wards_stand_with_the_names_of_the_language(
    context: Context, browser: BrowserSession
) -> None:
    with db.writing(context.engine) as session:
        area_store.replace(session, area_table.read_areas())
    lead = acting(context, "lead")
    campaign_results.create_campaign(
        lead, "monsoon26", "2026-11-16", "2026-11-29", wards=("Kothrud-Bavdhan",)
    )

    page = signed_in(browser, context, "viewer", Role.VIEWER).get("/mr/campaigns")

    assert "कोथरूड" in page.text
