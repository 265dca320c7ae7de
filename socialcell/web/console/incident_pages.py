"""Incidents: the list, and one as it is reported, with who takes charge of it."""

from typing import Annotated

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.alerts import incident_lines, incident_overview
from socialcell.services.outbox import acknowledgements
from socialcell.web.console import words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import MOST_DIGITS, PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_ALL = "all"
_AT_ONCE = 50
_MOST_NUMBERS = 500  # of incidents in an address


class ChargeForm(Form):
    """Taking charge of an incident, with a note for the log."""

    note: Annotated[str, Field(max_length=300)] = ""


def show_incidents(request: PageRequest) -> Answer:
    """Open incidents, all of them, or those that a figure counts (`ids`)."""
    context, lang, further = request.context, request.lang, 0
    if numbers := _numbers(request.query.get("ids", "")):
        shown = "counted"
        lines = incident_lines.list_numbered(context, lang, numbers)
    elif request.query.get("state") == _ALL:
        shown, before = _ALL, request.query_number("before")
        lines = incident_lines.list_page(context, lang, before, _AT_ONCE + 1)
        further = lines[_AT_ONCE - 1].id if len(lines) > _AT_ONCE else 0
        lines = lines[:_AT_ONCE]
    else:
        shown = "open"
        lines = sorted(
            incident_lines.list_lines(context, lang, incident_overview.OPEN),
            key=incident_lines.by_need,
        )
    return WebPage(
        "incidents.html", {"lines": lines, "shown": shown, "further": further}
    )


def _numbers(text: str) -> list[int]:
    """Numbers of incidents, separated by commas; what is none is left out."""
    parts = [part for part in text.split(",") if part.isascii() and part.isdecimal()]
    return [int(part) for part in parts[:_MOST_NUMBERS] if len(part) <= MOST_DIGITS]


def show_incident(request: PageRequest) -> Answer:
    """An incident as its letter reports it."""
    report = incident_overview.find_report(
        request.context, request.number("id"), request.lang
    )
    if report is None:
        raise NotFound
    line = report.line
    return WebPage(
        "incident.html",
        {
            "line": line,
            "letter": report.letter,
            "state": words.incident_state(line.standing, request.lang),
            "may_take": request.may(Permission.TRIAGE),
        },
    )


def act_take_charge(request: PageRequest, form: ChargeForm) -> Answer:
    """Acknowledge an incident: the calls stop."""
    id_ = request.number("id")
    is_first = acknowledgements.acknowledge(request.context, id_, form.note)
    notice = (
        request.lang.gettext("You have taken charge. No further call is made.")
        if is_first
        else request.lang.gettext("Somebody took charge before. Nothing was changed.")
    )
    return RedirectTo(f"/incidents/{id_}", notice)


ROWS: tuple[Row, ...] = (
    Screen("/incidents", Permission.READ, show_incidents),
    Screen("/incidents/{id:number}", Permission.READ, show_incident),
    Action(
        "/incidents/{id:number}/charge",
        Permission.TRIAGE,
        ChargeForm,
        act_take_charge,
        show_incident,
    ),
)
