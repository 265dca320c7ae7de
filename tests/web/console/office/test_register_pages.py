"""The law's registers in the browser: requests, reads."""

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.desk import secret_seal
from socialcell.listening.model import Mention
from socialcell.registers.model import AccessEntry, RightsRequest
from socialcell.roles import Role
from socialcell.services.context import Context
from tests.builders import make_record, store_records
from tests.services.privacy.request_desk import store_hers
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in

HOW = "wrote the word that we chose from that account"


@pytest.fixture
def officer(context: Context, browser: BrowserSession) -> BrowserSession:
    key = context.workspace.folder / "secrets" / secret_seal.KEY_NAME
    key.write_text(secret_seal.new_key())
    store_hers(context)
    return signed_in(browser, context, "Dina", Role.DPO)


def enter(browser: BrowserSession, **fields: str) -> PageAnswer:
    page = browser.get("/en/privacy/requests/new")
    values = {
        "kind": "erasure",
        "channel": "letter",
        "name": "Asha Canary",
        "platform": "x",
        "account": "@asha_canary",
        "on_behalf": "self",
        "child": "no",
        "language": "mr",
    } | fields
    return browser.send(page, "/privacy/requests/new", **values)


def test_what_a_citizen_asks_or_said_is_not_chosen_beforehand(
    officer: BrowserSession,
) -> None:
    new, consents = "/privacy/requests/new", "/privacy/consents"
    request = officer.get(f"/en{new}").form(new).fields
    consent = officer.get(f"/en{consents}").form(consents).fields

    empty = enter(officer, kind="")

    assert (request["kind"], request["on_behalf"], consent["event"]) == ("", "", "")
    assert empty.status == 422


def test_a_request_is_entered_checked_and_carried_out(
    officer: BrowserSession, engine: Engine
) -> None:
    entered = enter(officer)
    assert "Request R26-0001 is entered." in entered.text
    assert "Carry it out" not in entered.text

    checked = officer.send(entered, "/privacy/requests/R26-0001/identify", how=HOW)
    assert "The identity is noted as checked." in checked.text
    done = officer.send(
        checked, "/privacy/requests/R26-0001/answer", words="Erased.", step="answer"
    )

    assert "The request is carried out and answered." in done.text
    with db.reading(engine) as session:
        texts = list(session.scalars(select(Mention.text).order_by(Mention.id)))
    assert texts[:2] == [None, None]
    assert "answered" in officer.get("/en/privacy/requests?state=all").text
    assert "No request waits." in officer.get("/en/privacy/requests").text


def test_the_author_of_an_imported_file_may_be_named(
    officer: BrowserSession, engine: Engine
) -> None:
    assert 'value="file"' not in officer.get("/en/privacy/requests/new").html
    store_records(engine, make_record("row-4", platform="file"))

    for path in ("/en/privacy", "/en/privacy/requests/new"):
        assert 'value="file"' in officer.get(path).html
    entered = enter(officer, platform="file", account="@user_d4")
    assert "Request R26-0001 is entered." in entered.text


def test_who_asks_is_shown_on_a_press_of_a_button_that_is_logged(
    officer: BrowserSession, engine: Engine
) -> None:
    page = enter(officer)
    assert "Asha Canary" not in page.text

    shown = officer.send(page, "/privacy/requests/R26-0001/reveal")

    assert "Asha Canary" in shown.text
    with db.reading(engine) as session:
        entries = [
            (row.kind, row.subject, row.actor)
            for row in session.scalars(select(AccessEntry))
        ]
    assert entries == [("request", "R26-0001", "Dina")]
    assert "who asks in a request" in officer.get("/en/privacy/accesses").text


def test_a_copy_is_downloaded_and_the_request_is_answered(
    officer: BrowserSession, engine: Engine
) -> None:
    page = enter(officer, kind="access")
    page = officer.send(page, "/privacy/requests/R26-0001/identify", how=HOW)

    answer = officer.send(
        page, "/privacy/requests/R26-0001/answer", words="", step="answer"
    )

    assert "zebrawort" in answer.html
    assert answer.headers["content-disposition"].count("R26-0001.json") == 1
    with db.reading(engine) as session:
        assert session.scalars(select(RightsRequest)).one().outcome == "done"


def test_a_refusal_says_why(officer: BrowserSession) -> None:
    page = enter(officer)

    refused = officer.send(
        page,
        "/privacy/requests/R26-0001/refuse",
        reason="not_identified",
        told="Nobody wrote our word from there.",
    )

    assert "refused: the identity could not be shown" in refused.text


def test_what_is_wrong_with_a_request_stands_at_the_form(
    officer: BrowserSession,
) -> None:
    no_account = enter(officer, account="")
    later = enter(officer, day="2027-01-01")

    assert no_account.status == 422
    assert "names the accounts" in no_account.text
    assert "This day is still to come." in later.text
    assert officer.get("/en/privacy/requests/R26-0001").status == 404


@pytest.mark.parametrize("lang", ["mr", "hi"])
def test_the_pages_speak_each_language(officer: BrowserSession, lang: str) -> None:
    enter(officer)
    for path in ("requests", "requests/new", "requests/R26-0001"):
        page = officer.get(f"/{lang}/privacy/{path}")
        assert page.status == 200, path
        assert "Enter" not in page.text
        assert "Received" not in page.text
