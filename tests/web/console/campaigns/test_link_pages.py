"""Links, ads and search results in the browser."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from socialcell import db
from socialcell.campaigns.links.model import ClickDay
from socialcell.roles import Role
from socialcell.services.approvals import link_change_approvals
from socialcell.services.context import Context
from socialcell.services.links import tracked_links
from socialcell.settings import Config
from socialcell.web.console import console_server
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in

pytestmark = pytest.mark.swept_on_postgresql


def linked(context: Context, campaign: str = "monsoon26", **fields: str) -> str:
    """A link; its code."""
    given: dict[str, str | None] = {
        "campaign": campaign,
        "channel": "poster",
        "web": "https://care.city.example/monsoon",
        **fields,
    }
    return tracked_links.create_link(acting(context, "lead"), given).link.code


def clicked(context: Context, code: str, **kinds: int) -> None:
    """So many requests of each kind on 20 November."""
    link, _versions = tracked_links.find_link(context, code)
    with db.writing(context.engine) as session:
        for kind, n in kinds.items():
            row = ClickDay(
                link_id=link.id or 0,
                day=date(2026, 11, 20),
                kind=kind,
                trigger="link",
                device="other",
                n=n,
            )
            session.add(row)


@pytest.fixture
def reached(context: Context) -> Iterator[BrowserSession]:
    """A browser of a city whose links can be reached from outside."""
    config = Config.model_validate({"links": {"address": "https://go.city.example"}})
    workspace = type(context.workspace)(context.workspace.folder, config)
    app = console_server.create_console(replace(context, workspace=workspace))
    with asyncio.Runner() as runner:
        yield BrowserSession(app, runner)


@pytest.mark.parametrize("page", ["", "/edit"])
def test_a_code_is_not_taken_for_a_word_that_could_be_translated(
    context: Context, browser: BrowserSession, page: str
) -> None:
    code = linked(context)
    signed_in(browser, context, "lead", Role.LEAD)

    html = browser.get(f"/mr/links/{code}{page}").html

    heading = html.partition("<h1")[2].partition("</h1>")[0]
    assert heading.startswith(' translate="no">')
    assert code in heading


def test_clicks_of_people_stand_apart_from_programs(
    context: Context, browser: BrowserSession
) -> None:
    code = linked(context)
    clicked(context, code, human=14, duplicate=3, crawler=5, preview=2, internal=1)
    signed_in(browser, context, "viewer", Role.VIEWER)

    listed = browser.get("/en/links")
    page = browser.get(f"/en/links/{code}")

    row = listed.html.partition(f"/en/links/{code}")[2]
    assert [">14<" in row, ">11<" in row] == [True, True]
    day = page.html.partition("Fri 20 Nov")[2].partition("</tr>")[0]
    numbers = [part.partition("<")[0] for part in day.split('">')[1:]]
    assert [n for n in numbers if n.isdigit()] == ["14", "3", "7", "1"]


def test_links_are_chosen_by_campaign(
    context: Context, browser: BrowserSession
) -> None:
    one, other = linked(context), linked(context, "winter26")
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get("/en/links?campaign=winter26&channel=")

    assert (f"/links/{other}" in page.html, f"/links/{one}" in page.html) == (True, 0)
    none = browser.get("/en/links?campaign=nobody")
    assert "There is no such link." in none.text
    assert browser.get("/en/links?before=x").status == 200


def test_a_link_is_made_once(context: Context, browser: BrowserSession) -> None:
    signed_in(browser, context, "asha", Role.OPERATOR)
    fields = {
        "campaign": "Monsoon 26",
        "channel": "poster",
        "web": "https://care.city.example/monsoon",
    }

    refused = browser.send(
        browser.get("/en/links/new"), "/links/new", **(fields | {"web": "no address"})
    )
    made = browser.send(refused, "/links/new", **fields)
    again = browser.send(browser.get("/en/links/new"), "/links/new", **fields)

    assert refused.status == 422
    assert "no address" in refused.html
    assert "The link is made." in made.text
    assert "This link was there already." in again.text
    assert len(tracked_links.list_links(context)) == 1


def test_the_qr_code_is_a_picture_for_print(
    context: Context, reached: BrowserSession, browser: BrowserSession
) -> None:
    code = linked(context)
    signed_in(reached, context, "viewer", Role.VIEWER)
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = reached.get(f"/en/links/{code}")
    picture = reached.get(f"/en/links/{code}/qr")
    without = browser.get(f"/en/links/{code}")

    assert f"/en/links/{code}/qr" in page.html
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.body.startswith(b"<?xml")
    assert "links.address is not set" in without.text
    assert browser.get(f"/en/links/{code}/qr").status == 404
    assert browser.get("/en/links/nobody").status == 404


def test_figures_that_are_not_held_are_not_nought(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    ads = browser.get("/en/ads")
    search = browser.get("/mr/search")

    assert "No figures of ads are held for these days." in ads.text
    assert "या दिवसांचे शोध-निकालांचे आकडे उपलब्ध नाहीत." in search.text


def test_days_that_are_none_are_named_and_change_nothing(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get("/en/ads?since=2026-11-20&until=2026-11-01")
    words = browser.get("/en/search?since=yesterday-ish")

    assert (page.status, words.status) == (200, 200)
    assert "2026-11-20" in page.text
    assert 'value="2026-10-27"' in page.html
    assert "yesterday-ish" in words.text
    for path in ("/en/ads?by=person", "/en/search?by=person"):
        assert browser.get(path).status == 404


MOVED = "https://care.city.example/new"


def asked_to_move(context: Context) -> str:
    """A link that people have, and whose change the lead has asked for; its code."""
    code = linked(context)
    clicked(context, code, human=1)
    lead = acting(context, "lead")
    tracked_links.edit_link(lead, code, {"web": MOVED}, "The page has moved.")
    return code


def send_edit(browser: BrowserSession, code: str, **changes: str) -> PageAnswer:
    """The form of a link as it stands, sent with some fields changed."""
    path = f"/links/{code}/edit"
    return browser.send(browser.get(f"/en{path}"), path, **changes)


def test_a_link_that_nobody_has_is_changed_at_once(
    context: Context, browser: BrowserSession
) -> None:
    code = linked(context, creator="asha", expires="2026-12-31")
    signed_in(browser, context, "meera", Role.OPERATOR)
    assert f"/en/links/{code}/edit" in browser.get(f"/en/links/{code}").html
    form = browser.get(f"/en/links/{code}/edit")
    assert form.form(f"/links/{code}/edit").fields["expires"] == "2026-12-31"
    assert "People have this link" not in form.text

    same = send_edit(browser, code, reason="nothing at all")
    changed = send_edit(
        browser, code, web=MOVED, creator="", reason="The page has moved."
    )

    assert "The link says that already." in same.text
    assert "The link is changed." in changed.text
    assert "The page has moved." in changed.text
    link, versions = tracked_links.find_link(context, code)
    assert (link.web, link.creator, link.campaign) == (MOVED, None, "monsoon26")
    assert (len(versions), versions[-1].actor) == (2, "meera")


def test_a_change_of_a_link_that_people_have_waits_for_another(
    context: Context, browser: BrowserSession
) -> None:
    code = linked(context)
    clicked(context, code, human=1)
    signed_in(browser, context, "asha", Role.LEAD)
    assert "once a second person agrees" in browser.get(f"/en/links/{code}/edit").text

    proposed = send_edit(browser, code, web=MOVED, reason="The page has moved.")

    assert "The change waits for a second person." in proposed.text
    assert "takes its place" in browser.get(f"/en/links/{code}/edit").text
    assert tracked_links.find_link(context, code)[0].web != MOVED
    (waiting,) = link_change_approvals.list_waiting(context)
    assert (waiting.actor, list(waiting.fields)) == ("asha", ["web"])
    signed_in(browser, context, "meera", Role.APPROVER)
    browser.send(browser.get("/en/approvals"), f"/approvals/links/{code}/approve")
    assert tracked_links.find_link(context, code)[0].web == MOVED


def test_a_change_that_is_refused_keeps_what_was_typed(
    context: Context, browser: BrowserSession
) -> None:
    code = linked(context)
    signed_in(browser, context, "asha", Role.LEAD)

    refused = send_edit(browser, code, web="no address", reason="The page has moved.")
    unexplained = send_edit(browser, code, web=MOVED, reason="")

    assert (refused.status, unexplained.status) == (422, 422)
    assert 'value="no address"' in refused.html
    assert f'value="{MOVED}"' in unexplained.html
    assert tracked_links.find_link(context, code)[0].web != MOVED


def test_who_only_reads_changes_no_link(
    context: Context, browser: BrowserSession
) -> None:
    code = linked(context)
    signed_in(browser, context, "viewer", Role.VIEWER)

    assert "/edit" not in browser.get(f"/en/links/{code}").html
    assert browser.get(f"/en/links/{code}/edit").status == 403
    signed_in(browser, context, "asha", Role.LEAD)
    assert browser.get("/en/links/nobody/edit").status == 404


def test_a_second_person_approves_where_a_link_leads_from_now_on(
    context: Context, browser: BrowserSession
) -> None:
    code = asked_to_move(context)
    signed_in(browser, context, "meera", Role.APPROVER)
    page = browser.get("/en/approvals")
    link_page = browser.get(f"/en/links/{code}")

    done = browser.send(page, f"/approvals/links/{code}/approve")

    for words in ("https://care.city.example/monsoon", MOVED, "The page has moved."):
        assert words in page.text
    assert "waits for a second person" in link_page.text
    assert f"Link {code} leads where the change says." in done.text
    assert tracked_links.find_link(context, code)[0].web == MOVED
    assert "waits for a second person" not in browser.get(f"/en/links/{code}").text


@pytest.mark.fault("F35")
def test_whoever_asked_for_a_change_does_not_approve_it_and_may_withdraw_it(
    context: Context, browser: BrowserSession
) -> None:
    code = asked_to_move(context)
    signed_in(browser, context, "meera", Role.APPROVER)
    form = browser.get("/en/approvals").form(f"/approvals/links/{code}/approve")
    signed_in(browser, context, "lead", Role.LEAD)
    own = browser.get("/en/approvals")
    fields = own.form(f"/approvals/links/{code}/withdraw").fields

    tried = browser.post(f"/en{form.action.removeprefix('/en')}", fields)
    assert "/approve" not in own.html
    assert "a second person approves it" in tried.text
    assert tracked_links.find_link(context, code)[0].version == 1

    browser.send(browser.get("/en/approvals"), f"/approvals/links/{code}/withdraw")
    assert link_change_approvals.list_waiting(context) == []
    assert tracked_links.find_link(context, code)[0].version == 1
