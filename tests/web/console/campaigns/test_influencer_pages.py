"""Influencers and the registry in the browser: who may look, and what is explained."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.store import areas
from socialcell.ops.model import AuditEntry
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.settings import Config
from socialcell.web.console import console_server
from tests.builders import make_author, make_record, store_records
from tests.operators import acting
from tests.registry_accounts import register_account
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def star(context: Context) -> Context:
    """A city in which an account of public standing has posted."""
    keys = context.workspace.folder / "secrets"
    keys.mkdir(mode=0o700, exist_ok=True)
    (keys / "person_key").write_text("a key that only tests have\n")
    (keys / "person_key").chmod(0o600)
    author = make_author("s", handle="star", name="Star <b>Sample</b>")
    author = replace(author, followers=50_000)
    posted = context.clock.now() - timedelta(days=3)
    post = make_record("1", text="पाणी कोथरूड", author=author, authored_at=posted)
    store_records(context.engine, post, at=context.clock.now() - timedelta(days=1))
    return context


def looks(context: Context) -> list[AuditEntry]:
    """Looks at candidates that the audit log has."""
    with db.reading(context.engine) as session:
        rows = session.exec(
            select(AuditEntry).where(AuditEntry.action == "influencers.rank")
        )
        return [row.model_copy() for row in rows]


def test_each_score_of_a_candidate_is_explained_and_the_look_is_noted(
    star: Context, browser: BrowserSession
) -> None:
    signed_in(browser, star, "meera", Role.APPROVER)

    page = browser.get("/mr/influencers")
    detail = browser.get("/en/influencers/x:star")

    assert "Star <b>Sample</b>" in page.text
    assert "१०० पैकी" in page.text
    assert "१०,००० किंवा" in page.text
    assert "10,000 followers or more" in detail.text
    assert "अनुयायी कोण आहेत: त्यांची यादी उपलब्ध नाही" in page.text
    assert "Not known: who follows: no list of followers is held" in detail.text
    assert [row.actor for row in looks(star)] == ["meera"]
    assert browser.get("/en/influencers/x:nobody").status == 404
    assert browser.get("/en/influencers/nobody").status == 404


def test_a_ward_office_is_chosen_by_its_name_in_the_language(
    star: Context, browser: BrowserSession
) -> None:
    with db.writing(star.engine) as session:
        areas.replace(session, read_areas())
    signed_in(browser, star, "meera", Role.APPROVER)

    page = browser.get("/mr/influencers?ward=ward:aundh-baner").html
    several = browser.get("/mr/influencers?ward=Kothrud-Bavdhan,Aundh-Baner").html
    offices = page.partition('id="q-ward"')[2].partition("</select>")[0]

    assert '<option value="ward:aundh-baner" selected>औंध-बाणेर</option>' in offices
    assert offices.count("<option") == 16
    assert '<option value="Kothrud-Bavdhan,Aundh-Baner" selected>' in several


def test_whoever_is_no_approver_does_not_look(
    star: Context, browser: BrowserSession
) -> None:
    signed_in(browser, star, "asha", Role.OPERATOR)

    assert browser.get("/en/influencers").status == 403
    assert looks(star) == []


def test_an_approver_whom_the_settings_do_not_name_is_refused_and_noted(
    star: Context,
) -> None:
    config = Config.model_validate({"influencers": {"approvers": ["Meera"]}})
    workspace = type(star.workspace)(star.workspace.folder, config)
    app = console_server.create_console(replace(star, workspace=workspace))
    with asyncio.Runner() as runner:
        ravi = signed_in(BrowserSession(app, runner), star, "ravi", Role.APPROVER)
        meera = signed_in(BrowserSession(app, runner), star, "meera", Role.APPROVER)

        refused, shown = ravi.get("/en/influencers"), meera.get("/en/influencers")

    assert (refused.status, shown.status) == (409, 200)
    assert "star" not in refused.text
    assert [row.detail["admitted"] for row in looks(star)] == [False, True]


def test_what_nobody_may_be_sought_by_is_refused_on_the_page(
    star: Context, browser: BrowserSession
) -> None:
    signed_in(browser, star, "meera", Role.APPROVER)

    page = browser.get("/en/influencers?topic=no_such_topic")

    assert page.status == 200
    assert "no_such_topic" in page.text
    assert "There is no candidate." not in page.text


def registered(context: Context, handle: str, name: str, class_: str) -> None:
    register_account(
        acting(context, "lead"),
        "x",
        handle,
        name=name,
        person_class=class_,
        evidence="https://www.city.example names it",
    )


def test_the_registry_is_searched_and_says_why_an_account_has_a_name(
    context: Context, browser: BrowserSession
) -> None:
    registered(context, "PMCSample", "City of the sample", "public_office")
    registered(context, "ledger", "The Mula Ledger", "media")
    signed_in(browser, context, "viewer", Role.VIEWER)

    everything = browser.get("/en/registry")
    searched = browser.get("/en/registry?q=mula&class=")
    offices = browser.get("/en/registry?q=&class=public_office")
    account = browser.get("/en/registry/x/ledger")

    assert "The Mula Ledger" in everything.text
    assert "City of the sample" in everything.text
    assert "City of the sample" not in searched.text
    assert "The Mula Ledger" in searched.text
    assert "The Mula Ledger" not in offices.text
    assert "https://www.city.example names it" in account.text
    assert "lead" in account.text
    assert browser.get("/en/registry/x/nobody").status == 404
    assert "There is no such account." in browser.get("/en/registry?q=%25").text


def test_the_registry_goes_on_behind_its_last_account(
    context: Context, browser: BrowserSession
) -> None:
    for n in range(52):
        registered(context, f"sample{n:02}", f"Sample {n:02}", "institution")
    signed_in(browser, context, "viewer", Role.VIEWER)

    first = browser.get("/en/registry")
    second = browser.get("/en/registry?q=&class=&after=x:sample49")

    assert "after=x%3Asample49" in first.html
    assert "Sample 49" not in second.text
    assert "Sample 51" in second.text
