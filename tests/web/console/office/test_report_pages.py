"""Reports in the browser: letters from frozen numbers, files, and who got them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.ops import outbox_store, store, unsubscribed_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.reporting import report_archive, report_mail
from socialcell.services.reporting.reported_week import reported_week
from tests.builders import make_record, make_source, store_records
from tests.reports.world import MADE, World
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql
WEEK = "/reports/weekly/2026-11-16"


@pytest.fixture
def counted(context: Context, engine: Engine, clock: FixedClock) -> None:
    """The week from 16 November, with two mentions, frozen."""
    source = make_source(engine)
    now = clock.now()
    with db.writing(engine) as session:
        span = (now - timedelta(days=20), now)
        store.add_coverage(session, source.id or 0, span)
    days = [now - timedelta(days=2), now - timedelta(days=3)]
    records = [
        make_record(str(number), authored_at=day) for number, day in enumerate(days)
    ]
    store_records(engine, *records, source=source, at=now)
    reported_week(context)


def put(engine: Engine, clock: FixedClock, key: str, **columns: object) -> None:
    now = clock.now()
    row = {
        "kind": "report",
        "channel": "mail",
        "dedup_key": key,
        "recipient": key.partition("|")[2],
        "subject": "A quiet week",
        "state": "sent",
        "not_before": now,
        "made_at": now,
        "ended_at": now,
    }
    with db.writing(engine) as session:
        outbox_store.add(session, Outgoing(**{**row, **columns}))


def test_without_a_counted_week_it_is_said_when_one_appears(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Nila", Role.VIEWER)

    text = browser.get("/en/reports").text

    assert "No week is counted yet." in text
    assert browser.get(f"/en{WEEK}").status == 404


@pytest.mark.usefixtures("counted")
def test_the_letter_of_a_counted_week_reads_in_the_language_of_the_page(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Nila", Role.VIEWER)

    listed = browser.get("/en/reports").text
    english, marathi = browser.get(f"/en{WEEK}"), browser.get(f"/mr{WEEK}")

    (week,) = report_archive.list_weeks(context)
    letter = report_archive.weekly_letter_of(context, week, "en")
    assert "Week from 16 November 2026" in listed
    assert letter.subject in english.text
    assert all(section.title in english.text for section in letter.sections)
    assert '<article lang="mr">' in marathi.html
    assert letter.subject not in marathi.text


@pytest.mark.usefixtures("counted")
def test_a_reader_writes_no_files_and_is_offered_none(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Nila", Role.VIEWER)
    page = browser.get(f"/en{WEEK}")

    refused = browser.post(f"/en{WEEK}/files", page.form("/sign-out").fields)

    assert "They are not written yet." in page.text
    assert refused.status == 403
    assert browser.get(f"/en{WEEK}/report").status == 404
    assert browser.get(f"/en{WEEK}/workbook").status == 404


@pytest.mark.faults
@pytest.mark.usefixtures("counted")
def test_files_are_written_and_downloaded_with_their_pictures_inside(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Asha", Role.LEAD)

    written = browser.send(browser.get(f"/en{WEEK}"), f"{WEEK}/files")
    report = browser.get(f"/en{WEEK}/report")
    workbook = browser.get(f"/en{WEEK}/workbook")

    assert "The files are written." in written.text
    assert (
        report.headers["content-disposition"]
        == 'attachment; filename="weekly-2026-11-16.en.html"'
    )
    assert "data:image/png;base64," in report.html
    assert workbook.body.startswith(b"PK")
    assert browser.get(f"/hi{WEEK}/report").status == 404


@pytest.mark.usefixtures("counted")
def test_who_got_the_letter_stands_beside_it(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    put(engine, clock, "report.weekly.2026-11-16.en|commissioner@city.example")
    put(engine, clock, "report.weekly.2026-11-09.en|other@city.example")
    put(
        engine,
        clock,
        "report.daily.2026-11-23T08:30:00+05:30.en|desk@city.example",
        kind="brief",
        state="dead",
    )
    signed_in(browser, context, "Nila", Role.VIEWER)

    week, reports = browser.get(f"/en{WEEK}").text, browser.get("/en/reports").text

    assert "commissioner@city.example A quiet week delivered" in week
    assert "other@city.example" not in week
    assert "desk@city.example A quiet week not delivered" in reports


def test_how_many_stopped_a_letter_is_said(
    context: Context, engine: Engine, browser: BrowserSession, clock: FixedClock
) -> None:
    with db.writing(engine) as session:
        unsubscribed_store.add(session, "brief", "a hash", clock.now())
    signed_in(browser, context, "Nila", Role.VIEWER)

    text = browser.get("/en/reports").text

    assert "Daily brief 0 recipients · 1 has stopped it" in text


@pytest.mark.usefixtures("counted")
def test_the_latest_brief_is_shown_and_stored_nowhere(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Nila", Role.VIEWER)

    page = browser.get("/en/reports/brief")

    assert page.status == 200
    assert "it is not stored." in page.text
    assert not context.workspace.reports.exists()


def test_a_brief_says_which_dangers_came_since_as_its_command_does(
    world: World, lead: BrowserSession
) -> None:
    world.mention(MADE - timedelta(minutes=9), urgency="critical")

    page = lead.get("/en/reports/brief")

    since = report_mail.make_daily(world.context, "en").since
    assert since is not None
    assert "1 mention since then speaks of danger to life" in since
    assert since in page.text
    assert 'href="/en/incidents"' in page.html.partition("danger to life:")[2]
    assert "The latest brief" in lead.get("/en/reports").text


@pytest.mark.parametrize("key", ["soon", "2026-11-17", "2026-02-30", "..%2f..%2fx"])
def test_a_week_that_is_none_is_not_found(
    context: Context, browser: BrowserSession, key: str
) -> None:
    signed_in(browser, context, "Nila", Role.VIEWER)

    assert browser.get(f"/en/reports/weekly/{key}").status == 404
    assert browser.get(f"/en/reports/weekly/{key}/report").status == 404
