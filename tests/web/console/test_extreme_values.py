"""Numbers and days that no database or calendar takes: pages answer in words."""

import pytest

from socialcell.roles import Role
from socialcell.services.context import Context
from tests.web.console.browser_session import BrowserSession, signed_in

LONG = "9" * 25
pytestmark = pytest.mark.swept_on_postgresql


@pytest.mark.parametrize("path", ["posts?view=out&", "links?", "outbox?", "audit?"])
def test_a_number_that_is_too_long_is_no_place_in_a_list(
    context: Context, browser: BrowserSession, path: str
) -> None:
    role = Role.AUDITOR if path.startswith("audit") else Role.LEAD
    person = signed_in(browser, context, "Nila", role)

    assert person.get(f"/en/{path}before={LONG}").status == 200
    assert person.get(f"/en/{path}before={'9' * 5000}").status == 200


def test_a_message_with_too_long_a_number_is_not_chosen(
    context: Context, browser: BrowserSession
) -> None:
    lead = signed_in(browser, context, "Nila", Role.LEAD)
    fields = lead.get("/en/outbox").form("/sign-out").fields

    sent = {**fields, "which": "chosen", f"m{LONG}": "on"}
    answer = lead.post("/en/outbox/release", sent)

    assert "No message is chosen. Tick those that should leave." in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_all_days_is_none(
    context: Context, browser: BrowserSession, day: str
) -> None:
    person = signed_in(browser, context, "Nila", Role.LEAD)

    assert "takes a day such as" in person.get(f"/en/ads?until={day}").text
    assert "takes a day such as" in person.get(f"/en/search?until={day}").text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_audit_log_has_no_such_day(
    context: Context, browser: BrowserSession, day: str
) -> None:
    person = signed_in(browser, context, "Nila", Role.AUDITOR)

    assert person.get(f"/en/audit?day={day}").status == 200


@pytest.mark.parametrize(
    ("role", "path", "fields"),
    [
        (Role.LEAD, "/commitments/new", {"text": "Drains", "day": "9999-12-31"}),
        (
            Role.ADMIN,
            "/staff/new",
            {"name": "Zed Sample", "role_viewer": "on", "last_day": "9999-12-31"},
        ),
        (
            Role.ADMIN,
            "/staff/new",
            {"name": "Zed Sample", "role_viewer": "on", "starts_on": "0001-01-01"},
        ),
        (
            Role.LEAD,
            "/links/new",
            {
                "campaign": "monsoon",
                "channel": "sms",
                "web": "https://pmc.example/",
                "expires": "9999-12-31",
            },
        ),
        (
            Role.LEAD,
            "/posts/new",
            {
                "platform": "x",
                "language": "mr",
                "text": "Water",
                "at": "9999-12-31T23:59-12:00",
            },
        ),
        (
            Role.LEAD,
            "/rules/new",
            {
                "name": "water",
                "query": "water",
                "threshold": LONG,
                "minutes": "60",
                "severity": "high",
            },
        ),
    ],
)
def test_a_form_with_such_a_value_is_refused(
    context: Context,
    browser: BrowserSession,
    role: Role,
    path: str,
    fields: dict[str, str],
) -> None:
    person = signed_in(browser, context, "Nila", role)
    form = person.get(f"/en{path}").form(path)

    assert person.post(f"/en{path}", {**form.fields, **fields}).status == 422


@pytest.mark.parametrize(
    "path", ["mentions?topic=%00", "links?campaign=%00", "registry?q=%00", "links/%00"]
)
def test_an_address_with_a_sign_that_no_text_has_is_cleaned(
    context: Context, browser: BrowserSession, path: str
) -> None:
    person = signed_in(browser, context, "Nila", Role.LEAD)

    assert person.get(f"/en/{path}").status in (200, 404)
