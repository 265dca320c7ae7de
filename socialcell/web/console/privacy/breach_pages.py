"""The breach register in the browser: list, entry, one breach, what was told."""

from typing import Annotated

from pydantic import Field

from socialcell.errors import UsageError
from socialcell.registers.breach_rules import Duty
from socialcell.roles import Permission
from socialcell.services.privacy import breach_letters, breaches
from socialcell.services.privacy.breaches import BreachDraft
from socialcell.web.console.privacy import register_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_LIST = "/privacy/breaches"
_ONE = "/privacy/breaches/{number}"
_ERASE = Permission.ERASE


class BreachForm(Form):
    """A breach in our words, without names."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    what: Annotated[str, Field(min_length=20, max_length=4000)]
    data: Annotated[str, Field(min_length=1, max_length=300)]
    measures: Annotated[str, Field(max_length=4000)] = ""


class ToldForm(Form):
    """Who was told, and how."""

    duty: Duty
    note: Annotated[str, Field(min_length=1, max_length=1000)]


def show_breaches(request: PageRequest) -> Answer:
    """All breaches, the open ones first, and the form for another."""
    lines = breaches.list_breaches(request.context)
    return WebPage("privacy/breaches.html", {"lines": lines, **_words(request)})


def act_enter(request: PageRequest, form: BreachForm) -> Answer:
    """Enter a breach that was noticed now."""
    kinds = tuple(kind.strip() for kind in form.data.split(",") if kind.strip())
    draft = BreachDraft(form.title, form.what, kinds, form.measures)
    line = breaches.enter_breach(request.context, draft)
    text = request.lang.gettext("Breach %(number)s is entered.", number=line.number)
    return RedirectTo(f"{_LIST}/{line.number}", text)


def show_breach(request: PageRequest) -> Answer:
    """One breach: what must be told, and the drafts of the letters."""
    number = str(request.params["number"])
    try:
        line = breaches.show_breach(request.context, number)
    except UsageError:
        raise NotFound from None
    drafts = breach_letters.draft_letters(request.context, number)
    own = [draft for draft in drafts if draft.language == request.lang.code]
    untold = [
        (entry.duty, register_words.duty(entry.duty, request.lang))
        for entry in line.duties
        if entry.told_at is None
    ]
    return WebPage(
        "privacy/breach.html",
        {"line": line, "drafts": own, "untold": untold, **_words(request)},
    )


def act_told(request: PageRequest, form: ToldForm) -> Answer:
    """Somebody was told now."""
    number = str(request.params["number"])
    line = breaches.enter_told(request.context, number, form.duty, form.note)
    return RedirectTo(f"{_LIST}/{line.number}", request.lang.gettext("It is noted."))


def _words(request: PageRequest) -> dict[str, object]:
    return {"duty": lambda id_: register_words.duty(id_, request.lang)}


ROWS: tuple[Row, ...] = (
    Screen(_LIST, _ERASE, show_breaches),
    Action(_LIST, _ERASE, BreachForm, act_enter, show_breaches),
    Screen(_ONE, _ERASE, show_breach),
    Action(f"{_ONE}/told", _ERASE, ToldForm, act_told, show_breach),
)
