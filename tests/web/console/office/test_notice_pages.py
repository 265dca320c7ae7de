"""Notices by version and consents in the browser."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from socialcell import db
from socialcell.clock import IST
from socialcell.ops.webhook_model import OptIn
from socialcell.registers.model import PrivacyNotice
from socialcell.roles import Role
from socialcell.services.context import Context
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in

NOTICES, NEW, CONSENTS = (
    "/privacy/notices",
    "/privacy/notices/new",
    "/privacy/consents",
)
NUMBER = "+91 98765 43210"
WORDS = {
    "mr": "पाणीपुरवठ्याबाबत आम्ही आपल्याला संदेश पाठवू, आणि इतर कशाबद्दलही नाही.",
    "hi": "हम आपको पानी की आपूर्ति के बारे में संदेश भेजेंगे, और किसी बारे में नहीं।",
    "en": "We write to you about water, and about nothing else. Answer STOP to end it.",
}


@pytest.fixture
def officer(context: Context, browser: BrowserSession) -> BrowserSession:
    return signed_in(browser, context, "Dina", Role.DPO)


def publish(browser: BrowserSession, **fields: str) -> PageAnswer:
    page = browser.get(f"/en{NEW}")
    return browser.send(page, NEW, **(WORDS | fields))


def record(browser: BrowserSession, **fields: str) -> PageAnswer:
    page = browser.get(f"/en{CONSENTS}")
    values = {"number": NUMBER, "event": "withdrawn", "evidence": "call, 24 Nov"}
    return browser.send(page, CONSENTS, **(values | fields))


def test_a_notice_is_published_and_the_next_version_begins_with_its_words(
    officer: BrowserSession, engine: Engine
) -> None:
    assert "No notice is published." in officer.get(f"/en{NOTICES}").text

    page = publish(officer)

    assert "Version 1 of the notice is published" in page.text
    assert "counts now" in page.text
    assert "0 consents rest on it." in page.text
    assert WORDS["en"] in page.text
    form = officer.get(f"/en{NEW}?purpose=messages").form(NEW)
    assert {code: form.fields[code] for code in WORDS} == WORDS
    same = publish(officer)
    assert "the words of version 1" in same.text
    with db.reading(engine) as session:
        rows = list(session.scalars(select(PrivacyNotice)))
        assert {row.made_by for row in rows} == {"Dina"}
        assert {row.version for row in rows} == {1}


def test_a_version_of_a_later_day_waits_and_the_one_before_goes_on(
    officer: BrowserSession, context: Context
) -> None:
    publish(officer)
    later = (context.clock.now() + timedelta(days=3)).astimezone(IST)

    page = publish(
        officer, en=WORDS["en"] + " Or call us.", starts=f"{later:%Y-%m-%dT%H:%M}"
    )

    assert page.text.index("Version 2") < page.text.index("counts from")
    assert page.text.index("counts from") < page.text.index("Version 1 counts now")
    third = publish(officer, en=WORDS["en"] + " Write to us.")
    assert "Version 3 counts now" in third.text
    assert "Version 2 replaced before it counted" in third.text


def test_a_notice_that_lacks_words_is_not_published_and_keeps_the_others(
    officer: BrowserSession,
) -> None:
    page = publish(officer, hi="", purpose="Mess Ages")

    assert page.status == 422
    assert "At least 40 characters." in page.text
    assert page.form(NEW).fields["mr"] == WORDS["mr"]
    odd = publish(officer, purpose="Mess Ages")
    assert "names no purpose" in odd.text
    assert "No notice is published." in officer.get(f"/en{NOTICES}").text


def test_a_withdrawal_is_entered_and_the_number_is_not_kept(
    officer: BrowserSession, engine: Engine
) -> None:
    page = record(officer)

    assert "gets no message." in page.text
    assert "98765" not in page.html
    assert "call, 24 Nov" in page.text
    with db.reading(engine) as session:
        (row,) = session.scalars(select(OptIn))
        assert (row.event, row.actor) == ("withdrawn", "Dina")
    assert "It was entered before" in record(officer).text


def test_a_consent_rests_on_the_notice_that_was_shown(
    officer: BrowserSession, engine: Engine
) -> None:
    none = record(officer, event="granted", shown="mr")
    publish(officer)
    record(officer, event="granted", shown="mr")
    unknown = record(officer, number="+91 98765 43211", event="granted")

    assert "No notice about messages" in none.text
    assert none.form(CONSENTS).fields["number"] == NUMBER
    assert unknown.text.count("the notice is not known") == 1
    assert "1 consent rests on it." in officer.get(f"/en{NOTICES}").text
    with db.reading(engine) as session:
        rows = list(session.scalars(select(OptIn).order_by(col(OptIn.id))))
        assert [row.notice is None for row in rows] == [False, True]


def test_a_number_that_is_none_and_a_time_to_come_are_refused(
    officer: BrowserSession, context: Context
) -> None:
    later = (context.clock.now() + timedelta(days=1)).astimezone(IST)

    assert record(officer, number="12").status == 422
    assert "still to come" in record(officer, at=f"{later:%Y-%m-%dT%H:%M}").text
    assert "Nobody has agreed or withdrawn yet." in officer.get(f"/en{CONSENTS}").text


@pytest.mark.parametrize("lang", ["mr", "hi"])
def test_the_pages_speak_each_language(officer: BrowserSession, lang: str) -> None:
    publish(officer)
    record(officer, event="granted")
    for path in (NOTICES, NEW, CONSENTS):
        page = officer.get(f"/{lang}{path}")
        assert page.status == 200, path
        assert "notice" not in page.text
        assert "agreed" not in page.text


@pytest.mark.parametrize("role", [Role.LEAD, Role.OPERATOR, Role.AUDITOR])
def test_they_are_the_data_protection_officers(
    context: Context, browser: BrowserSession, role: Role
) -> None:
    other = signed_in(browser, context, "Ravi", role)

    for path in (NOTICES, NEW, CONSENTS):
        assert other.get(f"/en{path}").status == 403
