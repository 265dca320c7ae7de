"""Pages of sources: what is silent comes first, hours that are missing, who may act."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell import connectors, db
from socialcell.clock import FixedClock
from socialcell.i18n import language
from socialcell.ops import audit, credentials, store
from socialcell.ops.model import Source
from socialcell.roles import Role
from socialcell.services.collection import source_setup
from socialcell.services.context import Context
from socialcell.web.console.office.source_words import setting_name
from tests.builders import make_source
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql
FEED = "https://paper.example/feed.xml"


def change(engine: Engine, name: str, **columns: object) -> None:
    with db.writing(engine) as session:
        source = store.source_named(session, name)
        for column, entry in columns.items():
            setattr(source, column, entry)


def source_now(engine: Engine, name: str) -> Source:
    with db.reading(engine) as session:
        source = store.source_named(session, name)
        session.expunge(source)
    return source


def path_of(source: Source) -> str:
    return f"/sources/{source.id}"


def test_sources_that_bring_nothing_stand_before_those_that_do(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    make_source(engine, "a.working")
    make_source(engine, "b.refused")
    make_source(engine, "c.off")
    change(engine, "a.working", last_ok_at=clock.now())
    change(engine, "b.refused", state="needs_attention", state_reason="401 refused")
    change(engine, "c.off", enabled=False)
    signed_in(browser, context, "Asha", Role.VIEWER)

    text = browser.get("/en/sources").text

    order = [text.index(name) for name in ("b.refused", "a.working", "c.off")]
    assert order == sorted(order)
    assert "needs a person" in text
    assert "401 refused" in text


def test_an_administrator_who_may_not_read_mentions_sees_the_sources(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Root", Role.ADMIN)

    assert browser.get("/en/sources").status == 200
    assert browser.get("/en/incidents").status == 403
    assert 'href="/en/sources"' in browser.get("/en/sources").html


def test_hours_that_were_not_collected_are_hatched_and_listed_with_their_cause(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    source = make_source(engine)
    now = clock.now()
    with db.writing(engine) as session:
        id_ = source.id or 0
        start = now - timedelta(days=30)
        store.add_coverage(session, id_, (start, now))
        gap = (now - timedelta(hours=5), now - timedelta(hours=3))
        store.add_coverage(session, id_, gap, state="gap", cause="rate")
    signed_in(browser, context, "Asha", Role.VIEWER)

    page = browser.get(f"/en{path_of(source)}")

    # 27 whole days and nine hours of this one, of which two are missing.
    assert "655 of 657 hours collected" in page.text
    assert "7/9" in page.text
    assert page.html.count('fill="url(#hatch)"') == 3  # wide, narrow and the key
    assert "Mon 23 Nov, 04:00 Mon 23 Nov, 06:00 2" in page.text
    assert "the platform no longer gives posts of that time" in page.text


def test_a_source_is_switched_off_and_on_by_whoever_manages_sources(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    source = make_source(engine, kind="search", query="pothole pune")
    signed_in(browser, context, "Root", Role.ADMIN)

    page = browser.get(f"/en{path_of(source)}")
    off = browser.send(page, f"{path_of(source)}/disable")
    is_off = source_now(engine, source.name).enabled is False
    on = browser.send(off, f"{path_of(source)}/enable")

    assert is_off
    assert "x.mentions is off." in off.text
    assert "x.mentions is on." in on.text
    assert source_now(engine, source.name).enabled
    with db.reading(engine) as session:
        rows = audit.entries_about(session, "source.", source.name)
        assert [(row.action, row.actor) for row in rows] == [
            ("source.disable", "Root"),
            ("source.enable", "Root"),
        ]


def test_whoever_reads_alone_is_shown_no_buttons_and_may_not_press_them(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    source = make_source(engine)
    signed_in(browser, context, "Asha", Role.LEAD)
    page = browser.get(f"/en{path_of(source)}")
    fields = page.form("/sign-out").fields

    refused = browser.post(f"/en{path_of(source)}/disable", fields)

    assert [form.action for form in page.forms] == ["/en/sign-out"]
    assert refused.status == 403
    assert source_now(engine, source.name).enabled


def test_how_often_a_source_is_pulled_is_stored_and_a_wrong_number_is_not(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    source = make_source(engine)
    signed_in(browser, context, "Root", Role.ADMIN)
    page = browser.get(f"/en{path_of(source)}")
    action = f"{path_of(source)}/interval"

    stored = browser.send(page, action, minutes="30")
    refused = browser.send(stored, action, minutes="1441")

    assert "every 30 minutes" in stored.text
    assert refused.status == 422
    assert refused.form(action).fields["minutes"] == "1441"
    assert source_now(engine, source.name).pull_minutes == 30


def test_a_pull_that_must_wait_for_its_platform_says_until_when(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    source = make_source(engine)
    change(engine, source.name, not_before=clock.now() + timedelta(hours=2))
    signed_in(browser, context, "Root", Role.ADMIN)

    page = browser.get(f"/en{path_of(source)}")
    answer = browser.send(page, f"{path_of(source)}/pull")

    assert "wait until Mon 23 Nov, 11:00. It was not asked." in answer.text


def test_a_source_is_added_after_its_cost_was_seen(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Root", Role.ADMIN)
    page = browser.get("/en/sources/new?connector=rss")

    checked = browser.send(page, "/sources/new", name="paper", set_url=FEED)
    with db.reading(engine) as session:
        is_there_before = store.find_source(session, "paper") is not None
    adding = next(form for form in checked.forms if form.fields.get("step") == "add")
    added = browser.post(adding.action, adding.fields)

    assert "Reading it costs no money." in checked.text
    assert not is_there_before
    assert "paper is added." in added.text
    assert source_now(engine, "paper").settings == {"url": FEED}


def test_every_setting_of_a_connector_has_words_in_each_language() -> None:
    keys = {
        field.name
        for connector in connectors.CONNECTORS
        for field in connectors.setting_fields(connector)
    }
    for key in sorted(keys):
        names = [setting_name(key, language(code)) for code in ("en", "mr", "hi")]
        assert key not in names
        assert len(set(names)) > 1, key


def test_a_setting_has_words_for_its_label_and_the_key_of_the_documentation_beside_it(
    context: Context, browser: BrowserSession
) -> None:
    source = source_setup.add_source(context, "paper", "rss", {"url": FEED})
    signed_in(browser, context, "Root", Role.ADMIN)

    adding = browser.get("/mr/sources/new?connector=reddit").text
    edit = f"{path_of(source)}/edit"
    page = browser.get(f"/en{edit}")
    checked = browser.send(page, edit, set_url="https://paper.example/city.xml")
    history = browser.get(f"/en{path_of(source)}").text

    assert "प्रकार kind" in adding
    assert "सबरेडिट, r/ शिवाय subreddit" in adding
    assert "Address of the feed url Must be filled in." in page.text
    assert f"Address of the feed url {FEED} https://paper.example/c" in checked.text
    assert f"Address of the feed url {FEED}" in history


def test_settings_that_the_connector_refuses_are_shown_again_with_the_reason(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Root", Role.ADMIN)
    page = browser.get("/en/sources/new?connector=youtube")

    refused = browser.send(page, "/sources/new", name="videos", set_kind="search")
    other = browser.send(page, "/sources/new", name="videos", set_kind="search", x="y")

    assert refused.status == 422
    assert "youtube" in refused.text
    assert refused.form("/sources/new").fields["name"] == "videos"
    assert other.status == 422
    with db.reading(engine) as session:
        assert store.find_source(session, "videos") is None


def test_a_change_of_a_source_is_shown_before_it_is_stored(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    source = source_setup.add_source(context, "paper", "rss", {"url": FEED})
    signed_in(browser, context, "Root", Role.ADMIN)
    path, other = f"{path_of(source)}/edit", "https://paper.example/city.xml"
    page = browser.get(f"/en{path}")

    checked = browser.send(page, path, name="paper.city", set_url=other)
    before = source_now(engine, "paper").settings
    storing = next(form for form in checked.forms if form.fields.get("step") == "store")
    stored = browser.post(storing.action, storing.fields)

    assert page.form(path).fields["set_url"] == FEED
    assert "It is read anew" in checked.text
    assert before == {"url": FEED}
    assert "The change is stored as a new version." in stored.text
    row = source_now(engine, "paper.city")
    assert (row.settings, row.version) == ({"url": other}, 2)
    with db.reading(engine) as session:
        (entry,) = audit.entries_about(session, "source.edit", "paper")
        assert entry.actor == "Root"


def test_a_change_that_is_none_or_is_refused_stores_nothing(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    source = source_setup.add_source(context, "paper", "rss", {"url": FEED})
    make_source(engine, "x.taken")
    signed_in(browser, context, "Root", Role.ADMIN)
    path = f"{path_of(source)}/edit"
    page = browser.get(f"/en{path}")

    same = browser.send(page, path)
    empty = browser.send(page, path, set_url="")
    taken = browser.send(page, path, name="x.taken", step="store")

    assert [answer.status for answer in (same, empty, taken)] == [422, 422, 422]
    assert "Nothing differs from before." in same.text
    assert source_now(engine, "paper").version == 1


def test_credentials_are_named_with_their_days_and_never_shown(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    make_source(engine)
    now = clock.now()
    with db.writing(engine) as session:
        row = credentials.find_or_add(session, "x", now)
        row.checked_at, row.ok, row.message = now, True, "accepted"
        row.expires_at = now + timedelta(days=6)
    signed_in(browser, context, "Asha", Role.VIEWER)

    page = browser.get("/en/sources/credentials")

    assert "6 days" in page.text
    assert "not-a-real-token" not in page.html


def test_allowances_say_what_is_not_known_and_money_its_limit(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    make_source(engine)
    signed_in(browser, context, "Asha", Role.VIEWER)

    page = browser.get("/en/sources/allowances")

    assert (page.status, "posts / a month" in page.text) == (200, True)
    assert "USD 0" in page.text


def test_a_source_that_is_none_is_not_found(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Asha", Role.VIEWER)

    assert browser.get("/en/sources/4711").status == 404
    assert "could be read" in browser.get("/en/sources/errors").text


def test_a_reason_of_a_platform_is_inert(
    context: Context, engine: Engine, browser: BrowserSession
) -> None:
    source = make_source(engine, "x.<script>alert(1)</script>")
    change(engine, source.name, state="gone", state_reason="<img src=x onerror=1>")
    signed_in(browser, context, "Asha", Role.VIEWER)

    for path in ("/mr/sources", f"/mr{path_of(source)}"):
        html = browser.get(path).html
        assert "<script>alert" not in html
        assert "<img" not in html
