"""Sign-in with a browser: passwords, codes, sessions that end, and kept forms."""

from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest

from socialcell import db
from socialcell.identity import second_factor, store
from socialcell.services.alerts import commitments
from socialcell.services.context import Context
from socialcell.services.operators import sign_in as sign_in_service
from socialcell.services.operators.browser_sign_in import FAILURES, WINDOW
from tests.operator_accounts import (
    ASHA,
    MEERA,
    OTHER_PASSWORD,
    PASSWORD,
    add_factor_key,
    begin,
    hash_cheaply,
)
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in
from tests.web.console.conftest import NewBrowser

pytestmark = pytest.mark.swept_on_postgresql
SIGN_IN = "/sign-in"
REFUSED = "The name, the password or the code is wrong"


@pytest.fixture(autouse=True)
def _cheap_hashes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        hash_cheaply(patch)
        yield


def sign_in(browser: BrowserSession, name: str = ASHA, **typed: str) -> PageAnswer:
    page = browser.get("/en/sign-in")
    return browser.send(page, SIGN_IN, name=name, **{"password": PASSWORD, **typed})


def code_now(context: Context, secret: str) -> str:
    return pyotp.TOTP(secret).at(int(context.clock.now().timestamp()))


def set_up_factor(browser: BrowserSession, context: Context) -> tuple[str, list[str]]:
    """The secret of a new authenticator, and its recovery codes."""
    page = browser.get("/en/me/authenticator")
    secret = page.form("/me/authenticator").fields["secret"]
    shown = browser.send(page, "/me/authenticator", code=code_now(context, secret))
    codes = [word for word in shown.text.split() if word.count("-") == 5]
    return secret, codes


def test_whoever_has_not_signed_in_is_led_to_the_sign_in_and_on_to_what_was_wanted(
    context: Context, browser: BrowserSession
) -> None:
    begin(context)

    asked = browser.get("/mr/incidents?state=all")
    landed = browser.send(asked, SIGN_IN, name=ASHA, password=PASSWORD)

    assert asked.path.startswith("/mr/sign-in?next=")
    assert (landed.status, landed.path.split("&")[0]) == (
        200,
        "/mr/incidents?state=all",
    )
    assert ASHA in landed.text


def test_a_wrong_password_and_a_name_that_is_none_are_answered_alike(
    context: Context, browser: BrowserSession
) -> None:
    begin(context)

    wrong = sign_in(browser, password="not the password")
    strange = sign_in(browser, "Nobody Sample")

    assert (wrong.status, strange.status) == (422, 422)
    assert "/sign-in" in wrong.path
    assert REFUSED in wrong.text
    assert REFUSED in strange.text
    assert browser.get("/en/me").path.startswith("/en/sign-in")


def test_with_an_authenticator_a_code_must_come_and_is_good_once(
    context: Context, new_browser: NewBrowser, clock
) -> None:
    add_factor_key(context)
    begin(context)
    first, second, third = new_browser(), new_browser(), new_browser()
    sign_in(first)
    secret, codes = set_up_factor(first, context)
    clock.advance(timedelta(minutes=1))
    code = code_now(context, secret)

    without = sign_in(second)
    with_code = sign_in(second, code=code)
    again = sign_in(third, code=code)
    recovered = sign_in(third, code=codes[0])
    forgotten = sign_in(new_browser(), code=codes[0])

    assert len(codes) == 10
    assert (without.status, with_code.status) == (422, 200)
    assert (again.status, recovered.status, forgotten.status) == (422, 200, 422)


def test_some_roles_count_only_after_a_sign_in_with_an_authenticator(
    context: Context, browser: BrowserSession
) -> None:
    add_factor_key(context)
    begin(context)  # leads, administrators and data protection officers
    sign_in(browser)
    without = [browser.get(f"/en/{page}").status for page in ("incidents", "staff")]

    _secret, codes = set_up_factor(browser, context)
    sign_in(browser, code=codes[0])
    with_code = [browser.get(f"/en/{page}").status for page in ("incidents", "staff")]

    assert (without, with_code) == ([200, 403], [200, 200])


def test_recovery_codes_are_shown_once(
    context: Context, browser: BrowserSession
) -> None:
    add_factor_key(context)
    begin(context)
    sign_in(browser)
    page = browser.get("/en/me/authenticator")
    form = page.form("/me/authenticator")
    fields = {**form.fields, "code": code_now(context, form.fields["secret"])}

    shown = browser.post(form.action, fields)
    pressed_again = browser.post(form.action, fields)

    assert "They are not shown again" in shown.text
    assert "They are not shown again" not in pressed_again.text


def test_a_session_ends_after_half_an_hour_without_use_and_after_twelve_hours(
    context: Context, browser: BrowserSession, clock
) -> None:
    begin(context)
    sign_in(browser)

    clock.advance(timedelta(minutes=29))
    used = browser.get("/en/me")
    clock.advance(timedelta(minutes=31))
    unused = browser.get("/en/me")
    sign_in(browser)
    for _ in range(25):
        clock.advance(timedelta(minutes=29))
        last = browser.get("/en/me")

    assert used.path == "/en/me"
    assert unused.path.startswith("/en/sign-in")
    assert last.path.startswith("/en/sign-in")


def test_a_session_that_is_ended_elsewhere_is_over_at_once(
    context: Context, new_browser: NewBrowser
) -> None:
    begin(context)
    here, there = new_browser(), new_browser()
    sign_in(here)
    sign_in(there)
    account = here.get("/en/me")
    (action,) = [
        form.action[3:] for form in account.forms if form.action.endswith("/end")
    ]

    told = here.send(account, action)

    assert "That session has ended." in told.text
    assert there.get("/en/me").path.startswith("/en/sign-in")
    assert here.get("/en/me").path == "/en/me"


def test_nobody_ends_the_session_of_another(
    context: Context, new_browser: NewBrowser
) -> None:
    begin(context)
    asha, meera = new_browser(), new_browser()
    sign_in(asha)
    sign_in(meera, MEERA)
    fields = meera.get("/en/me").form("/me").fields
    own = {"token": fields["token"], "once": fields["once"]}
    with db.reading(context.engine) as session:
        opened = store.open_sessions(session, None, context.clock.now())
        others = [row.id for row in opened if row.client]

    refused = meera.post(f"/en/me/sessions/{others[0]}/end", own)

    assert (len(others), refused.status) == (2, 422)
    assert asha.get("/en/me").path == "/en/me"


def test_sign_out_ends_the_session_for_whoever_kept_its_cookie(
    context: Context, browser: BrowserSession
) -> None:
    begin(context)
    sign_in(browser)
    kept = dict(browser.cookies)

    left = browser.send(browser.get("/en/me"), "/sign-out")
    browser.cookies = kept

    assert left.path.startswith("/en/sign-in")
    assert browser.get("/en/me").path.startswith("/en/sign-in")


def test_a_password_that_is_set_ends_the_sessions_and_is_the_one_that_counts(
    context: Context, browser: BrowserSession
) -> None:
    begin(context)
    sign_in(browser)
    page = browser.get("/en/password")

    different = browser.send(
        page,
        "/password",
        name=ASHA,
        proof=PASSWORD,
        password=OTHER_PASSWORD,
        password_again="another",
    )
    told = browser.send(
        different,
        "/password",
        name=ASHA,
        proof=PASSWORD,
        password=OTHER_PASSWORD,
        password_again=OTHER_PASSWORD,
    )

    assert different.status == 422
    assert "The two passwords are not the same." in different.text
    assert OTHER_PASSWORD not in different.html
    assert "Sign in with it." in told.text
    assert sign_in(browser).status == 422
    assert sign_in(browser, password=OTHER_PASSWORD).status == 200


@pytest.mark.faults
@pytest.mark.on_sqlite
def test_a_thousand_wrong_passwords_for_one_person_lock_nobody_else_out(
    context: Context, new_browser: NewBrowser, clock
) -> None:
    begin(context)
    attacker = new_browser()
    page = attacker.get("/en/sign-in")
    form = page.form(SIGN_IN)
    for attempt in range(1000):
        fields = {**form.fields, "name": ASHA, "password": f"guess {attempt}"}
        fields["once"] = f"key{attempt}"
        answer = attacker.post(form.action, fields)
        is_slowed = "from your network failed" in answer.text
        assert (answer.status, is_slowed) == (422, attempt >= FAILURES)
        assert is_slowed or REFUSED in answer.text

    elsewhere, beside = new_browser(), new_browser()
    elsewhere.address = "198.51.100.9"
    assert sign_in(elsewhere, MEERA).status == 200
    assert sign_in(beside, MEERA).status == 422
    clock.advance(timedelta(seconds=WINDOW))
    assert sign_in(beside, MEERA).status == 200
    with db.reading(context.engine) as session:
        asha = store.find_operator(session, ASHA)
    # Five are looked at; the clock stands, so all others came before the wait was over.
    assert asha is not None
    assert asha.failed_sign_ins == 5


def test_a_form_of_a_session_that_ended_is_shown_as_typed_after_the_sign_in(
    context: Context, browser: BrowserSession, clock
) -> None:
    add_factor_key(context)
    begin(context)
    sign_in(browser)
    account = browser.get("/en/me")
    clock.advance(timedelta(minutes=31))

    asked = browser.send(account, "/me", language="hi", shortcuts="on")
    resumed = browser.send(asked, SIGN_IN, name=ASHA, password=PASSWORD)
    stored = browser.send(resumed, "/me")

    assert asked.status == 401
    assert "What you typed is kept" in asked.text
    assert resumed.form("/me").fields["language"] == "hi"
    assert "look at it, and send it again" in resumed.text
    assert "Your choice is stored." in stored.text


def test_a_kept_form_is_not_shown_to_another_who_signs_in_with_the_same_browser(
    context: Context, browser: BrowserSession, clock
) -> None:
    add_factor_key(context)
    begin(context)
    sign_in(browser)
    account = browser.get("/en/me")
    clock.advance(timedelta(minutes=31))
    asked = browser.send(account, "/me", language="hi")

    landed = browser.send(asked, SIGN_IN, name=MEERA, password=PASSWORD)

    assert "What you typed is kept" in asked.text
    assert landed.path.startswith("/en/?done=")
    assert "look at it, and send it again" not in landed.text


def test_a_kept_form_outlives_a_wrong_password(
    context: Context, browser: BrowserSession, clock
) -> None:
    add_factor_key(context)
    begin(context)
    sign_in(browser)
    account = browser.get("/en/me")
    clock.advance(timedelta(minutes=31))
    asked = browser.send(account, "/me", language="hi")

    wrong = browser.send(asked, SIGN_IN, name=ASHA, password="not the password")
    resumed = browser.send(wrong, SIGN_IN, name=ASHA, password=PASSWORD)

    assert "What you typed is kept" in wrong.text
    assert resumed.form("/me").fields["language"] == "hi"


def test_a_form_that_is_too_long_to_be_kept_is_said_to_be_and_the_sign_in_goes_on(
    context: Context, browser: BrowserSession, clock
) -> None:
    add_factor_key(context)
    begin(context)
    sign_in(browser)
    account = browser.get("/en/me")
    clock.advance(timedelta(minutes=31))

    asked = browser.send(account, "/me", language="h" * 900_000)
    landed = browser.send(asked, SIGN_IN, name=ASHA, password=PASSWORD)

    assert (asked.status, "too long to be kept" in asked.text) == (401, True)
    assert landed.path.startswith("/en/?done=")


def test_a_form_of_no_session_is_not_kept(
    context: Context, browser: BrowserSession
) -> None:
    add_factor_key(context)
    begin(context)
    fields = browser.get("/en/sign-in").form(SIGN_IN).fields

    asked = browser.post("/en/me", {**fields, "language": "hi"})

    assert (asked.status, "What you typed is not kept" in asked.text) == (401, True)
    assert "kept" not in asked.form(SIGN_IN).fields


def test_a_kept_form_whose_page_cannot_be_shown_leaves_its_sender_signed_in(
    context: Context, browser: BrowserSession, clock
) -> None:
    add_factor_key(context)
    begin(context)
    sign_in(browser)
    fields = browser.get("/en/me").form("/me").fields
    clock.advance(timedelta(minutes=31))
    own = {"token": fields["token"], "once": fields["once"]}

    asked = browser.post("/en/staff/999999/sessions", own)
    landed = browser.send(asked, SIGN_IN, name=ASHA, password=PASSWORD)

    assert asked.status == 401
    assert landed.path.startswith("/en/?done=")
    assert browser.get("/en/me").path == "/en/me"


def test_a_kept_form_leads_to_its_page_in_the_other_languages(
    context: Context, browser: BrowserSession, clock
) -> None:
    add_factor_key(context)
    begin(context)
    sign_in(browser)
    account = browser.get("/en/me")
    clock.advance(timedelta(minutes=31))
    (form,) = [form for form in account.forms if form.action == "/en/me"]

    asked = browser.post("/en/me", form.fields)
    signed_out = browser.post("/en/me/sessions/1/end", form.fields)
    resumed = browser.send(asked, SIGN_IN, name=ASHA, password=PASSWORD)

    assert 'href="/mr/me"' in resumed.html
    assert 'href="/mr/sign-in"' not in resumed.html
    assert 'href="/mr/me"' in signed_out.html


def test_no_page_but_the_first_gives_a_browser_its_token(
    context: Context, browser: BrowserSession
) -> None:
    begin(context)
    first = browser.get("/en/sign-in")
    second = browser.get("/en/sign-in")
    sign_in(browser)

    assert "set-cookie" in first.headers
    assert "set-cookie" not in second.headers
    assert "set-cookie" not in browser.get("/en/me").headers


def test_what_is_encrypted_for_another_purpose_is_no_kept_form(
    context: Context, browser: BrowserSession
) -> None:
    add_factor_key(context)
    begin(context)
    key = sign_in_service.factor_key(context)
    page = browser.get("/en/sign-in")

    landed = browser.send(
        page,
        SIGN_IN,
        name=ASHA,
        password=PASSWORD,
        kept=second_factor.encrypt("SECRET", key),
    )

    assert landed.path.startswith("/en/?done=")


def test_a_kept_form_is_forgotten_after_a_quarter_of_an_hour(
    context: Context, browser: BrowserSession, clock
) -> None:
    add_factor_key(context)
    begin(context)
    sign_in(browser)
    account = browser.get("/en/me")
    clock.advance(timedelta(minutes=31))
    asked = browser.send(account, "/me", language="hi")

    clock.advance(timedelta(minutes=16))
    landed = browser.send(asked, SIGN_IN, name=ASHA, password=PASSWORD)

    assert landed.path.startswith("/en/?done=")
    assert "Today" in landed.text


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-in?next=/me"],
)
def test_a_sign_in_leads_to_no_other_server_and_not_to_itself(
    context: Context, browser: BrowserSession, wanted: str
) -> None:
    begin(context)
    page = browser.get("/en/sign-in")

    landed = browser.send(page, SIGN_IN, name=ASHA, password=PASSWORD, next=wanted)

    assert landed.path.split("?")[0] == "/en/"


def test_the_pages_of_one_session_are_not_those_of_a_shell(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, ASHA)
    browser.cookies["__Host-console"] = f"{ASHA}'s token"  # that of the shell

    assert browser.get("/en/me").path.startswith("/en/sign-in")
    assert commitments.list_commitments(context) == []
