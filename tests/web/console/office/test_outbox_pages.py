"""The outbox page: why a message is held, releasing some or all, and the switch."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.ops import audit, outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.outbox import outbox_mode
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql


def put(engine: Engine, clock: FixedClock, name: str, **columns: object) -> int:
    """A message of the outbox; its number."""
    now = clock.now()
    defaults = {
        "kind": "post",
        "channel": "x",
        "dedup_key": name,
        "recipient": "x",
        "subject": name,
        "state": "held",
        "held_by": "mode",
        "not_before": now,
        "made_at": now,
    }
    with db.writing(engine) as session:
        row = Outgoing(**{**defaults, **columns})
        session.add(row)
        session.flush()
        return row.id or 0


def states(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        return {row.subject: row.state for row in outbox_store.list_messages(session)}


def test_what_is_held_says_by_what(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    put(engine, clock, "Rain tomorrow")
    put(engine, clock, "Bridge closed", held_by="unsure", answer="timed out")
    put(engine, clock, "Weekly", kind="report", state="pending", held_by=None)
    signed_in(browser, context, "Asha", Role.VIEWER)

    text = browser.get("/en/outbox").text

    assert "The switch of the outbox holds it." in text
    assert "Nobody knows whether it is out." in text
    assert "timed out" in text
    assert "Weekly Weekly letter" not in text
    assert "Held back 2 Waiting 1 Delivered 0 Not delivered 0" in text


def test_what_was_delivered_stands_in_its_tab_with_the_time(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    at = clock.now() - timedelta(hours=1)
    put(engine, clock, "Weekly", kind="report", state="sent", ended_at=at)
    signed_in(browser, context, "Asha", Role.VIEWER)

    sent = browser.get("/en/outbox?state=sent").text

    assert "Weekly letter" in sent
    assert "Mon 23 Nov, 08:00" in sent
    assert "Weekly" not in browser.get("/en/outbox?state=dead").text


def test_the_chosen_messages_leave_and_the_others_stay(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    first = put(engine, clock, "First")
    put(engine, clock, "Second")
    signed_in(browser, context, "Asha", Role.LEAD)
    page = browser.get("/en/outbox")

    none = browser.send(page, "/outbox/release", which="chosen")
    some = browser.send(page, "/outbox/release", which="chosen", **{f"m{first}": "on"})

    assert (none.status, some.status) == (422, 200)
    assert "No message is chosen." in none.text
    assert "1 message leaves now." in some.text
    assert states(engine) == {"First": "pending", "Second": "held"}


def test_of_all_those_stay_whose_time_has_passed(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    put(engine, clock, "Fresh")
    put(engine, clock, "Stale", not_before=clock.now() - timedelta(days=3))
    signed_in(browser, context, "Asha", Role.LEAD)

    page = browser.send(browser.get("/en/outbox"), "/outbox/release", which="all")

    assert "1 message leaves now. 1 stays held" in page.text
    assert states(engine) == {"Fresh": "pending", "Stale": "held"}


def test_the_switch_is_turned_with_a_reason_by_a_lead_alone(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    put(engine, clock, "Festival", state="pending", held_by=None)
    signed_in(browser, context, "Asha", Role.LEAD)
    page = browser.get("/en/outbox")

    without = browser.send(page, "/outbox/mode", mode="crisis", reason=" ")
    turned = browser.send(without, "/outbox/mode", mode="crisis", reason="Flood")

    assert without.status == 422
    assert without.form("/outbox/mode").fields["mode"] == "crisis"
    assert "The switch is set: crisis. 1 message is held back by it now." in turned.text
    assert "by Asha: Flood" in turned.text
    assert outbox_mode.current_mode(context) == "crisis"
    with db.reading(engine) as session:
        (row,) = audit.since(session, "outgoing.mode", clock.now())
        assert (row.actor, row.detail["reason"]) == ("Asha", "Flood")


def test_an_operator_reads_the_switch_and_cannot_turn_it(
    context: Context, browser: BrowserSession, engine: Engine, clock: FixedClock
) -> None:
    put(engine, clock, "Rain")
    signed_in(browser, context, "Ravi", Role.OPERATOR)
    page = browser.get("/en/outbox")
    fields = page.form("/sign-out").fields

    refused = browser.post(
        "/en/outbox/mode", {**fields, "mode": "crisis", "reason": "Flood"}
    )

    assert [form.action for form in page.forms] == ["/en/sign-out"]
    assert refused.status == 403
    assert outbox_mode.current_mode(context) == "normal"


def test_fifty_messages_are_a_page_and_older_ones_follow(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    for number in range(51):
        put(engine, clock, f"Message {number:02}")
    signed_in(browser, context, "Asha", Role.VIEWER)

    first = browser.get("/en/outbox")
    (link,) = [part for part in first.html.split('href="') if "before=" in part]
    second = browser.get(link.split('"')[0].replace("&amp;", "&"))

    assert "Message 50" in first.text
    assert "Message 00" not in first.text
    assert "Message 00" in second.text
    assert "Message 01" not in second.text
