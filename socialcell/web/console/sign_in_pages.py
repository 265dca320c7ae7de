"""Sign in, sign out, and set a password with a code."""

from typing import Annotated

from pydantic import Field

from socialcell.services.operators import browser_sign_in, sign_in
from socialcell.services.operators.browser_sign_in import Browser
from socialcell.services.operators.sign_in import CodeNeeded
from socialcell.web.pages.addresses import is_own_path
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, OpenTo, Row, Screen

_PATH = "/sign-in"
_Password = Annotated[str, Field(min_length=1, max_length=1000)]


class SignInForm(Form):
    """Name, password, and a code where there is a second factor; where to go then."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    password: _Password
    code: Annotated[str, Field(max_length=100)] = ""
    next: Annotated[str, Field(max_length=2000)] = "/"


class PasswordForm(Form):
    """A new password, with a one-time code or the present password as proof."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    proof: _Password
    password: _Password
    password_again: _Password
    code: Annotated[str, Field(max_length=100)] = ""


def show_sign_in(request: PageRequest) -> Answer:
    """The page to sign in; afterwards the page that was wanted."""
    target = request.typed.get("next") or request.query.get("next") or "/"
    values = {"next": _checked_path(target), "kept_form": request.kept_form}
    return WebPage("sign_in.html", values)


def act_sign_in(request: PageRequest, form: SignInForm) -> Answer:
    """Open a session for this browser."""
    try:
        opened = browser_sign_in.sign_in_browser(
            request.context, form.name, form.password, form.code, _browser(request)
        )
    except CodeNeeded as needed:
        raise FormRefused(("code", request.say(needed.message))) from None
    return RedirectTo(_checked_path(form.next), session=opened.token)


def _browser(request: PageRequest) -> Browser:
    return Browser(request.user_agent, request.client)


def _checked_path(path: str) -> str:
    return path if is_own_path(path) and not path.startswith(_PATH) else "/"


def act_sign_out(request: PageRequest, _form: NoFields) -> Answer:
    """End the session of this browser."""
    sign_in.end_own_session(request.context)
    return RedirectTo(_PATH, session="")


def show_password(_request: PageRequest) -> Answer:
    """The page to set a password."""
    return WebPage("password.html")


def act_password(request: PageRequest, form: PasswordForm) -> Answer:
    """Set a password; every session of the person ends."""
    if form.password != form.password_again:
        text = request.lang.gettext("The two passwords are not the same.")
        raise FormRefused(("password_again", text))
    try:
        browser_sign_in.set_password(
            request.context,
            form.name,
            form.proof,
            form.password,
            form.code,
            _browser(request),
        )
    except CodeNeeded as needed:
        raise FormRefused(("code", request.say(needed.message))) from None
    notice = request.lang.gettext("The password is set. Sign in with it.")
    return RedirectTo(_PATH, notice)


ROWS: tuple[Row, ...] = (
    Screen(_PATH, OpenTo.PUBLIC, show_sign_in),
    Action(_PATH, OpenTo.PUBLIC, SignInForm, act_sign_in, show_sign_in),
    Action("/sign-out", OpenTo.SIGNED_IN, NoFields, act_sign_out, show_sign_in),
    Screen("/password", OpenTo.PUBLIC, show_password),
    Action("/password", OpenTo.PUBLIC, PasswordForm, act_password, show_password),
)
