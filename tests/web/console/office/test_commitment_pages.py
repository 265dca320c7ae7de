"""Promises, alert rules and rumours in the browser: entered, kept, ended, removed."""

from datetime import datetime, timedelta

import pytest

from socialcell.clock import IST, FixedClock
from socialcell.roles import Role
from socialcell.services.alerts import alert_rules, commitments, rumours
from socialcell.services.context import Context
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql
RUMOUR = "The dam has burst, leave Pune now"


@pytest.fixture
def lead(context: Context, browser: BrowserSession) -> BrowserSession:
    return signed_in(browser, context, "Asha", Role.LEAD)


def test_a_promise_is_entered_with_its_time_and_marked_as_kept(
    context: Context, lead: BrowserSession
) -> None:
    page = lead.get("/en/commitments/new")
    entered = lead.send(
        page,
        "/commitments/new",
        text="Next update on the bridge",
        day="2026-11-25",
        time="17:30",
        topic="roads",
    )
    (row,) = commitments.list_commitments(context)
    path = f"/commitments/{row.id}"
    kept = lead.send(lead.get(f"/en{path}"), f"{path}/kept", note="Posted at 17:10")

    assert "The promise is entered." in entered.text
    assert row.due_at == datetime(2026, 11, 25, 17, 30, tzinfo=IST)
    assert (row.topic, row.made_by) == ("roads", "Asha")
    assert "The promise is marked as kept." in kept.text
    assert "No promise is to be kept." in kept.text
    assert "Kept" in lead.get("/en/commitments?state=all").text
    (after,) = commitments.list_commitments(context, kept=True)
    assert (after.kept_by, after.note) == ("Asha", "Posted at 17:10")


def test_a_day_without_a_time_means_its_end_and_a_past_one_is_refused(
    context: Context, lead: BrowserSession
) -> None:
    page = lead.get("/en/commitments/new")
    action = "/commitments/new"

    past = lead.send(page, action, text="Too late", day="2026-11-20")
    wrong = lead.send(page, action, text="No day", day="soon")
    lead.send(page, action, text="By the end", day="2026-11-25")

    assert (past.status, wrong.status) == (422, 422)
    assert past.form(action).fields["text"] == "Too late"
    (row,) = commitments.list_commitments(context)
    assert row.due_at == datetime(2026, 11, 26, tzinfo=IST)
    assert "The end of Fri 20 Nov is past" in past.text
    due = "the end of Wed 25 Nov"
    assert f"Due {due}." in lead.get("/en/commitments").text
    assert f"Due by {due}" in lead.get(f"/en/commitments/{row.id}").text


def test_late_promises_stand_before_those_that_are_due(
    context: Context, browser: BrowserSession, clock: FixedClock
) -> None:
    now = clock.now()
    commitments.add_promise(context, "Answer the ward", now + timedelta(days=3))
    commitments.add_promise(context, "Repair the pipe", now + timedelta(hours=1))
    clock.advance(timedelta(hours=2))
    signed_in(browser, context, "Asha")

    text = browser.get("/en/commitments").text

    assert text.index("Repair the pipe") < text.index("Answer the ward")
    assert "Late 1" in text


def test_a_rule_is_written_and_removed_after_a_question(
    context: Context, lead: BrowserSession
) -> None:
    page = lead.get("/en/rules/new")
    written = lead.send(
        page,
        "/rules/new",
        name="water-leaks",
        query="water AND leak",
        threshold="5",
        minutes="60",
    )
    question = lead.get("/en/rules/water-leaks/remove")
    is_there_still = len(alert_rules.list_rules(context)) == 1
    removed = lead.send(question, "/rules/water-leaks/remove")

    assert "The rule is written: water-leaks." in written.text
    assert "at 5 mentions in 60 min" in written.text
    assert is_there_still
    assert "The rule is removed: water-leaks." in removed.text
    assert alert_rules.list_rules(context) == []
    assert lead.get("/en/rules/water-leaks/remove").status == 404


def test_a_rule_about_politics_is_refused_and_its_words_stay(
    context: Context, lead: BrowserSession
) -> None:
    refused = lead.send(
        lead.get("/en/rules/new"),
        "/rules/new",
        name="votes",
        query="election rally",
        threshold="5",
    )

    assert refused.status == 422
    assert refused.form("/rules/new").fields["query"] == "election rally"
    assert alert_rules.list_rules(context) == []


def test_a_rumour_is_marked_and_ended(context: Context, lead: BrowserSession) -> None:
    page = lead.get("/en/rumours")
    both = lead.send(
        page, "/rumours", text=RUMOUR, url="https://x.example/1", note="No"
    )
    marked = lead.send(page, "/rumours", text=RUMOUR, note="The dam is safe")
    (row,) = rumours.list_rumours(context)
    ended = lead.send(marked, f"/rumours/{row.id}/end")

    assert both.status == 422
    assert both.form("/rumours").fields["text"] == RUMOUR
    assert RUMOUR in marked.text
    assert "No rumour is marked." in ended.text
    assert "ended by Asha" in lead.get("/en/rumours?state=all").text


def test_an_operator_keeps_promises_and_leaves_rules_and_rumours_to_the_lead(
    context: Context, browser: BrowserSession, clock: FixedClock
) -> None:
    commitments.add_promise(context, "Answer", clock.now() + timedelta(days=1))
    signed_in(browser, context, "Ravi", Role.OPERATOR)

    assert "/en/commitments/new" in browser.get("/en/commitments").html
    assert browser.get("/en/rules/new").status == 403
    assert [form.action for form in browser.get("/en/rumours").forms] == [
        "/en/sign-out"
    ]


def test_whoever_reads_alone_cannot_mark_a_promise(
    context: Context, browser: BrowserSession, clock: FixedClock
) -> None:
    id_ = commitments.add_promise(context, "Answer", clock.now() + timedelta(days=1))
    signed_in(browser, context, "Nila", Role.VIEWER)
    page = browser.get(f"/en/commitments/{id_}")

    refused = browser.post(f"/en/commitments/{id_}/kept", page.form("/sign-out").fields)

    assert refused.status == 403
    assert commitments.list_commitments(context)[0].kept_at is None


def test_words_with_markup_are_inert(
    context: Context, lead: BrowserSession, clock: FixedClock
) -> None:
    poison = "<script>alert(1)</script> a long enough sentence"
    rumours.add(context, text=poison, note="<img src=x>")
    commitments.add_promise(context, poison, clock.now() + timedelta(days=1))

    for path in ("/mr/rumours", "/mr/commitments", "/mr/commitments/1"):
        html = lead.get(path).html
        assert "<script>alert" not in html
        assert "<img" not in html
