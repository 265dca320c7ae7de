"""Outreach in the browser: what is due, tags, and the steps that people enter."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from socialcell.roles import Role
from socialcell.services import evidence
from socialcell.services.context import Context
from socialcell.web.console import console_server
from tests.campaigns.planning import agreed_plans, worlds
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = [pytest.mark.swept_on_postgresql, pytest.mark.faults]

NAME = agreed_plans.NAME


@pytest.fixture
def planned(context: Context, tmp_path: Path) -> Context:
    """A city with a plan of two tags that ravi made and meera has approved."""
    worlds.fill(context)
    return agreed_plans.approved(acting(context, "ravi"), tmp_path)


@pytest.fixture
def browser(planned: Context) -> Iterator[BrowserSession]:
    with asyncio.Runner() as runner:
        yield BrowserSession(console_server.create_console(planned), runner)


def test_a_step_is_entered_and_stands_among_the_steps(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "asha", Role.OPERATOR)
    tag = browser.get(f"/en/outreach/{NAME}/1")
    path = f"/outreach/{NAME}/1/steps/contacted"

    form = browser.get(f"/en{path}")
    done = browser.send(form, path, note="By telephone")

    assert f"/en{path}" in tag.html
    assert "Noted: tag 1 is contacted." in done.text
    assert "contacted , asha : By telephone" in done.text
    assert "contacted" in browser.get(f"/en/outreach/{NAME}").text


def test_a_step_that_cannot_follow_or_lacks_its_evidence_is_refused(
    context: Context, planned: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "asha", Role.OPERATOR)
    early = f"/outreach/{NAME}/1/steps/posted"
    accepted = f"/outreach/{NAME}/1/steps/accepted"

    too_early = browser.send(
        browser.get(f"/en{early}"), early, link="https://a.example"
    )
    agreed_plans.enter(planned, 1, "contacted")
    bare = browser.send(browser.get(f"/en{accepted}"), accepted, note="said yes")

    assert (too_early.status, bare.status) == (422, 422)
    assert "said yes" in bare.html
    assert [step.state for step in agreed_plans.steps(planned)].count("contacted") == 1
    assert "accepted" not in [step.state for step in agreed_plans.steps(planned)]
    assert browser.get(f"/en/outreach/{NAME}/1/steps/measured").status == 404


def test_a_letter_that_is_sent_as_a_file_is_kept_under_its_hash(
    context: Context, planned: Context, browser: BrowserSession
) -> None:
    agreed_plans.enter(planned, 1, "contacted")
    signed_in(browser, context, "asha", Role.OPERATOR)
    path = f"/outreach/{NAME}/1/steps/accepted"
    form, letter = browser.get(f"/en{path}"), b"%PDF-1.4 I agree"

    answer = browser.upload(form, path, "file", ("../Letter.PDF", letter))

    digest = hashlib.sha256(letter).hexdigest()
    kept = planned.workspace.folder / evidence.FOLDER / f"{digest}.pdf"
    assert "Noted: tag 1 is accepted." in answer.text
    assert digest in answer.text
    assert kept.read_bytes() == letter


def test_what_is_wrong_with_a_disclosure_stands_in_the_language_of_the_page(
    context: Context, planned: Context, browser: BrowserSession
) -> None:
    agreed_plans.come_to(planned, 1, "posted")
    signed_in(browser, context, "asha", Role.OPERATOR)
    path = f"/outreach/{NAME}/1/steps/posted"

    form = browser.get(f"/mr{path}")
    done = browser.send(form, path, label="no", link=agreed_plans.POST)
    due = browser.get("/mr/outreach")

    assert "कर्मचाऱ्याला प्रकटन दिसले नाही" in done.text
    assert "कर्मचाऱ्याला प्रकटन दिसले नाही" in due.text
    assert "a person saw no label" not in due.text


def test_tags_and_campaigns_that_are_none_are_not_found(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    assert browser.get(f"/en/outreach/{NAME}/9").status == 404
    assert browser.get("/en/outreach/nobody/1").status == 404
    assert browser.get("/en/outreach/nobody").status == 404


def test_whoever_may_only_read_enters_no_step(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    tag = browser.get(f"/en/outreach/{NAME}/1")

    assert "/steps/contacted" not in tag.html
    assert browser.get(f"/en/outreach/{NAME}/1/steps/contacted").status == 403
