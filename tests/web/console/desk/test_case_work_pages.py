"""Work on a case: done, called about, answered, routed, lent to the field."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.desk.closing_model import ClosureCheck
from socialcell.roles import Role
from socialcell.services.context import Context
from tests.desk_builders import make_case, make_contact
from tests.web.console.browser_session import BrowserSession, signed_in
from tests.web.console.conftest import NewBrowser
from tests.web.console.desk.conftest import MEERA, RAVI, case_of

pytestmark = pytest.mark.swept_on_postgresql


def test_work_is_said_to_be_done_with_words_enough_and_everybody_is_asked(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    browser.send(browser.get(f"/en/cases/{burst}"), f"/cases/{burst}/take")
    path = f"/cases/{burst}/done"

    short = browser.send(browser.get(f"/en{path}"), path, words="Done.")
    words = "The valve was changed this morning and the road is dry again."
    claimed = browser.send(browser.get(f"/en{path}"), path, words=words)

    assert short.status == 422
    assert "1 conversation is asked" in claimed.text  # nobody can write on X
    assert case_of(city, burst).state == "resolved_claimed"


def test_where_nobody_can_be_asked_that_is_said(
    city: Context, browser: BrowserSession
) -> None:
    with db.writing(city.engine) as session:
        case = make_case(session, summary="Dark lamp", priority="P2")
        make_contact(session, case, person="नागरिक-DARK2345")
        number = case.number
    signed_in(browser, city, RAVI, Role.OPERATOR)
    browser.send(browser.get(f"/en/cases/{number}"), f"/cases/{number}/take")
    path = f"/cases/{number}/done"

    words = "The lamp was changed this morning and burns again."
    claimed = browser.send(browser.get(f"/en{path}"), path, words=words)

    assert "Nobody can be asked in writing" in claimed.text
    assert "Is it solved? to be asked by a call" in claimed.text
    assert number in browser.get("/en/calls").text
    assert "asked, no answer yet" not in claimed.text

    with db.writing(city.engine) as session:
        asked = session.scalars(select(ClosureCheck)).one()
        later = city.clock.now() + timedelta(hours=1)
        again = asked.model_dump(exclude={"id", "answer", "answered_at"}) | {
            "round": 2,
            "asked_at": later,
        }
        session.add(ClosureCheck(**again, answer="yes", answered_at=later))
    page = browser.get(f"/en/cases/{number}").text
    assert "to be asked by a call" not in page


def test_a_case_that_nobody_has_yet_cannot_be_said_to_be_done(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}"
    new = browser.get(f"/en{path}")
    taken = browser.send(new, f"{path}/take")

    assert f'href="/en{path}/done"' not in new.html
    assert f'href="/en{path}/done"' in taken.html


def test_a_case_that_has_ended_offers_no_work_on_it(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}"
    opened = browser.send(browser.get(f"/en{path}"), f"{path}/take")
    state = browser.get(f"/en{path}/state")
    browser.send(state, f"{path}/state", state="dropped", reason="Nothing is broken.")
    dropped = browser.get(f"/en{path}")

    work = ("done", "refer", "field-link", "owner")
    assert [f'href="/en{path}/{act}"' in opened.html for act in work] == [True] * 4
    assert [f'href="/en{path}/{act}"' in dropped.html for act in work] == [False] * 4
    assert f'href="/en{path}/triage"' in dropped.html
    assert case_of(city, burst).state == "dropped"


def test_a_case_that_is_the_citys_own_by_the_register_needs_a_body_to_be_named(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}/refer"

    refused = browser.send(browser.get(f"/en{path}"), path)

    assert refused.status == 422
    assert "The register names no other body" in refused.text
    assert "--body" not in refused.text
    assert "dept:" not in refused.text.partition("The register names no")[2][:90]


def test_a_call_that_contradicts_opens_the_case_again(
    new_browser: NewBrowser, city: Context, burst: str
) -> None:
    ravi = signed_in(new_browser(), city, RAVI, Role.OPERATOR)
    ravi.send(ravi.get(f"/en/cases/{burst}"), f"/cases/{burst}/take")
    words = "The valve was changed this morning and the road is dry again."
    ravi.send(ravi.get(f"/en/cases/{burst}/done"), f"/cases/{burst}/done", words=words)
    meera = signed_in(new_browser(), city, MEERA, Role.OPERATOR)

    calls = meera.get("/en/calls")
    link = re.search(rf'href="/en(/calls/{burst}/\d+)"', calls.html)
    assert link is not None
    form = meera.get(f"/en{link[1]}")
    nothing = meera.send(form, link[1])
    sent = meera.send(meera.get(f"/en{link[1]}"), link[1], result="contradicted")

    assert form.form(link[1]).fields["result"] == ""
    assert nothing.status == 422
    assert "Choose one of the entries." in nothing.text
    assert "The call is entered." in sent.text
    assert case_of(city, burst).reopened == 1


def test_the_form_of_an_answer_asks_to_whom_it_goes(
    new_browser: NewBrowser, city: Context, burst: str
) -> None:
    ravi = signed_in(new_browser(), city, RAVI, Role.LEAD)
    form = ravi.get(f"/en/cases/{burst}/answer")

    assert form.status == 200
    assert "To whom" in form.text


def test_approved_answers_are_entered_by_one_and_approved_by_another(
    new_browser: NewBrowser, city: Context
) -> None:
    ravi = signed_in(new_browser(), city, RAVI, Role.LEAD)
    entered = ravi.send(
        ravi.get("/en/macros"),
        "/macros",
        key="burst_main",
        title="Burst main, team sent",
        text="नमस्कार. पथक निघाले आहे. प्रकरण {number}.",
    )
    own = ravi.send(entered, "/macros/approve")
    meera = signed_in(new_browser(), city, MEERA, Role.LEAD)
    approved = meera.send(meera.get("/en/macros"), "/macros/approve")

    assert "waits for a second person" in entered.text
    assert own.status == 422
    assert "1 answer counts from now on." in approved.text


def test_routing_says_which_team_works_and_how_long_it_has(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.VIEWER)

    page = browser.get("/en/routing")

    assert "Water Supply Department" in page.text
    assert "working hours" in page.text


def test_a_field_link_is_shown_once_to_whoever_made_it(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}/field-link"

    sent = browser.send(
        browser.get(f"/en{path}"), path, made_for="Junior engineer, water"
    )

    assert sent.status == 200
    assert "/f/" in sent.text
    assert "/f/" not in browser.get(f"/en/cases/{burst}").text
