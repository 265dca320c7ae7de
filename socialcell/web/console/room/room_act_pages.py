"""What whoever leads an incident enters in its room: notes, claims, reports."""

from socialcell.roles import Permission
from socialcell.services.incident_room import (
    incident_claims,
    next_updates,
    room_notes,
    situation_reports,
)
from socialcell.web.console.room import room_forms as forms
from socialcell.web.console.room.room_pages import (
    CLAIM,
    LINE,
    REPORT,
    ROOM,
    show_claim,
    show_line,
    show_report,
    show_room,
)
from socialcell.web.console.typed_moment import maybe_moment, read_moment
from socialcell.web.pages.answers import Answer, RedirectTo
from socialcell.web.pages.forms import NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row


def act_note(request: PageRequest, form: forms.RoomNoteForm) -> Answer:
    """Note what was decided, done or said."""
    at = maybe_moment(request, "at", form.at)
    room_notes.add_note(request.context, request.number("id"), form.kind, form.note, at)
    return _back(request, request.lang.gettext("Noted."))


def act_claim(request: PageRequest, form: forms.ClaimForm) -> Answer:
    """Enter a claim that nobody has confirmed."""
    claim = incident_claims.add_claim(request.context, request.number("id"), form.claim)
    notice = request.lang.gettext("Entered as not confirmed. Say who is asked.")
    return _back(request, notice, f"/claims/{claim}")


def act_ask(request: PageRequest, form: forms.AskForm) -> Answer:
    """Note who was asked about a claim."""
    incident_claims.ask(
        request.context, request.number("id"), request.number("claim"), form.who
    )
    return _back(request, request.lang.gettext("Noted who was asked."))


def act_verdict(request: PageRequest, form: forms.VerdictForm) -> Answer:
    """Enter what a claim turned out to be."""
    incident_claims.decide(
        request.context,
        request.number("id"),
        request.number("claim"),
        form.verdict,
        form.source,
        form.correction,
    )
    return _back(request, request.lang.gettext("The verdict is entered."))


def act_correction(request: PageRequest, form: forms.CorrectionForm) -> Answer:
    """Enter what was said in public instead."""
    incident_claims.correct(
        request.context, request.number("id"), request.number("claim"), form.words
    )
    return _back(request, request.lang.gettext("The correction is entered."))


def act_promise(request: PageRequest, form: forms.PromiseForm) -> Answer:
    """Promise the next update by a time."""
    due_at = read_moment(request, "due", form.due)
    next_updates.promise_update(request.context, request.number("id"), due_at)
    notice = request.lang.gettext(
        "The next update is promised by %(at)s.", at=request.lang.when(due_at)
    )
    return _back(request, notice)


def act_draft(request: PageRequest, _form: NoFields) -> Answer:
    """Make the next report of what is known now."""
    number = situation_reports.draft_report(request.context, request.number("id"))
    notice = request.lang.gettext("Made of what is known now. Edit it, then issue it.")
    return _back(request, notice, f"/reports/{number}")


def act_line(request: PageRequest, form: forms.LineForm) -> Answer:
    """Write a line of a draft anew, in one language."""
    number = request.number("number")
    code = str(request.params["code"])
    situation_reports.edit_line(
        request.context,
        request.number("id"),
        number,
        code,
        request.number("line"),
        form.text,
        form.seen,
    )
    _ = request.lang.gettext
    notice = (
        _("The line is written anew.") if form.text else _("The line is taken out.")
    )
    return _back(request, notice, f"/reports/{number}")


def act_issue(request: PageRequest, form: forms.IssueForm) -> Answer:
    """Freeze a draft; the promised update is kept with it."""
    number = request.number("number")
    is_public = form.readers == "everybody"
    situation_reports.issue_report(
        request.context, request.number("id"), number, public=is_public, seen=form.seen
    )
    notice = request.lang.gettext(
        "Report %(n)s is issued and stays as it is.", n=request.lang.number(number)
    )
    return _back(request, notice, f"/reports/{number}")


def _back(request: PageRequest, notice: str, below: str = "") -> RedirectTo:
    return RedirectTo(f"/incidents/{request.number('id')}/room{below}", notice)


_LEAD = Permission.LEAD_INCIDENTS
ROWS: tuple[Row, ...] = (
    Action(f"{ROOM}/note", _LEAD, forms.RoomNoteForm, act_note, show_room),
    Action(f"{ROOM}/claim", _LEAD, forms.ClaimForm, act_claim, show_room),
    Action(f"{ROOM}/promise", _LEAD, forms.PromiseForm, act_promise, show_room),
    Action(f"{ROOM}/draft", _LEAD, NoFields, act_draft, show_room),
    Action(f"{CLAIM}/ask", _LEAD, forms.AskForm, act_ask, show_claim),
    Action(f"{CLAIM}/verdict", _LEAD, forms.VerdictForm, act_verdict, show_claim),
    Action(f"{CLAIM}/correct", _LEAD, forms.CorrectionForm, act_correction, show_claim),
    Action(LINE, _LEAD, forms.LineForm, act_line, show_line),
    Action(f"{REPORT}/issue", _LEAD, forms.IssueForm, act_issue, show_report),
)
