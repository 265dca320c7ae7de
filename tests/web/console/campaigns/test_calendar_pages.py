"""The calendar in the browser: posts on their day, holidays, elections, weeks."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from icalendar import Calendar

from socialcell.clock import IST
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.outbox import outbox_mode
from socialcell.services.publishing import post_drafts
from socialcell.services.publishing.post_drafts import PostDraft
from socialcell.settings import Config
from socialcell.web.console import console_server
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in

pytestmark = pytest.mark.swept_on_postgresql

FRIDAY = datetime(2026, 11, 27, 23, 45, tzinfo=IST)


def planned(context: Context) -> int:
    """A post that is due late on a Friday of Pune."""
    draft = PostDraft("x", FRIDAY, "mr", "शनिवारी उद्यान खुले आहे.")
    return post_drafts.add_post(acting(context, "ravi"), draft).id or 0


def row_of(page: PageAnswer, day: str) -> str:
    """The row of a day."""
    rows = page.html.split("<tr data-row>")
    return next(row for row in rows if f">{day}" in row)


def test_a_post_stands_on_its_day_of_pune_and_comes_as_a_file(
    context: Context, browser: BrowserSession
) -> None:
    id_ = planned(context)
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get("/en/calendar")
    file = browser.get("/en/calendar/posts")

    assert f"Post {id_}" in row_of(page, "Fri 27")
    assert "23:45" in row_of(page, "Fri 27")
    assert page.text.count(f"Post {id_}") == 1
    assert len(Calendar.from_ical(file.body).walk("VEVENT")) == 1


def test_days_on_which_nothing_is_planned_are_told_in_a_sentence(
    context: Context, browser: BrowserSession
) -> None:
    planned(context)
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get("/en/calendar")
    week = page.text.split("Week of 23 Nov")[-1].partition("Week of")[0]

    assert "On the other days of the week nothing is planned." in week
    assert "Fri 27" in week
    assert "Sat 28" not in week
    assert "Nothing is planned in this week." in page.text.split("Week of 14 Dec")[-1]


def test_weeks_are_turned_and_begin_on_a_monday(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    now = browser.get("/en/calendar")
    later = browser.get("/en/calendar?from=2026-12-23")

    assert "Week of 23 Nov" in now.text
    assert "Week of 21 Dec" in later.text
    assert "/en/calendar?from=2026-12-21" in now.html
    for text in ("nonsense", "9999-12-31", "0001-01-01"):
        assert "Week of 23 Nov" in browser.get(f"/en/calendar?from={text}").text


def test_holidays_stand_with_their_names_in_the_language(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    assert "महापरिनिर्वाण" in browser.get("/mr/calendar").text
    assert "Mahaparinirvan" in browser.get("/en/calendar").text


def test_an_election_closes_its_days_and_the_switch_is_named(context: Context) -> None:
    config = Config.model_validate(
        {
            "planning": {
                "elections": [["2026-12-01", "2026-12-04"]],
                "days": [["2026-12-07", "2026-12-07", "Day of the sample"]],
            }
        }
    )
    workspace = type(context.workspace)(context.workspace.folder, config)
    city = replace(context, workspace=workspace)
    outbox_mode.set_mode(acting(context, "lead"), "mourning", "a day of mourning")
    with asyncio.Runner() as runner:
        app = console_server.create_console(city)
        browser = signed_in(BrowserSession(app, runner), context, "v", Role.VIEWER)
        page = browser.get("/en/calendar")

    assert page.text.count("Election until 4 Dec: nothing goes out") == 4
    assert "Day of the sample" in page.text
    assert "The switch of the outbox is set to mourning" in page.text
