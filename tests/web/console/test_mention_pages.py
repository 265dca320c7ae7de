"""Mentions in the console: found, read, corrected, opened, downloaded; by place."""

import asyncio
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from socialcell import db
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.store import areas, owners
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.mentions import tagging
from tests.builders import make_record, store_records
from tests.faults.hostile import poison
from tests.web.console.browser_session import BrowserSession, signed_in
from tests.web.console.conftest import NewBrowser

pytestmark = pytest.mark.swept_on_postgresql

RAVI = "Ravi Sample"
WATER = "No water in Kothrud for three days"
DRAIN = "The drain in Hadapsar overflows"


@pytest.fixture
def city(context: Context, engine: Engine) -> Context:
    """A mention in Kothrud and one in Hadapsar, read by the machine."""
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.replace(session, read_owners())
    store_records(
        engine,
        make_record("1", text=WATER, url="https://x.example/1"),
        make_record("2", text=DRAIN),
    )
    tagging.tag_waiting(context)
    return context


def id_of(context: Context, external_id: str) -> int:
    with db.reading(context.engine) as session:
        query = select(Mention.id).where(Mention.external_id == external_id)
        return session.scalars(query).one()


def last_act(context: Context) -> tuple[str, str]:
    with db.reading(context.engine) as session:
        return next(
            ((row.action, row.actor) for row in audit.entries(session, 1)), ("", "")
        )


def test_a_search_finds_its_mentions_and_what_else_there_is_to_narrow_by(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.VIEWER)

    every = browser.get("/en/mentions")
    water = browser.get("/en/mentions?query=water")

    assert (WATER in every.text, DRAIN in every.text) == (True, True)
    assert (WATER in water.text, DRAIN in water.text) == (True, False)
    assert "1 mention" in water.text
    assert "/en/mentions?query=water%20topic%3Awater" in water.html


def test_a_search_that_cannot_be_read_says_where_and_keeps_what_was_typed(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.VIEWER)

    answer = browser.get("/en/mentions?query=water+AND+(")

    assert answer.status == 200
    assert "At character" in answer.text
    assert 'value="water AND ("' in answer.html
    marathi = browser.get("/mr/mentions?query=topic:").text
    assert "अक्षर १ येथे: topic: नंतर" in marathi
    assert marathi.count("topic:") == 1  # the query is not said again


@pytest.mark.parametrize("value", ["some day", "x" * 100])
def test_a_filter_that_no_mention_can_have_is_refused_in_words(
    city: Context, browser: BrowserSession, value: str
) -> None:
    signed_in(browser, city, RAVI, Role.VIEWER)

    answer = browser.get(f"/en/mentions?since={quote(value)}")

    assert (answer.status, "This cannot be searched" in answer.text) == (200, True)
    assert "From takes a day such as 2026-11-23" in answer.text
    assert "--since" not in answer.text
    # The list of all would look like what was asked for.
    assert not any(words in answer.text for words in (WATER, DRAIN))


def test_days_the_wrong_way_round_are_refused_in_words(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.VIEWER)

    answer = browser.get("/en/mentions?since=2026-11-23&until=2026-11-20")

    assert (
        "Nothing lies from 2026-11-23 until 2026-11-20: the first must be the earlier "
        "one." in answer.text
    )
    assert WATER not in answer.text
    same_day = browser.get("/en/mentions?since=2026-11-23&until=2026-11-23")
    assert "This cannot be searched" not in same_day.text


def test_a_ward_office_sees_its_own_mentions_alone(
    city: Context, new_browser: NewBrowser
) -> None:
    kothrud = signed_in(
        new_browser(), city, RAVI, Role.DEPARTMENT, scope="ward:kothrud-bavdhan"
    )

    listed = kothrud.get("/en/mentions")
    own = kothrud.get(f"/en/mentions/{id_of(city, '1')}")
    other = kothrud.get(f"/en/mentions/{id_of(city, '2')}")
    forged = kothrud.post(
        f"/en/mentions/{id_of(city, '2')}/decide",
        {**own.form(f"/mentions/{id_of(city, '1')}/decide").fields, "topic": "roads"},
    )

    assert (WATER in listed.text, DRAIN in listed.text) == (True, False)
    assert (own.status, other.status, forged.status) == (200, 404, 404)
    assert last_act(city)[0] != "mentions.decide"


def test_a_correction_stands_beside_the_machines_reading_with_who_made_it(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.OPERATOR)
    id_ = id_of(city, "1")
    page = browser.get(f"/en/mentions/{id_}")

    corrected = browser.send(page, f"/mentions/{id_}/decide", urgency="low")
    empty = browser.send(page, f"/mentions/{id_}/decide", once="another")

    assert "Your reading is in force" in corrected.text
    assert "not decided" in corrected.text
    reading = corrected.text.partition("How it is read")[2]
    assert "Low Ravi Sample" in reading
    assert last_act(city) == ("mentions.decide", RAVI)
    assert empty.status == 422
    assert "Nothing was chosen. Choose an entry of at least one list." in empty.text
    assert "urgency=low" not in empty.text


def test_who_opens_an_original_is_in_the_audit_log(
    city: Context, new_browser: NewBrowser
) -> None:
    browser = signed_in(new_browser(), city, RAVI, Role.OPERATOR)
    viewer = signed_in(new_browser(), city, "Meera Sample", Role.VIEWER)
    id_ = id_of(city, "1")

    page = browser.get(f"/en/mentions/{id_}")
    opened = browser.send(page, f"/mentions/{id_}/open")
    seen = viewer.get(f"/en/mentions/{id_}")

    assert 'href="https://x.example/1"' in opened.html
    assert last_act(city) == ("mentions.open", RAVI)
    for hidden in (page, seen):
        assert "x.example" not in hidden.html
    assert f"/mentions/{id_}/open" not in seen.html


def test_what_an_office_or_a_paper_wrote_is_a_link_for_every_reader(
    city: Context, engine: Engine, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.VIEWER)
    article = {"platform": "news", "kind": "article", "author": None}
    store_records(engine, make_record("a", url="https://paper.example/a", **article))

    page = browser.get(f"/en/mentions/{id_of(city, 'a')}")

    assert '<a class="btn is-2" href="https://paper.example/a"' in page.html


def test_texts_are_downloaded_by_the_data_protection_officer_alone(
    city: Context, new_browser: NewBrowser
) -> None:
    officer = signed_in(new_browser(), city, "Meera Sample", Role.DPO)
    viewer = signed_in(new_browser(), city, RAVI, Role.VIEWER)

    page = officer.get("/en/mentions?query=water")
    file = officer.send(page, "/mentions/export", format="csv")
    pressed_again = officer.send(page, "/mentions/export", format="csv")

    lines = file.body.decode().splitlines()
    assert file.headers["content-disposition"] == 'attachment; filename="mentions.csv"'
    assert (len(lines), WATER in lines[1]) == (2, True)
    assert last_act(city) == ("mentions.export", "Meera Sample")
    assert pressed_again.body == file.body
    assert "/mentions/export" not in viewer.get("/en/mentions").html


def test_whoever_takes_a_download_slowly_holds_no_connection_to_the_database(
    city: Context, console: ASGIApp
) -> None:
    held: list[int] = []

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message.get("body"):
                held.append(city.engine.pool.checkedout())
            await send(message)

        await console(scope, receive, sending)

    with asyncio.Runner() as runner:
        officer = signed_in(
            BrowserSession(watched, runner), city, "Meera Sample", Role.DPO
        )
        page = officer.get("/en/mentions")
        file = officer.send(page, "/mentions/export", format="csv")

    assert WATER in file.html
    assert int(file.headers["content-length"]) == len(file.body)
    assert set(held) == {0}


def test_a_search_becomes_an_alert_rule_after_what_it_would_have_done_was_shown(
    city: Context, browser: BrowserSession
) -> None:
    signed_in(browser, city, RAVI, Role.LEAD)

    found = browser.get("/en/mentions?query=water")
    page = browser.get("/en/rules/new?query=water")
    written = browser.send(page, "/rules/new", name="water", threshold="1")

    assert "it would have found" in page.text
    assert 'href="/en/rules/new?query=water"' in found.html
    assert "The rule is written: water." in written.text
    assert last_act(city) == ("rule.add", RAVI)


def test_what_people_write_is_inert(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    signed_in(browser, context, RAVI, Role.VIEWER)
    store_records(engine, make_record("0", text="plain"))
    plain = browser.get("/en/mentions").html
    ids = [str(number) for number in range(1, len(poison.POISON) + 1)]
    for external_id, text in zip(ids, poison.POISON.values(), strict=True):
        store_records(engine, make_record(external_id, text=text))

    listed = browser.get("/en/mentions").html
    pages = [browser.get(f"/en/mentions/{id_of(context, id_)}").html for id_ in ids]

    assert listed.count("<script") == plain.count("<script") == 1
    assert "<img" not in listed
    assert [page.count("<script") for page in pages] == [1] * len(ids)
