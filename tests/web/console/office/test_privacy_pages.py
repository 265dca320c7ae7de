"""Privacy in the browser: looking changes nothing, and what goes is said before."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.privacy import account_registry
from tests.builders import make_author, make_record, store_records
from tests.operators import acting
from tests.services.privacy.test_public_standing import enter, ids
from tests.services.privacy.test_waiting_people import HOLDER
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in

pytestmark = pytest.mark.swept_on_postgresql
HANDLE = "handle_u1"


@pytest.fixture
def officer(
    context: Context, engine: Engine, browser: BrowserSession
) -> BrowserSession:
    """The browser of a data protection officer; two posts of one account are held, and
    one of another."""
    store_records(
        engine,
        make_record("1"),
        make_record("2", text="Still no water"),
        make_record("3", author=make_author("u2")),
    )
    return signed_in(browser, context, "Dina", Role.DPO)


def look(browser: BrowserSession, **account: str) -> PageAnswer:
    page = browser.get("/en/privacy")
    return browser.send(page, "/privacy", platform="x", **account)


def shown_count(engine: Engine) -> int:
    with db.reading(engine) as session:
        return mention_queries.count_mentions(session, MentionFilter())


def actions(engine: Engine) -> list[tuple[str, str]]:
    with db.reading(engine) as session:
        return [
            (row.action, row.actor)
            for row in audit.entries(session, 50)
            if row.action.startswith("privacy.")
        ]


def test_an_account_without_handle_and_number_is_asked_for_in_words(
    officer: BrowserSession,
) -> None:
    page = look(officer)

    assert page.status == 422
    assert "Enter the handle or the number of the account." in page.text
    assert "--handle" not in page.text


def test_looking_counts_what_would_go_and_changes_nothing(
    officer: BrowserSession, engine: Engine
) -> None:
    page = look(officer, handle=f"@{HANDLE}")

    assert page.status == 200
    assert "Posts 2 Raw items 2" in page.text
    assert "the words of 2 posts, of which counts without words stay" in page.text
    assert shown_count(engine) == 3
    assert actions(engine) == []


def test_an_account_is_erased_once_its_handle_is_written_again(
    officer: BrowserSession, engine: Engine
) -> None:
    page = look(officer, handle=HANDLE)

    wrong = officer.send(page, "/privacy/erase", again="somebody_else")
    kept = shown_count(engine)
    erased = officer.send(page, "/privacy/erase", again=f"@{HANDLE.upper()}")

    assert wrong.status == 422
    assert "Nothing was erased." in wrong.text
    assert kept == 3
    assert "2 posts, and the account is kept out from now on." in erased.text
    assert shown_count(engine) == 1
    assert actions(engine) == [("privacy.erase", "Dina")]


def test_what_is_held_is_downloaded_unmasked_and_audited(
    officer: BrowserSession, engine: Engine
) -> None:
    page = look(officer, uid="u1")

    answer = officer.send(page, "/privacy/export")

    assert "attachment" in answer.headers["content-disposition"]
    document = json.loads(answer.body)
    assert [row["text"] for row in document["mentions"]] == [
        "No water in Kothrud since morning",
        "Still no water",
    ]
    assert actions(engine) == [("privacy.export", "Dina")]


def test_an_export_and_then_an_erasure_from_one_page_both_count(
    officer: BrowserSession, engine: Engine
) -> None:
    page = look(officer, handle=HANDLE)

    officer.send(page, "/privacy/export")
    officer.send(page, "/privacy/erase", again=HANDLE)

    assert actions(engine) == [("privacy.erase", "Dina"), ("privacy.export", "Dina")]


def test_nobody_named_is_refused(officer: BrowserSession) -> None:
    assert look(officer).status == 422


def test_an_account_of_which_nothing_is_held_is_said_to_be_so(
    officer: BrowserSession,
) -> None:
    assert "Nothing is held of this account." in look(officer, handle="nobody").text


def test_an_account_that_only_waits_to_be_shown_by_name_is_no_stranger(
    context: Context, officer: BrowserSession
) -> None:
    account_registry.propose_account(
        acting(context, "asha"),
        "x",
        "sample_office",
        name="Sample Office",
        person_class="public_office",
        evidence="https://www.city.example/orders/12",
    )

    page = look(officer, handle="sample_office").text

    assert "1 entry that waits to be shown by name" in page
    assert "Nothing is held of this account." not in page


def test_who_is_among_the_public_people_is_taken_out_and_who_is_called_so_stays(
    context: Context, officer: BrowserSession, engine: Engine, tmp_path: Path
) -> None:
    author = make_author("9", handle="of_that_name", name=HOLDER["name_en"])
    store_records(engine, make_record("9", author=author))
    enter(context, tmp_path, HOLDER)

    other = look(officer, handle="of_that_name").text
    page = look(officer, handle="namuna_pune")
    erased = officer.send(page, "/privacy/erase", again="namuna_pune").text

    assert f"or perhaps another person of this name or handle: {HOLDER['id']}" in other
    assert f"1 entry among the public people {HOLDER['id']}" in page.text
    assert "1 entry is out of the public people." in erased
    assert ids(context) == []


def test_a_lead_neither_looks_nor_erases(
    context: Context, browser: BrowserSession, engine: Engine
) -> None:
    store_records(engine, make_record("1"))
    signed_in(browser, context, "Asha", Role.LEAD)
    fields = browser.get("/en/outbox").form("/sign-out").fields
    account = {**fields, "platform": "x", "handle": HANDLE, "again": HANDLE}

    assert browser.get("/en/privacy").status == 403
    assert browser.post("/en/privacy", account).status == 403
    erase = {**account, "step": "erase"}
    assert browser.post("/en/privacy/erase", erase).status == 403
    assert shown_count(engine) == 1


def test_the_next_nights_removal_is_counted_and_not_done(
    officer: BrowserSession, engine: Engine
) -> None:
    page = officer.get("/en/privacy/retention")

    assert "nothing was removed." in page.text
    assert "The nightly removal has not run yet." in officer.get("/en/privacy").text
    assert shown_count(engine) == 3


def test_a_handle_with_markup_is_inert(officer: BrowserSession) -> None:
    page = look(officer, handle='"><script>alert(1)</script>')

    assert "<script>alert" not in page.html
