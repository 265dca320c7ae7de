"""The inbox: open cases, listed, filtered, taken, joined and counted."""

import re

import pytest
from sqlalchemy import Engine, text

from socialcell import db
from socialcell.roles import Role
from socialcell.services.context import Context
from tests.desk_builders import make_case, make_contact, make_message
from tests.statements import counted
from tests.web.console.browser_session import BrowserSession, signed_in
from tests.web.console.desk.conftest import BURST, RAVI, case_of, number_of

pytestmark = pytest.mark.swept_on_postgresql

KOTHRUD = "ward:kothrud-bavdhan"
MOST_BYTES = 60_000  # of the first load of a page of fifty rows


def test_the_inbox_lists_open_cases_by_priority_with_masked_words(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)

    page = browser.get("/en/inbox?view=open")

    assert page.status == 200
    assert page.text.index("Burst pipe") < page.text.index("Leaking tap")
    assert "98221" not in page.html
    assert "2 open cases" in page.text


def test_where_no_case_is_ones_own_the_inbox_says_how_many_wait(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)

    html = browser.get("/en/inbox").html

    empty = html.partition("No case is yours now.")[2].partition("</p>")[0]
    assert '<a href="/en/inbox?view=open">2 open cases</a>' in empty


def test_filters_of_the_inbox_stand_in_its_address(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)

    page = browser.get(f"/en/inbox?view=open&area={KOTHRUD}&words=pipe")

    assert "Burst pipe" in page.text
    assert "Leaking tap" not in page.text
    assert "view=overdue&amp;words=pipe" in page.html


def test_whoever_answers_for_a_ward_office_sees_its_cases_alone(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.DEPARTMENT, scope=KOTHRUD)

    page = browser.get("/en/inbox?view=open")

    assert ("Burst pipe" in page.text, "Leaking tap" in page.text) == (True, False)
    other = number_of(city, "Leaking tap")
    assert browser.get(f"/en/cases/{burst}").status == 200
    assert browser.get(f"/en/cases/{other}").status == 404
    assert browser.get(f"/en/cases/{other}/triage").status == 404


def test_today_leads_to_the_open_cases_that_were_reopened(
    city: Context, browser: BrowserSession
) -> None:
    with db.writing(city.engine) as session:
        make_case(session, summary="Opened again", reopened=1)
    signed_in(browser, city, RAVI, Role.OPERATOR)

    today = browser.get("/en/")
    page = browser.get("/en/inbox?view=reopened")

    assert '<a href="/en/inbox?view=reopened">open case was reopened</a>' in today.html
    assert "Opened again" in page.text
    assert "Burst pipe" not in page.text
    assert "Open cases that ended once and were opened again." in page.text


def test_a_page_of_fifty_cases_leads_to_the_rest(
    city: Context, browser: BrowserSession
) -> None:
    with db.writing(city.engine) as session:
        for n in range(60):
            case = make_case(session, summary=f"Case no. {n}.", place="Kothrud")
            caller = make_contact(session, case, "phone")
            make_message(session, case, caller, f"{BURST}, for the {n}th time")
    signed_in(browser, city, RAVI, Role.OPERATOR)

    first = browser.get("/en/inbox?view=open")
    following = re.search(r'href="(/en/inbox[^"]*cursor=[^"]*)"', first.html)
    assert following is not None
    second = browser.get(following[1].replace("&amp;", "&"))

    numbers = [re.findall(r'name="c-(\d\d-\d+)"', p.html) for p in (first, second)]
    assert [len(page) for page in numbers] == [50, 12]
    assert len(first.body) <= MOST_BYTES
    assert len({*numbers[0], *numbers[1]}) == 62


def test_a_known_place_stands_in_the_language_of_the_page_and_others_as_typed(
    city: Context, browser: BrowserSession
) -> None:
    with db.writing(city.engine) as session:
        make_case(session, summary="One", place="Kothrud")
        make_case(session, summary="Two", place="behind the temple")
    signed_in(browser, city, RAVI, Role.OPERATOR)

    marathi = browser.get("/mr/inbox?view=open").html
    english = browser.get("/en/inbox?view=open").html

    assert ">कोथरूड</bdi>" in marathi
    assert ">Kothrud</bdi>" in english
    assert ">behind the temple</bdi>" in marathi


def test_the_next_cases_are_taken_marked_and_joined(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    mine = browser.send(browser.get("/en/inbox"), "/inbox/next")
    assert "You took 2 cases." in mine.text
    assert "You hold 2 cases" in mine.text

    other = number_of(city, "Leaking tap")
    form = mine.form("/inbox/take")
    marks = {f"c-{number}": str(case_of(city, number).rev) for number in (burst, other)}
    joined = browser.post("/en/inbox/merge", {**form.fields, **marks})

    assert "1 case was joined with this one." in joined.text
    assert case_of(city, other).state == "duplicate"
    apart = browser.send(browser.get(f"/en/cases/{other}"), f"/cases/{other}/unmerge")
    assert "stands by itself again" in apart.text
    assert case_of(city, other).merged_into is None


def test_nothing_is_joined_where_nothing_is_marked(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    page = browser.get("/en/inbox?view=open")

    answer = browser.post("/en/inbox/merge", page.form("/inbox/take").fields)

    assert answer.status == 422
    assert "Mark two cases or more first." in answer.text


def test_today_begins_with_the_cases_to_work_on_first(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)

    page = browser.get("/en/")

    assert page.status == 200
    assert page.text.index("Burst pipe") < page.text.index("Leaking tap")
    assert f"/en/cases/{burst}" in page.html
    assert "all 2 open cases" in page.text


def test_the_navigation_counts_the_open_cases_beside_the_inbox(
    city: Context, browser: BrowserSession, engine: Engine
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    assert "Inbox 2 2 open cases" in browser.get("/en/me").text
    with db.writing(engine) as session:
        make_case(session, summary="Done", state="closed_confirmed")
        make_case(session, summary="Waits", state="resolved_claimed")
    assert "Inbox 3 3 open cases" in browser.get("/en/figures").text
    assert "आवक ३ ३ प्रकरणे खुली" in browser.get("/mr/me").text


def test_counting_the_open_cases_of_the_city_takes_no_statement_of_its_own(
    city: Context, browser: BrowserSession, engine: Engine
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    browser.get("/en/keys")
    with counted(engine) as statements:
        assert "Inbox 2 2 open cases" in browser.get("/en/keys").text
    assert len(statements) == 1


def test_whoever_answers_for_a_ward_office_is_told_how_many_are_open_there(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.DEPARTMENT, scope=KOTHRUD)
    assert "Inbox 1 1 open case" in browser.get("/en/me").text


def test_who_sees_no_inbox_is_told_no_number(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.ADMIN)
    assert "open case" not in browser.get("/en/me").text
    assert "open case" not in browser.get("/en/sign-in").text


def test_a_page_whose_number_cannot_be_counted_stands_without_it(
    city: Context, browser: BrowserSession, engine: Engine
) -> None:
    if not db.is_sqlite(engine):
        pytest.skip("a table that is gone is said as a mistake of ours there")
    signed_in(browser, city, RAVI, Role.DEPARTMENT, scope=KOTHRUD)
    with engine.begin() as connection:
        # The count of the whole city, which every page begins with, still succeeds.
        connection.execute(text("ALTER TABLE desk_case DROP COLUMN team"))
    page = browser.get("/en/keys")
    assert (page.status, "Inbox" in page.text) == (200, True)
    assert "open case" not in page.text
