"""The console on paper: what is read is printed, what is only pressed is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from socialcell import db
from socialcell.ops.outbox_model import Outgoing
from socialcell.web.console import console_server
from tests import operators
from tests.desk_builders import make_case, make_contact, make_message
from tests.reports.around import alert, incident
from tests.reports.browser import browser, printed, sides
from tests.reports.world import HOUR, MADE, NEXT, World

pytestmark = [pytest.mark.faults, pytest.mark.browser]

WORDS = "The water stands in our lane since the morning"
# The boxes of a page that are drawn, of those that nobody can use on paper.
DRAWN = """
return [...document.querySelectorAll(
    "nav, .skip, .langs, .foot, .btn, button, input, select, textarea, .filters")]
  .filter(e => e.type !== "hidden" && e.getClientRects().length)
  .map(e => e.outerHTML.slice(0, 80));
"""
READ = "return document.getElementById('main').innerText"


@pytest.fixture
def flood(world: World) -> int:
    """An incident of five mentions that nobody has taken charge of; its number. A case
    with a message in it, and a message that is held."""
    ids = [
        world.mention(NEXT + n * HOUR, topics=("flood",), text=WORDS) for n in (0, 1)
    ]
    id_ = incident(world, "topic:flood", NEXT, state="open", last_at=MADE)
    alert(world, id_, "topic:flood", NEXT + HOUR, mentions=ids)
    with db.writing(world.engine) as session:
        case = make_case(session, MADE, summary="A lane under water")
        make_message(session, case, make_contact(session, case, "phone"), WORDS)
        session.add(
            Outgoing(
                kind="post",
                channel="x",
                dedup_key="news",
                recipient="x",
                subject="The news of the morning",
                state="held",
                held_by="mode",
                not_before=MADE,
                made_at=MADE,
            )
        )
    return id_


@pytest.fixture
def driver(world: World, flood: int, tmp_path: Path) -> Iterator[Any]:
    """A browser in which a lead is signed in, and which shows pages as on paper."""
    token = operators.browser_token(world.context, "asha")
    with (
        console_server.serving(world.context) as address,
        browser(794, tmp_path / "profile") as driver,  # A4 at 96 dpi
    ):
        driver.get(f"{address}/en/sign-in")
        driver.add_cookie(
            {"name": "__Host-console", "value": token, "secure": True, "path": "/"}
        )
        driver.address = address
        yield driver


def on_paper(driver: Any, path: str) -> tuple[str, list[str]]:
    """The words of a page on paper, and what is drawn there that nobody can use."""
    driver.get(driver.address + path)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "screen"})
    assert driver.execute_script(DRAWN), "the page has none of what paper must not have"
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    return driver.execute_script(READ), driver.execute_script(DRAWN)


def test_navigation_forms_and_buttons_are_not_printed_and_what_they_list_is(
    world: World, driver: Any, flood: int
) -> None:
    for path, words in (
        ("/en/", "A lane under water"),
        ("/en/inbox?view=open", "A lane under water"),
        ("/en/outbox", "The news of the morning"),
        (f"/en/incidents/{flood}", "What people say"),
        (f"/en/incidents/{flood}/room", "Claims going round"),
        ("/en/mentions", WORDS),
    ):
        text, drawn = on_paper(driver, path)

        assert drawn == [], path
        assert words in text, path


def test_a_card_that_holds_a_form_alone_leaves_no_heading_on_paper(
    world: World, driver: Any
) -> None:
    driver.get(f"{driver.address}/en/inbox?view=open")
    path = driver.find_element("css selector", "tbody a").get_attribute("href")

    text, _drawn = on_paper(driver, path.removeprefix(driver.address))

    assert WORDS in text
    assert "A note for colleagues" not in text


def test_an_incident_is_printed_on_two_sides_at_most(driver: Any, flood: int) -> None:
    driver.get(f"{driver.address}/en/incidents/{flood}")

    assert sides(printed(driver)) <= 2
