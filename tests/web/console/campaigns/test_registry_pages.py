"""An account is proposed, approved by somebody else, or not entered, in the browser."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.listening.store.people import registry
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.mentions import public_people
from tests.language.test_public_people import BUSES, GOOD, write
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql

EVIDENCE = "https://www.city.example/accounts names it"


def handles(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return [row.handle for row in registry.accounts(session)]


def propose(browser: BrowserSession, handle: str, evidence: str = EVIDENCE) -> str:
    form = browser.get("/en/registry/new")
    answer = browser.send(
        form,
        "/registry/new",
        platform="x",
        handle=handle,
        name="The city's desk",
        person_class="public_office",
        evidence=evidence,
    )
    return answer.text


def test_an_account_that_one_proposes_another_approves(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    signed_in(browser, context, "asha", Role.LEAD)
    assert "It waits for a second person." in propose(browser, "@CityDesk")
    own = browser.get("/en/registry/waiting/1")
    assert "You proposed it: somebody else approves it." in own.text
    assert handles(engine) == []

    signed_in(browser, context, "meera", Role.APPROVER)
    assert "Waits for a second person" in browser.get("/en/registry").text
    waiting = browser.get("/en/registry/waiting/1")
    done = browser.send(waiting, "/registry/waiting/1/approve")

    assert "It is shown by name from now on." in done.text
    assert "meera" in done.text
    assert handles(engine) == ["citydesk"]
    assert browser.get("/en/registry/waiting/1").status == 404


def test_a_refused_proposal_says_why_and_keeps_what_was_typed(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "asha", Role.LEAD)

    without_link = propose(browser, "@CityDesk", "its own page")
    protest = propose(browser, "@puneprotestlive")

    assert "needs a link that others can follow" in without_link
    assert "No account is entered that is about protests" in protest


def test_an_account_is_not_entered_with_a_reason(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    signed_in(browser, context, "asha", Role.LEAD)
    propose(browser, "@CityDesk")
    signed_in(browser, context, "meera", Role.APPROVER)

    waiting = browser.get("/en/registry/waiting/1")
    done = browser.send(
        waiting, "/registry/waiting/1/return", reason="no public office"
    )

    assert "It is not entered." in done.text
    assert handles(engine) == []


def test_who_only_reads_sees_what_waits_and_decides_nothing(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "asha", Role.LEAD)
    propose(browser, "@CityDesk")
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get("/en/registry")

    assert "The city's desk" in page.text
    assert "Propose an account" not in page.text
    assert browser.get("/en/registry/waiting/1").status == 403


def test_public_people_of_a_file_are_entered_together_by_a_second_person(
    context: Context, tmp_path: Path, browser: BrowserSession
) -> None:
    lead = acting(context, "asha", Role.LEAD)
    public_people.propose_people(lead, write(tmp_path, GOOD, BUSES))
    signed_in(browser, context, "asha", Role.LEAD)
    own = browser.get("/en/registry/people/1")
    assert "You proposed them: somebody else approves them." in own.text
    assert "Enter all of them" not in own.text

    signed_in(browser, context, "meera", Role.APPROVER)
    assert "holders.csv" in browser.get("/en/registry").text
    waiting = browser.get("/en/registry/people/1")
    for words in ("नमुना उदाहरणे", "Namuna Udaharane", GOOD["evidence"], "PMPML"):
        assert words in waiting.text
    approved = browser.send(waiting, "/registry/people/1/approve")

    assert "They are public from now on." in approved.text
    assert "holders.csv" not in approved.text
    own_ids = [e.id for e, own in public_people.list_people(context) if own]
    assert own_ids == [BUSES["id"], GOOD["id"]]
    assert browser.get("/en/registry/people/1").status == 404


def test_public_people_of_a_file_are_returned_together_with_a_reason(
    context: Context, tmp_path: Path, browser: BrowserSession
) -> None:
    lead = acting(context, "asha", Role.LEAD)
    public_people.propose_people(lead, write(tmp_path, GOOD, BUSES))
    signed_in(browser, context, "viewer", Role.VIEWER)
    assert "holders.csv" in browser.get("/en/registry").text
    assert browser.get("/en/registry/people/1").status == 403

    signed_in(browser, context, "meera", Role.APPROVER)
    waiting = browser.get("/mr/registry/people/1")
    returned = browser.send(waiting, "/registry/people/1/return", reason="पदावर नाहीत")

    assert "त्यांची नोंद केली नाही." in returned.text
    assert public_people.list_waiting(context) == []
