"""The data protection officer's report in the browser has the command's numbers."""

import pytest

from socialcell.desk import secret_seal
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.privacy import breaches, person_requests
from socialcell.services.privacy.breaches import BreachDraft
from tests.operators import officer
from tests.services.privacy.request_desk import receive, store_hers
from tests.web.console.browser_session import BrowserSession, signed_in

PATH = "/privacy/report"


@pytest.fixture
def work(context: Context) -> Context:
    """Two requests, one refused, and a breach of today."""
    key = context.workspace.folder / "secrets" / secret_seal.KEY_NAME
    key.write_text(secret_seal.new_key())
    store_hers(context)
    dpo = officer(context)
    receive(dpo, "erasure", is_child=True)
    number = receive(dpo, "access").number
    reason = "Nobody wrote our word from there."
    person_requests.refuse(dpo, number, "not_identified", reason)
    draft = BreachDraft("Lost laptop", "A laptop with an export was lost.", ["texts"])
    breaches.enter_breach(dpo, draft)
    person_requests.show_request(dpo, number, reveal=True)
    return context


def test_the_report_has_requests_breaches_and_reads(
    work: Context, browser: BrowserSession
) -> None:
    page = signed_in(browser, work, "Dina", Role.DPO).get(f"/en{PATH}")

    assert "to be erased 1 0 0 0 0" in page.text
    assert "to see what is held 1 1 1 1 1" in page.text
    assert "About a child 1" in page.text
    assert "Refused: the identity could not be shown 1" in page.text
    assert "B26-01 : Lost laptop" in page.text
    assert "Dina Sample who asks in a request 1 1" in page.text
    assert "Nominations in force 0" in page.text


def test_days_without_anything_say_so_and_reversed_days_too(
    work: Context, browser: BrowserSession
) -> None:
    dina = signed_in(browser, work, "Dina", Role.DPO)

    before = dina.get(f"/en{PATH}?first=2026-10-01&last=2026-10-31")
    reversed_ = dina.get(f"/en{PATH}?first=2026-10-31&last=2026-10-01")
    garbled = dina.get(f"/en{PATH}?first=yesterday&last=0000-00-00")

    assert "No request came or was answered in these days." in before.text
    assert "Nobody read anything unmasked." in before.text
    assert "The last day is before the first." in reversed_.text
    assert "to be erased 1" in garbled.text


def test_an_auditor_reads_it_without_ways_to_what_is_the_officers(
    work: Context, browser: BrowserSession
) -> None:
    auditor = signed_in(browser, work, "Ravi", Role.AUDITOR)

    page = auditor.get(f"/en{PATH}")

    assert "B26-01: Lost laptop" in page.text
    assert "/privacy/breaches" not in page.html
    assert PATH in auditor.get("/en/audit").html
    assert signed_in(browser, work, "Lena", Role.OPERATOR).get(f"/en{PATH}").status == (
        403
    )


@pytest.mark.parametrize("lang", ["mr", "hi"])
def test_the_page_speaks_each_language(
    work: Context, browser: BrowserSession, lang: str
) -> None:
    page = signed_in(browser, work, "Dina", Role.DPO).get(f"/{lang}{PATH}")

    assert page.status == 200
    assert "Requests" not in page.text
    assert "Consents" not in page.text
