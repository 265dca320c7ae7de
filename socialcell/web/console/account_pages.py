"""What belongs to whoever is signed in: sessions, authenticator, language, keys."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from socialcell.services.links import qr_codes
from socialcell.services.operators import browser_sessions, own_access
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, OpenTo, Row, Screen

_SIGNED_IN = OpenTo.SIGNED_IN
_SECRET = re.compile("^[A-Z2-7]{32}$")  # as `begin_factor` makes it


class PreferenceForm(Form):
    """The language of pages, and whether keys act."""

    language: Literal["mr", "hi", "en"]
    shortcuts: Annotated[bool, BeforeValidator(lambda text: text == "on")] = False


class FactorForm(Form):
    """The first code of an authenticator with this secret."""

    secret: Annotated[str, Field(pattern=_SECRET.pattern)]
    code: Annotated[str, Field(min_length=1, max_length=20)]


def show_account(request: PageRequest) -> Answer:
    """Sessions, second factor, language and keys of whoever is signed in."""
    context = request.context
    return WebPage(
        "account.html",
        {
            "sessions": browser_sessions.own_sessions(context),
            "has_factor": own_access.has_factor(context, context.actor.id or 0),
        },
    )


def act_end_session(request: PageRequest, _form: NoFields) -> Answer:
    """End one's own session elsewhere."""
    browser_sessions.end_session(request.context, request.number("id"))
    return RedirectTo("/me", request.lang.gettext("That session has ended."))


def act_prefer(request: PageRequest, form: PreferenceForm) -> Answer:
    """Store the language and whether keys act."""
    browser_sessions.prefer(request.context, form.language, form.shortcuts)
    return RedirectTo("/me", request.lang.gettext("Your choice is stored."))


def show_factor(request: PageRequest) -> Answer:
    """A new authenticator, which waits for its first code."""
    secret = request.typed.get("secret", "")
    factor = (
        own_access.factor_of(request.context, secret)
        if _SECRET.fullmatch(secret)
        else own_access.begin_factor(request.context)
    )
    side, squares = qr_codes.qr_squares(factor.address)
    return WebPage(
        "factor.html", {"factor": factor, "qr_side": side, "qr_path": squares}
    )


def act_factor(request: PageRequest, form: FactorForm) -> Answer:
    """Confirm the authenticator; its recovery codes are shown this once."""
    factor = own_access.factor_of(request.context, form.secret)
    codes = own_access.confirm_factor(request.context, factor, form.code)
    return WebPage("recovery_codes.html", {"codes": codes})


def show_keys(_request: PageRequest) -> Answer:
    """The keys that act on pages, when they are on."""
    return WebPage("keys.html")


ROWS: tuple[Row, ...] = (
    Screen("/me", _SIGNED_IN, show_account),
    Action("/me", _SIGNED_IN, PreferenceForm, act_prefer, show_account),
    Action(
        "/me/sessions/{id:number}/end",
        _SIGNED_IN,
        NoFields,
        act_end_session,
        show_account,
    ),
    Screen("/me/authenticator", _SIGNED_IN, show_factor),
    Action("/me/authenticator", _SIGNED_IN, FactorForm, act_factor, show_factor),
    Screen("/keys", _SIGNED_IN, show_keys),
)
