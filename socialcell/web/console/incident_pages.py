"""Incidents: the list, and one as it is reported, with who takes charge of it."""

import json
from typing import Annotated

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.alerts import (
    incident_changes,
    incident_lines,
    incident_overview,
)
from socialcell.services.incident_room import incident_cases
from socialcell.services.outbox import acknowledgements
from socialcell.web.console import words
from socialcell.web.pages.answers import Answer, Part, RedirectTo, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import MOST_DIGITS, PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen
from socialcell.web.pages.state_words import case_states

_ALL = "all"
_AT_ONCE = 50
_MOST_NUMBERS = 500  # of incidents in an address


class ChargeForm(Form):
    """Taking charge of an incident, with a note for the log."""

    note: Annotated[str, Field(max_length=300)] = ""


def show_incidents(request: PageRequest) -> Answer:
    """Open incidents, all of them, or those that a figure counts (`ids`)."""
    context, lang, further = request.context, request.lang, 0
    mark = incident_changes.read_mark(context)
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
        "incidents.html",
        {"lines": lines, "shown": shown, "further": further, "mark": mark},
    )


def get_changes(request: PageRequest) -> Answer:
    """What has changed since the page was made that asks, in its words."""
    changes = incident_changes.changes_since(
        request.context, request.query.get("mark", "")
    )
    lang, news = request.lang, ""
    if changes.dangers:
        news = lang.ngettext(
            "%(n)s new danger to life: show",
            "%(n)s new dangers to life: show",
            changes.dangers,
        )
    elif changes.is_any:
        news = lang.gettext("Incidents have changed: show")
    now = lang.clock(request.context.clock.now())
    checked = lang.gettext("Looked for news at %(at)s.", at=now)
    body = json.dumps({"news": news, "checked": checked}, ensure_ascii=False)
    return Part(body.encode(), "application/json")


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
            "cases": incident_cases.read_cases(
                request.context, line.id, request.lang.code
            ),
            "case_states": case_states(request.lang),
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
    Screen("/incidents/changes", Permission.READ, get_changes, is_background=True),
    Screen("/incidents/{id:number}", Permission.READ, show_incident),
    Action(
        "/incidents/{id:number}/charge",
        Permission.TRIAGE,
        ChargeForm,
        act_take_charge,
        show_incident,
    ),
)
