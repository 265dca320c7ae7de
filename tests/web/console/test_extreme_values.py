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
