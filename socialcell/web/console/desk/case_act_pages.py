"""What is done to a case from its page: notes, triage, state, owner, joining."""

from socialcell.desk.case_states import CaseState, next_states
from socialcell.roles import Permission
from socialcell.services.desk import (
    case_grouping,
    case_queue,
    case_reading,
    case_triage,
)
from socialcell.services.desk.case_triage import TriageDraft
from socialcell.services.desk.pages import case_page
from socialcell.views.desk.case_view import CaseSummary
from socialcell.web.console.desk import case_forms as forms
from socialcell.web.console.desk.case_pages import PATH, read_history, show_case
from socialcell.web.console.desk.desk_words import (
    CASE_KINDS,
    CELL,
    PRIORITIES,
    load_desk_words,
)
from socialcell.web.console.desk.place_notice import add_unknown_place
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen


def _number(request: PageRequest) -> str:
    return str(request.params["number"])


def _back(request: PageRequest, notice: str) -> RedirectTo:
    return RedirectTo(f"/cases/{_number(request)}", notice)


def act_note(request: PageRequest, form: forms.NoteForm) -> Answer:
    """Write a note into a case."""
    case_triage.add_note(request.context, _number(request), form.text, form.rev)
    return _back(request, request.lang.gettext("Your note stands in the case."))


def show_triage(request: PageRequest) -> Answer:
    """What a case is, to be decided by a person."""
    page, words = read_history(request), load_desk_words(request.context, request.lang)
    _, unknown = request.lang.gettext, ("", request.lang.gettext("not known"))
    changed = forms.changes_since(request, page)
    return WebPage(
        "desk/case_triage.html",
        {
            "page": page,
            "w": words,
            "changed": changed,
            "own": changed.typed_here(request.typed) if changed else request.typed,
            "kinds": [(kind, words.case_kind(kind)) for kind in CASE_KINDS],
            "priorities": [(p, words.priority(p)) for p in PRIORITIES],
            "topics": [unknown, *words.choices("topic")],
            "areas": [unknown, *words.ward_offices()],
            "owners": [("", _("not known")), *words.departments(), *words.bodies()],
        },
    )


def act_triage(request: PageRequest, form: forms.TriageForm) -> Answer:
    """Decide what a case is. What was left as it stands is no decision about place and
    owner: these may follow from the rest."""
    number = _number(request)
    case = read_history(request).case
    draft = _draft(form, case)
    case_triage.triage(request.context, number, draft, form.rev)
    notice = request.lang.gettext("Your decision is in force.")
    if draft.point is None and _decided(read_history(request).case) == _decided(case):
        notice = request.lang.gettext(
            "Nothing was changed: you confirmed the case as it stands."
        )
    return _back(request, add_unknown_place(request, notice, draft.place or ""))


def _draft(form: forms.TriageForm, case: CaseSummary) -> TriageDraft:
    return TriageDraft(
        kind=form.kind,
        topic=form.topic,
        priority=form.priority,
        area=_new(form.area, case.area),
        place=_new(form.place, case.place),
        owner=_new(form.owner, case.owner),
        summary=_new(form.summary, case.title),
        point=case_reading.read_coordinates(form.latitude, form.longitude),
    )


def _decided(case: CaseSummary) -> tuple[object, ...]:
    """What a triage decides about, as it stands."""
    return (
        *(case.state, case.kind, case.topic, case.priority, case.area, case.place),
        *(case.owner, case.title),
    )


def _new(typed: str, before: str | None) -> str | None:
    return None if typed == (before or "") else typed


def show_state(request: PageRequest) -> Answer:
    """Where a case stands, and what may follow."""
    page, words = read_history(request), load_desk_words(request.context, request.lang)
    following = next_states(CaseState(page.case.state)) & case_triage.BY_HAND
    return WebPage(
        "desk/case_state.html",
        {
            "page": page,
            "w": words,
            "changed": forms.changes_since(request, page),
            "states": words.states(following),
        },
    )


def act_state(request: PageRequest, form: forms.StateForm) -> Answer:
    """Say where a case stands."""
    case_triage.change_state(
        request.context, _number(request), form.state, form.reason, form.rev
    )
    words = load_desk_words(request.context, request.lang)
    notice = request.lang.gettext(
        "The case now stands at: %(state)s.", state=words.state(form.state)
    )
    return _back(request, notice)


def show_owner(request: PageRequest) -> Answer:
    """Who has a case, to give it to somebody else."""
    page, words = read_history(request), load_desk_words(request.context, request.lang)
    _ = request.lang.gettext
    names = case_page.list_assignees(request.context)
    return WebPage(
        "desk/case_owner.html",
        {
            "page": page,
            "w": words,
            "changed": forms.changes_since(request, page),
            "names": [("", _("nobody by name")), *((name, name) for name in names)],
            "teams": [(CELL, words.team(CELL)), *words.departments()],
        },
    )


def act_owner(request: PageRequest, form: forms.AssignForm) -> Answer:
    """Give a case to an operator or a team."""
    is_new = case_triage.assign(
        request.context,
        _number(request),
        to=form.to or None,
        team=form.team or None,
        reason=form.reason,
        rev=form.rev,
    )
    words, _ = load_desk_words(request.context, request.lang), request.lang.gettext
    who = form.to or words.team(form.team)
    if is_new:
        return _back(request, _("The case is given to %(who)s.", who=who))
    return _back(
        request, _("%(who)s has this case already: nothing was changed.", who=who)
    )


def act_take(request: PageRequest, _form: forms.CaseForm) -> Answer:
    """Take a case: nobody else works on it while you do."""
    case_queue.take(request.context, [_number(request)])
    return _back(request, request.lang.gettext("You have this case now."))


def act_similar(request: PageRequest, form: forms.SimilarForm) -> Answer:
    """Say whether another case is the same."""
    is_same = form.same == "yes"
    number = _number(request)
    case_grouping.decide_suggestion(
        request.context, number, form.other, same=is_same, rev=form.rev
    )
    _ = request.lang.gettext
    if not is_same:
        return _back(request, _("They stay two cases, and are not suggested again."))
    into = min(number, form.other)
    return RedirectTo(
        f"/cases/{into}", _("They are one case now. It can be undone for 30 days.")
    )


def act_split(request: PageRequest, form: forms.SplitForm) -> Answer:
    """Make a conversation a case of its own."""
    new = case_grouping.split(
        request.context, _number(request), form.contact, form.reason, form.rev
    )
    notice = request.lang.gettext("This conversation is a case of its own now.")
    return RedirectTo(f"/cases/{new}", notice)


def act_unmerge(request: PageRequest, form: forms.CaseReasonForm) -> Answer:
    """Take a joined case out again."""
    case_grouping.unmerge(request.context, _number(request), form.reason, form.rev)
    notice = request.lang.gettext("The case stands by itself again.")
    return _back(request, notice)


_TRIAGE = Permission.TRIAGE
ROWS: tuple[Row, ...] = (
    Action(f"{PATH}/note", _TRIAGE, forms.NoteForm, act_note, show_case, True),
    Screen(f"{PATH}/triage", _TRIAGE, show_triage, is_scoped=True),
    Action(f"{PATH}/triage", _TRIAGE, forms.TriageForm, act_triage, show_triage, True),
    Screen(f"{PATH}/state", _TRIAGE, show_state, is_scoped=True),
    Action(f"{PATH}/state", _TRIAGE, forms.StateForm, act_state, show_state, True),
    Screen(f"{PATH}/owner", _TRIAGE, show_owner, is_scoped=True),
    Action(f"{PATH}/owner", _TRIAGE, forms.AssignForm, act_owner, show_owner, True),
    Action(f"{PATH}/take", _TRIAGE, forms.CaseForm, act_take, show_case, True),
    Action(f"{PATH}/similar", _TRIAGE, forms.SimilarForm, act_similar, show_case, True),
    Action(f"{PATH}/split", _TRIAGE, forms.SplitForm, act_split, show_case, True),
    Action(
        f"{PATH}/unmerge", _TRIAGE, forms.CaseReasonForm, act_unmerge, show_case, True
    ),
)
