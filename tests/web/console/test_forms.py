"""Forms of the console: whose they are, once and no more, and what is kept of them."""

from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from sqlmodel import select

from socialcell import db
from socialcell.identity.model import Operator
from socialcell.ops.web import form_submissions
from socialcell.ops.web.form_submissions import FormSubmission
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.web.console import console_server
from socialcell.web.pages import form_guard
from socialcell.web.pages.screens import Action
from tests.web.console.browser_session import BrowserSession, signed_in
from tests.web.console.conftest import NewBrowser
from tests.web.console.test_roles import address

RAVI = "Ravi Sample"


@pytest.fixture
def ravi(browser: BrowserSession, context: Context) -> BrowserSession:
    return signed_in(browser, context, RAVI)


def language_of(context: Context) -> str | None:
    with db.reading(context.engine) as session:
        row = session.scalars(select(Operator).where(Operator.name == RAVI)).one()
        return row.language


def preferences(browser: BrowserSession) -> dict[str, str]:
    return {**browser.get("/en/me").form("/me").fields, "language": "hi"}


def test_a_form_of_a_page_of_ours_acts(context: Context, ravi: BrowserSession) -> None:
    answer = ravi.post("/en/me", preferences(ravi))

    assert "Your choice is stored." in answer.text
    assert language_of(context) == "hi"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "strange"])
def test_a_form_that_another_site_sends_changes_nothing(
    context: Context, ravi: BrowserSession, site: str
) -> None:
    answer = ravi.post("/en/me", preferences(ravi), **{"sec-fetch-site": site})

    assert (answer.status, "came from another site" in answer.text) == (403, True)
    assert language_of(context) is None


def test_without_that_header_the_origin_must_be_ours(
    context: Context, ravi: BrowserSession
) -> None:
    strange = {"sec-fetch-site": "", "origin": "https://evil.example"}
    own = {"sec-fetch-site": "", "origin": "https://console.example"}

    refused = ravi.post("/en/me", preferences(ravi), **strange)
    taken = ravi.post("/en/me", preferences(ravi), **own)

    assert (refused.status, taken.status) == (403, 200)
    assert language_of(context) == "hi"


@pytest.mark.parametrize(
    "change", [{"token": ""}, {"token": "0" * 64}, {"once": ""}, {"once": "x" * 65}]
)
def test_a_form_without_its_token_or_key_changes_nothing_and_keeps_what_was_typed(
    context: Context, ravi: BrowserSession, change: dict[str, str]
) -> None:
    answer = ravi.post("/en/me", {**preferences(ravi), **change})

    assert (answer.status, "too old" in answer.text) == (403, True)
    assert answer.form("/me").fields["language"] == "hi"
    assert language_of(context) is None


def test_the_token_of_another_session_is_none(
    context: Context, ravi: BrowserSession, new_browser: NewBrowser
) -> None:
    other = signed_in(new_browser(), context, "Meera Sample")
    token = other.get("/en/me").form("/me").fields["token"]

    answer = ravi.post("/en/me", {**preferences(ravi), "token": token})

    assert answer.status == 403
    assert language_of(context) is None


def test_a_second_press_of_the_button_shows_the_first_result_and_does_nothing(
    context: Context, ravi: BrowserSession
) -> None:
    fields = preferences(ravi)
    first = ravi.post("/en/me", fields)

    second = ravi.post("/en/me", {**fields, "language": "mr"})

    assert first.path == second.path
    assert "Your choice is stored." in second.text
    assert language_of(context) == "hi"


def test_the_key_of_another_persons_form_hides_nothing_and_tells_nothing(
    context: Context, ravi: BrowserSession, new_browser: NewBrowser
) -> None:
    other = signed_in(new_browser(), context, "Meera Sample")
    key = preferences(other)["once"]
    answer = other.post("/en/me", {**preferences(other), "once": key})
    assert "Your choice is stored." in answer.text

    answer = ravi.post("/en/me", {**preferences(ravi), "once": key})

    assert answer.status == 200
    assert language_of(context) == "hi"


def test_two_forms_of_one_page_act_each_after_the_way_back_to_it(
    context: Context, ravi: BrowserSession
) -> None:
    page = ravi.get("/en/me")
    ravi.send(page, "/me", language="hi")

    left = ravi.send(page, "/sign-out")

    assert language_of(context) == "hi"
    assert left.path.startswith("/en/sign-in")
    assert ravi.get("/en/me").path.startswith("/en/sign-in")


def test_of_a_form_whose_process_was_killed_it_is_said_that_nobody_knows(
    context: Context, ravi: BrowserSession
) -> None:
    fields = preferences(ravi)
    sender = form_guard.sender_of(ravi.cookies["__Host-console"])
    with db.writing(context.engine) as session:
        now = context.clock.now()
        key = form_guard.submission_key(fields["once"], "/me")
        form_submissions.begin(session, key, sender, now)

    answer = ravi.post("/en/me", fields)

    assert (answer.status, "not known yet what came of it" in answer.text) == (
        409,
        True,
    )
    assert language_of(context) is None


def test_a_form_that_was_refused_may_be_sent_again_with_its_key(
    context: Context, ravi: BrowserSession
) -> None:
    fields = preferences(ravi)

    refused = ravi.post("/en/me", {**fields, "language": "fr"})
    sent = ravi.post("/en/me", fields)

    assert (refused.status, sent.status) == (422, 200)
    assert "Choose one of the entries." in refused.text
    assert language_of(context) == "hi"


def test_a_refused_form_leads_to_its_page_in_the_other_languages(
    ravi: BrowserSession,
) -> None:
    own = {**preferences(ravi)}
    fields = {name: own[name] for name in ("token", "once")}

    answer = ravi.post("/en/me/sessions/999999/end", fields)

    assert (answer.status, "is not open" in answer.text) == (422, True)
    assert 'href="/mr/me"' in answer.html
    assert "/mr/me/sessions" not in answer.html


def test_what_was_done_is_said_to_the_session_that_did_it_alone(
    context: Context, ravi: BrowserSession, new_browser: NewBrowser
) -> None:
    shown_once = ravi.post("/en/me", preferences(ravi)).path
    other = signed_in(new_browser(), context, "Meera Sample")

    assert "Your choice is stored." in ravi.get(shown_once).text
    assert "Your choice is stored." not in other.get(shown_once).text


def test_the_keys_of_forms_are_forgotten_after_two_days(
    context: Context, ravi: BrowserSession, clock
) -> None:
    ravi.post("/en/me", preferences(ravi))
    clock.advance(form_submissions.KEPT * 2)

    with db.writing(context.engine) as session:
        form_submissions.begin(session, "new", "sender", context.clock.now(), "mark")
        marks = session.scalars(select(FormSubmission.mark)).all()

    assert marks == ["mark"]


def test_a_form_that_is_too_large_is_refused(ravi: BrowserSession) -> None:
    answer = ravi.post("/en/me", {**preferences(ravi), "language": "h" * 2_000_000})

    assert (answer.status, "too large" in answer.text) == (413, True)


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
FIELDS = st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=6)


def generated_forms(context: Context, new_browser: NewBrowser, count: int) -> None:
    """Send that many generated forms to all actions, as somebody who may do anything;
    none gives a 5xx, and most are looked at as far as their fields."""
    rows = [row for row in console_server.ROWS if isinstance(row, Action)]
    names = {row.path: sorted(row.form.model_fields) for row in rows}
    browser = signed_in(new_browser(), context, RAVI, *Role)
    token = browser.get("/en/me").form("/me").fields["token"]
    statuses: Counter[int] = Counter()

    @settings(max_examples=count, deadline=None, database=None)
    @given(data=st.data(), extra=FIELDS, key=st.uuids())
    def no_form_is_a_fault_of_ours(data, extra, key) -> None:
        row = data.draw(
            st.sampled_from([row for row in rows if row.path != "/sign-out"])
        )
        own = {name: data.draw(ANY_TEXT) for name in names[row.path]}
        answer = browser.request(
            "POST",
            address(row),
            {**extra, **own, "token": token, "once": str(key)},
        )
        statuses[answer.status] += 1
        assert answer.status < 500, (row.path, answer.status)

    no_form_is_a_fault_of_ours()

    assert not {401, 403} & set(statuses)
    assert browser.get("/en/me").path == "/en/me"


def test_no_generated_form_gives_a_fault(
    context: Context, new_browser: NewBrowser
) -> None:
    generated_forms(context, new_browser, 150)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_none_of_twenty_five_thousand_generated_forms_gives_a_fault(
    context: Context, new_browser: NewBrowser
) -> None:
    generated_forms(context, new_browser, 25_000)
