"""The desk in the console: the inbox, one case, and what is done to it."""

import re

import pytest
from sqlalchemy import Engine, select, text

from socialcell import db
from socialcell.desk import secret_seal
from socialcell.desk.model import CaseMessage, DeskCase
from socialcell.desk.store import cases
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.store import areas, owners
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_queue, case_triage
from socialcell.services.mentions import tagging
from tests import operators
from tests.builders import make_record, store_records
from tests.desk_builders import make_case, make_contact, make_message
from tests.statements import counted
from tests.web.console.browser_session import BrowserSession, signed_in
from tests.web.console.conftest import NewBrowser

pytestmark = pytest.mark.swept_on_postgresql

RAVI, MEERA = "Ravi Sample", "Meera Sample"
KOTHRUD, WATER = "ward:kothrud-bavdhan", "dept:water"
MOST_BYTES = 60_000  # of the first load of a page of fifty rows
BURST = "The pipe at the temple burst, call me on 98220 12345"


@pytest.fixture
def city(context: Context, engine: Engine) -> Context:
    """A case about a burst pipe with a public post and a phone call, and another."""
    secrets = context.workspace.folder / "secrets"
    (secrets / secret_seal.KEY_NAME).write_text(secret_seal.new_key())
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.replace(session, read_owners())
    store_records(engine, make_record("1", text=BURST), make_record("2", text="Thanks"))
    tagging.tag_waiting(context)
    with db.writing(engine) as session:
        post = session.scalars(
            select(Mention.id).where(Mention.external_id == "1")
        ).one()
        case = make_case(session, summary="Burst pipe", priority="P1")
        contact = make_contact(session, case, person="नागरिक-ABCD2345")
        make_message(session, case, contact, mention_id=post)
        caller = make_contact(session, case, "phone")
        make_message(session, case, caller, "No water since 6, 98221 23456")
        make_case(session, summary="Leaking tap", area="ward:hadapsar-mundhwa")
    return context


def case_of(context: Context, number: str) -> DeskCase:
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        session.expunge(case)
    return case


def number_of(context: Context, summary: str) -> str:
    with db.reading(context.engine) as session:
        query = select(DeskCase.number).where(DeskCase.summary == summary)
        return session.scalars(query).one()


@pytest.fixture
def burst(city: Context) -> str:
    return number_of(city, "Burst pipe")


def test_the_inbox_lists_open_cases_by_priority_with_masked_words(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)

    page = browser.get("/en/inbox?view=open")

    assert page.status == 200
    assert page.text.index("Burst pipe") < page.text.index("Leaking tap")
    assert "98221" not in page.html
    assert "2 open cases" in page.text


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


def test_a_form_that_is_sent_twice_writes_one_note(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    page = browser.get(f"/en/cases/{burst}")

    first = browser.send(page, f"/cases/{burst}/note", text="Once.")
    second = browser.send(page, f"/cases/{burst}/note", text="Once.")

    assert (first.status, second.status) == (200, 200)
    assert second.text.count("Once.") == 1


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


def test_work_is_said_to_be_done_with_words_enough_and_everybody_is_asked(
    city: Context, browser: BrowserSession, burst: str
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    browser.send(browser.get(f"/en/cases/{burst}"), f"/cases/{burst}/take")
    path = f"/cases/{burst}/done"

    short = browser.send(browser.get(f"/en{path}"), path, words="Done.")
    words = "The valve was changed this morning and the road is dry again."
    done = browser.send(browser.get(f"/en{path}"), path, words=words)

    assert short.status == 422
    assert "2 conversations are asked" in done.text
    assert case_of(city, burst).state == "resolved_claimed"


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
    sent = meera.send(meera.get(f"/en{link[1]}"), link[1], result="contradicted")

    assert "The call is entered." in sent.text
    assert case_of(city, burst).reopened == 1


def test_an_answer_waits_for_a_second_person_who_did_not_write_it(
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

    made = browser.send(
        browser.get(f"/en{path}"), path, made_for="Junior engineer, water"
    )

    assert made.status == 200
    assert "/f/" in made.text
    assert "/f/" not in browser.get(f"/en/cases/{burst}").text


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
