"""One case: what its page shows, what is decided about it, and who may."""

import re

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.desk.model import CaseMessage
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.listening.model import Mention
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_queue, case_steps, case_triage
from tests import operators
from tests.web.console.browser_session import BrowserSession, signed_in
from tests.web.console.conftest import NewBrowser
from tests.web.console.desk.conftest import MEERA, RAVI, case_of

pytestmark = pytest.mark.swept_on_postgresql


def test_a_case_shows_its_conversations_masked_and_in_order(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.VIEWER)

    page = browser.get(f"/en/cases/{burst}")

    assert page.status == 200
    assert "The pipe at the temple burst" in page.text
    assert "No water since 6" in page.text
    assert not re.search("98220|98221", page.html)
    assert "Citizens do not see it." not in page.text


def test_a_post_that_was_deleted_at_its_source_reads_removed_in_its_case(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    with db.writing(city.engine) as session:
        row = session.scalars(select(Mention).where(Mention.external_id == "1")).one()
        row.state, row.text = "deleted", None
    signed_in(browser, city, RAVI, Role.OPERATOR)

    page = browser.get(f"/en/cases/{burst}")

    assert "Removed by the writer" in page.text
    assert "temple" not in page.text
    assert "No water since 6" in page.text


def test_a_case_is_decided_about_and_keeps_what_the_machine_suggested(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    form = browser.get(f"/en/cases/{burst}/triage")

    answer = browser.send(form, f"/cases/{burst}/triage", topic="roads", priority="P0")

    assert "Your decision is in force." in answer.text
    case = case_of(city, burst)
    assert (case.topic, case.priority, case.suggested_priority) == (
        "roads",
        "P0",
        "P2",
    )


def test_the_point_of_a_case_is_set_and_stays_where_nothing_is_entered(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}/triage"
    point = {"latitude": "18.5074", "longitude": "73.8075"}

    browser.send(browser.get(f"/en{path}"), path, **point)

    set_case = case_of(city, burst)
    assert (set_case.latitude, set_case.longitude) == (18.5074, 73.8075)
    form = browser.get(f"/en{path}")
    assert "A point is known" in form.text
    assert "18.5074" not in form.text
    browser.send(form, path, topic="roads")
    later = case_of(city, burst)
    assert (later.topic, later.latitude, later.longitude) == ("roads", 18.5074, 73.8075)


@pytest.mark.parametrize(
    ("latitude", "longitude", "words"),
    [
        ("18.5074", "", "both or neither"),
        ("", "73.8", "both or neither"),
        ("73.8075", "18.5074", "lies outside Pune"),
        ("nan", "73.8", "is no point"),
        ("18.5,7", "73.8", "is no point"),
        ("here", "there", "is no point"),
    ],
)
def test_a_point_that_is_none_or_not_in_the_city_changes_nothing(
    city: Context,
    browser: BrowserSession,
    burst: str,
    latitude: str,
    longitude: str,
    words: str,
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}/triage"

    answer = browser.send(
        browser.get(f"/en{path}"), path, latitude=latitude, longitude=longitude
    )

    assert words in answer.text
    assert case_of(city, burst).latitude is None


def test_a_note_is_written_and_an_empty_one_is_not(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    page = browser.get(f"/en/cases/{burst}")

    empty = browser.send(page, f"/cases/{burst}/note", text=" ")
    written = browser.send(empty, f"/cases/{burst}/note", text="Seen on the spot.")

    assert (empty.status, written.status) == (422, 200)
    assert "Seen on the spot." in written.text
    with db.reading(city.engine) as session:
        notes = select(CaseMessage.text).where(CaseMessage.direction == "note")
        assert session.scalars(notes).all() == ["Seen on the spot."]


def test_what_another_did_meanwhile_is_shown_and_own_words_can_be_applied_anyway(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    form = browser.get(f"/en/cases/{burst}/state")
    meera = operators.acting(city, MEERA, Role.OPERATOR)
    case_triage.add_note(meera, burst, "I have called the engineer.")

    path = f"/cases/{burst}/state"
    refused = browser.send(form, path, state="in_progress", reason="Crew has left.")

    assert refused.status == 409
    assert "What changed in the meantime" in refused.text
    assert MEERA in refused.text
    assert "Crew has left." in refused.text
    assert case_of(city, burst).state == "new"

    assert "Apply anyway" in refused.text
    applied = browser.send(refused, path)

    assert applied.status == 200
    assert case_of(city, burst).state == "in_progress"


def test_a_triage_sent_anyway_leaves_what_the_other_decided_and_nobody_here_touched(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}/triage"
    form = browser.get(f"/en{path}")
    meera = operators.acting(city, MEERA, Role.OPERATOR)
    decision = case_triage.TriageDraft(summary="Pipe at the temple", priority="P2")
    case_triage.triage(meera, burst, decision)

    refused = browser.send(form, path, topic="roads")
    browser.send(refused, path)

    assert refused.status == 409
    assert "Title: Pipe at the temple" in refused.text
    assert "Priority: P2, one service" in refused.text
    case = case_of(city, burst)
    assert (case.summary, case.priority) == ("Pipe at the temple", "P2")
    assert case.topic == "roads"


def test_an_error_names_the_state_of_a_case_by_the_words_of_the_page(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}/state"

    refused = browser.send(browser.get(f"/en{path}"), path, state="closed_confirmed")

    assert refused.status == 422
    assert "closed_confirmed" not in refused.text
    assert "Closed, confirmed by the citizen" in refused.text


def test_whoever_lost_a_case_to_another_reads_who_has_it(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    page = browser.get(f"/en/cases/{burst}")
    case_queue.take(operators.acting(city, MEERA, Role.OPERATOR), [burst])

    refused = browser.send(page, f"/cases/{burst}/note", text="Mine, I thought.")

    assert refused.status == 409
    assert f"{MEERA} works on this case now" in refused.text
    assert "Mine, I thought." in refused.html


def test_no_state_is_chosen_before_a_person_chooses_one(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}/state"

    form = browser.get(f"/en{path}")
    sent = browser.send(form, path)
    chosen = browser.send(browser.get(f"/en{path}"), path, state="in_progress")

    assert form.form(path).fields["state"] == ""
    assert sent.status == 422
    assert "Choose one of the entries." in sent.text
    assert "The case now stands at:" in chosen.text
    assert case_of(city, burst).state == "in_progress"


def test_what_is_sent_unchanged_is_no_step_of_a_case(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    owner, triage = f"/cases/{burst}/owner", f"/cases/{burst}/triage"

    given = browser.send(browser.get(f"/en{owner}"), owner, to=RAVI)
    again = browser.send(browser.get(f"/en{owner}"), owner)
    same = browser.send(browser.get(f"/en{triage}"), triage)

    assert f"The case is given to {RAVI}." in given.text
    assert f"{RAVI} has this case already: nothing was changed." in again.text
    steps = given.text.partition("Steps")[2].partition("Who has it")[0]
    assert "Given to Ravi Sample" in steps
    assert again.text.count("Given to") == given.text.count("Given to")
    assert "Nothing was changed" in same.text


def test_a_step_of_the_program_is_taken_by_itself(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    with db.writing(city.engine) as session:
        case = cases.lock_case(session, burst)
        case_steps.enter_step(city, session, case, StepDraft("escalate", "root"))

    page = browser.get(f"/en/cases/{burst}").text.partition("Steps")[2]
    marathi = browser.get(f"/mr/cases/{burst}").text

    assert "by itself" in page
    assert "root" not in page
    assert "आपोआप" in marathi


def test_a_form_that_is_sent_twice_writes_one_note(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    page = browser.get(f"/en/cases/{burst}")

    first = browser.send(page, f"/cases/{burst}/note", text="Once.")
    second = browser.send(page, f"/cases/{burst}/note", text="Once.")

    assert (first.status, second.status) == (200, 200)
    assert second.text.count("Once.") == 1


def test_a_phone_call_becomes_a_case_whose_number_is_shown_nowhere(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    form = browser.get("/en/cases/new")

    answer = browser.send(
        form,
        "/cases/new",
        words="The street light at the school is dark",
        topic="streetlights",
        place="Kothrud",
        phone="98220 54321",
    )

    assert "The street light at the school is dark" in answer.text
    assert "98220" not in answer.html
    assert "Kothrud" in answer.text


def test_a_page_says_that_a_place_is_not_known_and_which_are_spelled_like_it(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    new, dark = "/cases/new", "The street light is dark"

    misspelt = browser.send(browser.get(f"/en{new}"), new, words=dark, place="Kothurd")
    correct = browser.send(browser.get(f"/en{new}"), new, words=dark, place="Kothrud")
    path = f"/cases/{burst}/triage"
    decided = browser.send(browser.get(f"/en{path}"), path, place="qqqq")

    assert "The case is open" in misspelt.text
    assert "No place is known by this name" in misspelt.text
    assert "Names like it: Kothrud" in misspelt.text
    assert "No place is known" not in correct.text
    assert "Your decision is in force. No place is known" in decided.text
    assert "Names like it" not in decided.text


def test_a_mention_leads_to_its_case_or_to_a_new_one(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    with db.reading(city.engine) as session:
        ids = dict(session.execute(select(Mention.external_id, Mention.id)).all())

    assert f"/en/cases/{burst}" in browser.get(f"/en/mentions/{ids['1']}").html
    page = browser.get(f"/en/mentions/{ids['2']}")
    opened = browser.send(page, f"/mentions/{ids['2']}/case", kind="praise")

    assert "The case is open" in opened.text
    assert opened.path.startswith("/en/cases/26-")


def test_a_viewer_reads_a_case_and_changes_nothing(
    new_browser: NewBrowser, city: Context, burst: str
) -> None:
    viewer = signed_in(new_browser(), city, "Vera Sample", Role.VIEWER)

    page = viewer.get(f"/en/cases/{burst}")
    sent = viewer.post(f"/en/cases/{burst}/take", {"rev": "0"})

    assert [form.action for form in page.forms] == ["/en/sign-out"]
    assert sent.status == 403
    assert case_of(city, burst).assignee is None


def test_a_name_is_shown_to_whom_the_case_is_given_with_a_reason_and_to_nobody_else(
    new_browser: NewBrowser, city: Context, burst: str
) -> None:
    ravi = signed_in(new_browser(), city, RAVI, Role.OPERATOR)
    path = f"/cases/{burst}/reveal"
    form = ravi.get(f"/en{path}")
    reason = "The engineer has to find the house."

    refused = ravi.send(form, path, reason=reason, hours="1")
    assert refused.status == 422

    ravi.send(ravi.get(f"/en/cases/{burst}"), f"/cases/{burst}/take")
    short = ravi.send(ravi.get(f"/en{path}"), path, reason="Why not", hours="1")
    shown = ravi.send(ravi.get(f"/en{path}"), path, reason=reason, hours="1")

    assert short.status == 422
    assert "Shown to you until" in shown.text
    assert "Look again" in ravi.get(f"/en{path}").text
    assert signed_in(new_browser(), city, "Vera", Role.VIEWER).get(
        f"/en{path}"
    ).status == (403)
