"""What holds for every answer of the console: its headers, and who a table lets in."""

import pytest

from socialcell.roles import Permission
from socialcell.web.console import console_server
from socialcell.web.pages import screens
from socialcell.web.pages.answers import WebPage
from socialcell.web.pages.screens import OpenTo, Screen
from socialcell.web.pages.security_headers import HEADERS
from tests.web.console.browser_session import BrowserSession, PageAnswer


def answers(browser: BrowserSession) -> dict[str, PageAnswer]:
    """An answer of each kind that a lead's browser can get."""
    page = browser.get("/en/me")
    sheet = page.html.partition('rel="stylesheet" href="')[2].partition('"')[0]
    return {
        "page": page,
        "sheet": browser.request("GET", sheet),
        "redirect": browser.request("GET", "/"),
        "elsewhere": browser.request("GET", "/en/none-such"),
        "file": browser.request("GET", "/en/calendar/posts"),
        "refused": browser.request("GET", "/en/staff"),
        "method": browser.request("DELETE", "/en/me"),
        "form": browser.request("POST", "/en/me", {"language": "mr"}),
    }


def test_every_answer_has_the_headers_that_keep_other_sites_out(
    browser: BrowserSession, lead: BrowserSession
) -> None:
    by_name = answers(lead)
    by_name["stranger"] = browser.request("GET", "/en/inbox")

    statuses = {name: answer.status for name, answer in by_name.items()}
    assert statuses == {
        "page": 200,
        "sheet": 200,
        "redirect": 307,
        "elsewhere": 404,
        "file": 200,
        "refused": 403,
        "method": 405,
        "form": 403,
        "stranger": 303,
    }
    for name, answer in by_name.items():
        assert HEADERS.items() <= answer.headers.items(), name
        assert ("immutable" in answer.headers["cache-control"]) is (name == "sheet")
        assert ("no-store" in answer.headers["cache-control"]) is (name != "sheet")


def test_the_policy_lets_nothing_in_from_elsewhere_and_no_inline_script() -> None:
    policy = HEADERS["content-security-policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    assert parts["default-src"] == "'none'"
    assert set(parts.values()) <= {"'none'", "'self'"}


def test_a_server_is_not_made_of_a_table_with_a_row_that_names_no_permission() -> None:
    row = Screen("/secret", frozenset(), lambda _request: WebPage("none.html", {}))

    with pytest.raises(ValueError, match="/secret has no permission"):
        screens.check_table([*console_server.ROWS, row])


@pytest.mark.parametrize(
    ("path", "why"),
    [("secret", "no path"), ("/secret/", "no path"), ("/me", "twice")],
)
def test_nor_of_one_whose_paths_are_none_or_stand_twice(path: str, why: str) -> None:
    row = Screen(path, Permission.READ, lambda _request: WebPage("none.html", {}))

    with pytest.raises(ValueError, match=why):
        screens.check_table([*console_server.ROWS, row])


def test_only_the_sign_in_is_open_to_everybody() -> None:
    is_public = {row.path for row in console_server.ROWS if row.may is OpenTo.PUBLIC}

    assert is_public == {"/sign-in", "/password"}
