"""People of the cell at the console in Chromium: they open pages and send forms."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from socialcell.roles import ALL, Role
from socialcell.services.context import Context
from socialcell.web.console import console_server
from tests import operators
from tests.reports.browser import browser

COOKIE = "__Host-console"


class DeskBrowser:
    """A window in which one person after the other works."""

    def __init__(self, driver: Any, address: str, context: Context, code: str) -> None:
        self.driver, self.address, self.code = driver, address, code
        self._context = context

    def become(self, name: str, *roles: Role, scope: str = ALL) -> None:
        """From now on this person works in the window, signed in."""
        token = operators.browser_token(self._context, name, *roles, scope=scope)
        self.driver.get(f"{self.address}/{self.code}/sign-in")
        self.driver.add_cookie(
            {"name": COOKIE, "value": token, "secure": True, "path": "/"}
        )

    def leave(self) -> None:
        """Nobody is signed in any more."""
        self.driver.delete_all_cookies()

    def open(self, path: str) -> None:
        """A page of the console."""
        self.driver.get(f"{self.address}/{self.code}{path}")
        assert self.driver.find_elements("tag name", "h1"), self.text

    def follow(self, address: str) -> None:
        """An address as somebody was given it, or its path."""
        path = address.partition("://")[2].partition("/")[2] or address.lstrip("/")
        self.driver.get(f"{self.address}/{path}")

    @property
    def text(self) -> str:
        """The words of the page, as they are seen."""
        return str(self.driver.find_element("tag name", "body").text)

    @property
    def path(self) -> str:
        """The path of the page without its language."""
        address = str(self.driver.current_url).removeprefix(self.address)
        return address.partition("?")[0][3:]

    def send(self, action: str, **typed: str) -> None:
        """Fill in the form that goes to this path and send it. Of several, the one
        whose hidden fields are as typed."""
        form = self._form(action, typed)
        for name, text in typed.items():
            self._fill(form, name, text)
        self._press(form)

    def send_here(self, **typed: str) -> None:
        """The same with the only form of the main part of a page."""
        form = self.driver.find_element("css selector", "main form")
        for name, text in typed.items():
            self._fill(form, name, text)
        self._press(form)

    def _press(self, form: Any) -> None:
        from selenium.webdriver.support import expected_conditions
        from selenium.webdriver.support.ui import WebDriverWait

        page = self.driver.find_element("tag name", "html")
        button = form.find_element("css selector", "button")
        self.driver.execute_script("arguments[0].click()", button)
        WebDriverWait(self.driver, 60).until(expected_conditions.staleness_of(page))

    def _form(self, action: str, typed: dict[str, str]) -> Any:
        forms = self.driver.find_elements(
            "css selector", f'main form[action$="{action}"]'
        )
        assert forms, f"no form goes to {action}: {self.text}"
        return next(form for form in forms if self._fits(form, typed))

    def _fits(self, form: Any, typed: dict[str, str]) -> bool:
        hidden = form.find_elements("css selector", "input[type=hidden]")
        values = {e.get_attribute("name"): e.get_attribute("value") for e in hidden}
        return all(values.get(name, text) == text for name, text in typed.items())

    def _fill(self, form: Any, name: str, text: str) -> None:
        from selenium.webdriver.support.ui import Select

        element = form.find_element("name", name)
        kind = element.get_attribute("type")
        if element.tag_name == "select":
            Select(element).select_by_value(text)
        elif kind == "radio":
            choice = f'input[name="{name}"][value="{text}"]'
            form.find_element("css selector", choice).click()
        elif kind == "file":
            element.send_keys(text)
        elif kind == "datetime-local":  # its keys depend on the browser's own language
            self.driver.execute_script(
                "arguments[0].value = arguments[1]", element, text
            )
        elif kind != "hidden":
            element.clear()
            element.send_keys(text)


@contextmanager
def desk_browser(
    context: Context,
    profile: Path,
    *,
    code: str = "en",
    width: int = 1280,
    scripts: bool = True,
) -> Iterator[DeskBrowser]:
    """A window at the console of a workspace; the test is skipped without Chromium."""
    with (
        browser(width, profile) as driver,
        console_server.serving(context) as address,
    ):
        if not scripts:
            off = {"value": True}
            driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", off)
        yield DeskBrowser(driver, address, context, code)
