"""A bundle for a request for records is made and downloaded in the browser."""

from pathlib import Path

import pytest

from socialcell import db
from socialcell.desk.model import DeskCase
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.handover import bundle_check, record_bundle
from tests.desk_builders import make_case, make_contact, make_message
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, signed_in

PATH = "/audit/records"


@pytest.fixture
def case(context: Context) -> DeskCase:
    with db.writing(context.engine) as session:
        row = make_case(session, context.clock.now())
        caller = make_contact(session, row, "phone")
        make_message(session, row, caller, "Ring me on 98765 43211 please.")
        session.flush()
        session.expunge(row)
    return row


@pytest.fixture
def officer(context: Context, browser: BrowserSession) -> BrowserSession:
    return signed_in(browser, context, "Dina", Role.DPO)


def test_the_bundle_of_a_case_is_that_of_the_command(
    officer: BrowserSession, context: Context, case: DeskCase, tmp_path: Path
) -> None:
    assert "A bundle for a request for records" in officer.get("/en/audit").text

    answer = officer.send(officer.get(f"/en{PATH}"), PATH, cases=f" {case.number}, ")

    assert "records-2026-11-23.zip" in answer.headers["content-disposition"]
    place = tmp_path / "records.zip"
    place.write_bytes(answer.body)
    assert bundle_check.check_bundle(place).problems == ()
    assert b"98765" not in answer.body
    dina = acting(context, "Dina", Role.DPO)
    assert record_bundle.make_bundle(dina, [case.number]).content == answer.body
    with db.reading(context.engine) as session:
        entries = audit.entries_about(session, "records.bundle", "records")
    assert [entry.actor for entry in entries] == ["Dina", "Dina"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Name a case, or the days of posts."),
        ({"first": "2026-11-01"}, "Give the first and the last day, or neither."),
        (
            {"first": "2026-11-02", "last": "2026-11-01"},
            "The last day is before the first.",
        ),
        ({"cases": "26-999999"}, "26-999999"),
    ],
)
def test_what_names_nothing_is_refused_and_stays_typed(
    officer: BrowserSession, fields: dict[str, str], sentence: str
) -> None:
    answer = officer.send(officer.get(f"/en{PATH}"), PATH, **fields)

    assert sentence in answer.text
    assert {key: answer.form(PATH).fields[key] for key in fields} == fields


def test_days_of_posts_are_whole_days(
    officer: BrowserSession, context: Context
) -> None:
    days = {"first": "2026-11-01", "last": "2026-11-30"}

    answer = officer.send(officer.get(f"/en{PATH}"), PATH, **days)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/zip"


@pytest.mark.parametrize("role", [Role.LEAD, Role.AUDITOR, Role.ADMIN])
def test_others_see_no_way_there_and_are_refused(
    context: Context, browser: BrowserSession, role: Role
) -> None:
    other = signed_in(browser, context, "Ravi", role)

    assert "A bundle for" not in other.get("/en/audit").text
    assert other.get(f"/en{PATH}").status == 403


@pytest.mark.parametrize("lang", ["mr", "hi"])
def test_the_page_speaks_each_language(officer: BrowserSession, lang: str) -> None:
    page = officer.get(f"/{lang}{PATH}")

    assert page.status == 200
    assert "bundle" not in page.text
