"""Routes × roles × scopes: who may see and do what in the console."""

import re

import pytest

from socialcell.roles import ALL, Permission, Role, roles_with
from socialcell.services.context import Context
from socialcell.web.console import console_server
from socialcell.web.pages.screens import Action, OpenTo, Row, Screen
from tests import operators
from tests.web.console.browser_session import BrowserSession, signed_in
from tests.web.console.conftest import NewBrowser

# The matrix of who may, as the cell agreed on it, typed a second time.
MATRIX = {
    Permission.READ: "viewer agency operator department approver lead dpo auditor",
    Permission.TRIAGE: "operator department lead",
    Permission.DRAFT: "agency operator department approver lead",
    Permission.APPROVE: "approver lead",
    Permission.ANSWER: "operator department lead",
    Permission.REVEAL: "operator lead",
    Permission.CLAIM_DONE: "operator department lead",
    Permission.LEAD_INCIDENTS: "lead",
    Permission.SWITCH_OUTBOX: "lead",
    Permission.EXPORT_TEXT: "dpo",
    Permission.ERASE: "dpo",
    Permission.READ_AUDIT: "lead dpo auditor admin",
    Permission.MANAGE_OPERATORS: "admin",
    Permission.MANAGE_TOKENS: "admin",
    Permission.MANAGE_SOURCES: "admin",
}
SCOPES = (ALL, "ward:kothrud-bavdhan", "dept:roads")


def address(row: Row) -> str:
    """An address of a row whose object is not there."""
    path = re.sub(r"\{\w+:number\}", "999999", row.path)
    return "/en" + re.sub(r"\{\w+(:\w+)?\}", "none", path)


def is_let_in(browser: BrowserSession, row: Row) -> bool:
    """Whether a request gets as far as the function of its row."""
    if isinstance(row, Screen):
        answer = browser.request("GET", address(row))
        return answer.status != 403 and not (
            answer.status == 303 and "sign-in" in answer.headers["location"]
        )
    # A form without its token changes nothing; its page is shown again all the same.
    answer = browser.request("POST", address(row), {})
    is_refused = answer.status == 401 or "This cannot be shown" in answer.text
    return not (is_refused and answer.status in (401, 403))


def roles_that_may(permissions: Permission | frozenset[Permission]) -> set[str]:
    """The roles with this permission, or with one of these."""
    several = (
        permissions if isinstance(permissions, frozenset) else frozenset({permissions})
    )
    return {role for permission in several for role in MATRIX[permission].split()}


def test_the_matrix_of_permissions_is_the_one_that_was_agreed() -> None:
    assert {
        permission: " ".join(role for role in Role if role in roles_with(permission))
        for permission in Permission
    } == {
        permission: " ".join(role for role in Role if role in names.split())
        for permission, names in MATRIX.items()
    }


@pytest.mark.on_sqlite
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", Role)
def test_every_route_lets_in_whom_the_matrix_names_and_nobody_else(
    context: Context, new_browser: NewBrowser, role: Role, scope: str
) -> None:
    browser = signed_in(new_browser(), context, "Ravi Sample", role, scope=scope)

    wrong = []
    for row in console_server.ROWS:
        if row.path == "/sign-out":  # it ends the session
            continue
        expected = isinstance(row.may, OpenTo) or (
            role.value in roles_that_may(row.may) and (scope == ALL or row.is_scoped)
        )
        if is_let_in(browser, row) != expected:
            wrong.append((type(row).__name__, row.path, expected))
    assert wrong == []


@pytest.mark.parametrize("scope", SCOPES)
def test_every_place_of_the_navigation_is_open_to_whoever_sees_it(
    context: Context, new_browser: NewBrowser, scope: str
) -> None:
    for role in Role:
        browser = signed_in(new_browser(), context, f"Ravi {role}", role, scope=scope)

        first = browser.get("/en/")

        links = re.findall(r'<li><a href="(/en/[a-z]*)"', first.html)
        assert first.status == 200, role
        assert links or scope != ALL
        assert {link: browser.request("GET", link).status for link in links} == (
            dict.fromkeys(links, 200)
        ), role


def test_whoever_has_not_signed_in_sees_only_what_is_public(
    new_browser: NewBrowser,
) -> None:
    browser = new_browser()

    seen = [row for row in console_server.ROWS if is_let_in(browser, row)]

    assert seen == [row for row in console_server.ROWS if row.may is OpenTo.PUBLIC]
    assert {row.path for row in seen} == {"/sign-in", "/password"}


def test_a_grant_that_has_ended_is_good_for_nothing(
    context: Context, new_browser: NewBrowser
) -> None:
    browser = signed_in(new_browser(), context, "Ravi Sample", Role.VIEWER)
    assert browser.get("/en/incidents").status == 200

    operators.end_grants(context, "Ravi Sample")

    assert browser.get("/en/incidents").status == 403


def test_every_form_is_of_a_page_that_is_there_or_of_one_that_forms_lead_to() -> None:
    actions = [row for row in console_server.ROWS if isinstance(row, Action)]
    shown = {row.show for row in console_server.ROWS if isinstance(row, Screen)}

    assert [row.path for row in actions if row.page not in shown] == []
