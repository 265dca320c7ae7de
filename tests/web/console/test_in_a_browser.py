"""The console in Chromium: by keyboard alone, without scripts, with its keys on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.listening.alerts.model import Incident
from socialcell.services.context import Context
from socialcell.services.operators import browser_sessions
from socialcell.web.console import console_server
from tests.operator_accounts import (
    ASHA,
    PASSWORD,
    add_factor_key,
    begin,
    hash_cheaply,
)
from tests.reports.browser import browser

pytestmark = [pytest.mark.faults, pytest.mark.browser]
TAB, ENTER = "\ue004", "\ue007"


@pytest.fixture(autouse=True)
def _cheap_hashes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        hash_cheaply(patch)
        yield


@pytest.fixture
def address(context: Context) -> Iterator[str]:
    with console_server.serving(context) as address:
        yield address


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Any]:
    with browser(1280, tmp_path / "profile") as driver:
        yield driver


def press(driver: Any, *keys: str) -> None:
    """Press keys, wherever the focus is."""
    from selenium.webdriver import ActionChains

    for key in keys:
        ActionChains(driver).send_keys(key).perform()


def wait_for(driver: Any, words: str) -> None:
    """Until a page with these words is there."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 30).until(lambda shown: words in shown.page_source)


def focus_on(driver: Any, name: str) -> None:
    """Go on by Tab until the field or button of this name or text has the focus."""
    for _ in range(60):
        element = driver.switch_to.active_element
        if name in (element.get_attribute("name"), element.text):
            return
        press(driver, TAB)
    raise AssertionError(f"{name} is not reached by Tab")


def sign_in(
    driver: Any, address: str, code: str = "", *, is_refused: bool = False
) -> None:
    """By the keyboard alone."""
    driver.get(f"{address}/en/sign-in")
    focus_on(driver, "name")
    press(driver, *ASHA, TAB, *PASSWORD, TAB, *code, TAB, ENTER)
    wait_for(driver, "Error: Sign in" if is_refused else "My account")


def test_a_person_signs_in_with_password_and_code_by_the_keyboard_alone(
    context: Context, address: str, driver: Any
) -> None:
    add_factor_key(context)
    asha, _meera = begin(context)
    asha.set_up_factor(context)
    recovery = asha.recovery[0]

    sign_in(driver, address, is_refused=True)
    without_code = driver.title
    sign_in(driver, address, recovery)

    assert without_code.startswith("Error:")
    assert driver.title.startswith("Today")
    cookie = next(c for c in driver.get_cookies() if c["name"] == "__Host-console")
    assert (cookie["httpOnly"], cookie["secure"], cookie["path"]) == (True, True, "/")


def test_an_authenticators_code_and_a_recovery_code_are_good_once(
    context: Context, clock: FixedClock, address: str, driver: Any
) -> None:
    add_factor_key(context)
    asha, _meera = begin(context)
    asha.set_up_factor(context)
    assert asha.secret is not None
    recovery = asha.recovery.pop()
    clock.advance(timedelta(minutes=1))  # the code of this moment was given already
    code = pyotp.TOTP(asha.secret).at(int(clock.now().timestamp()))
    titles = []

    for second_factor, is_refused in (
        (code, False),
        (code, True),
        (recovery, False),
        (recovery, True),
    ):
        driver.delete_all_cookies()
        sign_in(driver, address, second_factor, is_refused=is_refused)
        titles.append(driver.title.partition(" ")[0])

    assert titles == ["Today", "Error:", "Today", "Error:"]


def test_a_session_that_is_ended_from_elsewhere_is_over_in_this_browser(
    context: Context, address: str, driver: Any
) -> None:
    asha, _meera = begin(context)
    sign_in(driver, address)
    elsewhere = asha.sign_in(context)
    for each in browser_sessions.own_sessions(elsewhere):
        if each.id != elsewhere.actor.session_id:
            browser_sessions.end_session(elsewhere, each.id)

    driver.get(f"{address}/en/mentions")
    wait_for(driver, 'name="password"')

    assert driver.title.startswith("Sign in")


def test_after_a_refused_form_the_list_of_what_is_wrong_has_the_focus(
    context: Context, address: str, driver: Any
) -> None:
    begin(context)

    driver.get(f"{address}/en/sign-in")
    focus_on(driver, "name")
    press(driver, *ASHA, TAB, *"not the password", TAB, TAB, ENTER)
    wait_for(driver, "Error: Sign in")

    focused = driver.switch_to.active_element
    assert "errors" in focused.get_attribute("class")
    assert driver.find_element("name", "name").get_attribute("value") == ASHA
    assert driver.find_element("name", "password").get_attribute("value") == ""


def test_without_scripts_every_page_and_form_works(
    context: Context, address: str, driver: Any
) -> None:
    begin(context)
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})

    sign_in(driver, address)
    driver.get(f"{address}/en/me")
    driver.find_element("css selector", "main select").send_keys("मराठी")
    driver.find_element("css selector", "section.card button").click()

    wait_for(driver, "Your choice is stored.")
    assert "done=" in driver.current_url


def test_keys_act_once_they_are_switched_on_and_never_in_a_field(
    context: Context, address: str, driver: Any
) -> None:
    begin(context)
    sign_in(driver, address)

    press(driver, "g", "i")
    off = driver.title
    driver.get(f"{address}/en/me")
    driver.find_element("name", "shortcuts").click()
    driver.find_element("css selector", "section.card button").click()
    wait_for(driver, "Your choice is stored.")
    press(driver, "g", "m")
    wait_for(driver, 'id="f-query"')
    on = driver.title
    press(driver, "/")
    press(driver, *"g i")

    assert off.startswith("Today")
    assert on.startswith("Mentions")
    assert driver.find_element("name", "query").get_attribute("value") == "g i"


def test_an_open_page_says_what_is_new_and_moves_nothing(
    context: Context, clock: FixedClock, address: str, driver: Any
) -> None:
    begin(context)
    sign_in(driver, address)
    focus_on(driver, "Renew")

    with db.writing(context.engine) as session:
        opened = {"opened_at": clock.now(), "last_at": clock.now()}
        row = {"kind": "source", "subject": "source:x", "severity": "medium"}
        session.add(Incident(state="open", **row, **opened))
    driver.execute_script("document.dispatchEvent(new Event('visibilitychange'))")
    wait_for(driver, "Incidents have changed: show</a>")

    assert driver.title == "Incidents have changed: show · Today · socialcell"
    assert driver.switch_to.active_element.text == "Renew"
    assert "Looked for news at" in driver.page_source
    driver.find_element("link text", "Incidents have changed: show").click()
    wait_for(driver, "Nothing comes from x")
    assert driver.title == "Today · socialcell"
