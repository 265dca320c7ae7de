"""An officer leaves: what would be, and then in one step access ends and open work
passes to a colleague."""

from typing import Annotated

from pydantic import Field

from socialcell.services.handover import officer_handover
from socialcell.services.handover.officer_handover import HandOver, ScopedRole
from socialcell.services.operators import listing, scopes
from socialcell.services.operators.scopes import ScopePlace
from socialcell.web.console.office import staff_words
from socialcell.web.console.office.staff_pages import MAY, ONE, operator_of
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = f"{ONE}/hand-over"


class ColleagueForm(Form):
    """Who takes over, by name."""

    to: Annotated[str, Field(min_length=1, max_length=200)]


class HandOverForm(ColleagueForm):
    """The same, with the name of who leaves, written once more."""

    again: Annotated[str, Field(max_length=200)] = ""


def show_hand_over(request: PageRequest) -> Answer:
    """Who might take over."""
    leaving = operator_of(request)
    colleagues = [
        (line.name, line.name)
        for line in listing.list_operators(request.context)
        if line.id != leaving.id and line.state == "active"
    ]
    return WebPage(
        "staff_hand_over.html", {"operator": leaving, "colleagues": colleagues}
    )


def act_look(request: PageRequest, form: ColleagueForm) -> Answer:
    """What the step would do; nothing is changed."""
    leaving = operator_of(request)
    result = officer_handover.hand_over(
        request.context, leaving.name, form.to, dry_run=True
    )
    return _page("staff_hand_over_look.html", request, result)


def act_hand_over(request: PageRequest, form: HandOverForm) -> Answer:
    """End access and pass work on; renewed tokens are shown this once."""
    leaving = operator_of(request)
    if form.again.casefold() != leaving.name.casefold():
        text = request.lang.gettext(
            "What you wrote is not the name of who leaves. Nothing was changed."
        )
        raise FormRefused(("", text))
    result = officer_handover.hand_over(request.context, leaving.name, form.to)
    return _page("staff_handed_over.html", request, result)


def _page(template: str, request: PageRequest, result: HandOver) -> WebPage:
    places = scopes.list_places(request.context)

    return WebPage(
        template,
        {
            "operator": operator_of(request),
            "result": result,
            "roles": [_role(role, places, request) for role in result.roles],
            "lacking": [_role(role, places, request) for role in result.lacking],
        },
    )


def _role(role: ScopedRole, places: list[ScopePlace], request: PageRequest) -> str:
    """A role with its scope in words."""
    words = staff_words.role_name(role.role, request.lang)
    place = scopes.place_name(places, role.scope, request.lang.code)
    return f"{words} ({place})" if place else words


ROWS: tuple[Row, ...] = (
    Screen(_PATH, MAY, show_hand_over),
    Action(f"{_PATH}/look", MAY, ColleagueForm, act_look, show_hand_over),
    Action(_PATH, MAY, HandOverForm, act_hand_over, show_hand_over),
)
