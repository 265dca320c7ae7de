"""The page of an answer that waits for a second person, and its 24 hours."""

import asyncio

from socialcell.roles import Role
from socialcell.web.console import console_server
from tests.services.desk.answer_town import HOUR, MINUTE, SECOND, AnswerTown, town
from tests.web.console.browser_session import BrowserSession, signed_in

__all__ = ["town"]


def test_an_answer_that_cannot_be_sent_any_more_is_only_sent_back(
    town: AnswerTown,
) -> None:
    mention = town.hear("messenger", "कोथरूडमध्ये पाईप फुटला आहे")
    key = town.draft(town.open_case(("messenger", mention)))
    path = f"/approvals/cases/{key}"
    with asyncio.Runner() as runner:
        browser = BrowserSession(console_server.create_console(town.context), runner)
        town.clock.advance(24 * HOUR - MINUTE)
        signed_in(browser, town.context, SECOND, Role.APPROVER)
        before = browser.get(f"/en{path}")
        town.clock.advance(MINUTE)
        refused = browser.send(before, f"{path}/approve")
        after, rest = browser.get(f"/en{path}"), browser.get("/en/approvals")

    until = "Tue 24 Nov, 09:00"
    assert f"may go out until {until}" in before.text
    assert "This cannot be sent any more." in after.text
    assert f"Messenger took answers for 24 hours, until {until}." in after.text
    assert "Approve and send" not in after.text
    assert "Send back" in after.text
    assert "Approve and send" not in rest.text
    assert "Read and decide" in rest.text
    assert refused.status == 422
    assert "This person wrote last on Mon 23 Nov, 09:00" in refused.text
