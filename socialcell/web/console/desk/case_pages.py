"""One case: its conversations, how it was read, its clocks, steps and files."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcell.desk.case_states import (
    OPEN_STATES,
    WORKING_STATES,
    CaseState,
    next_states,
)
from socialcell.errors import UsageError
from socialcell.i18n import Language
from socialcell.roles import Permission
from socialcell.services import pseudonyms
from socialcell.services.desk.answers import hold_reasons
from socialcell.services.desk.closing import closing_calls
from socialcell.services.desk.pages import case_page
from socialcell.views.desk.case_view import (
    CaseHistory,
    CasePage,
    MessageView,
    SimilarCase,
    StepView,
)
from socialcell.views.mentions.mention_page_view import MentionReading, ReadingRecord
from socialcell.web.console.desk.case_forms import changes_since
from socialcell.web.console.desk.desk_words import DeskWords, few_desk_words
from socialcell.web.console.desk.step_words import closing_reason, step_by
from socialcell.web.pages.answers import Answer, Part, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen

PATH = "/cases/{number}"
_MICROS = 1_000_000


@dataclass(frozen=True)
class CaseReadingLine:
    """What the machine suggests of a field of a case, beside what the case says."""

    label: str
    machine: str
    ours: str
    is_doubtful: bool
    record: ReadingRecord | None


@dataclass(frozen=True)
class CaseAct:
    """Something that may be done to a case: the page or the part where it is done."""

    path: str
    key: str
    label: str


class SimilarLine:
    """A case that may be the same, with the reasons in words."""

    def __init__(self, other: SimilarCase, w: DeskWords) -> None:
        self.number, self.title, self.place = other.number, other.title, other.place
        self.state, self.opened_at = other.state, other.opened_at
        self.why = w.reasons(other.reasons)


def show_case(request: PageRequest) -> Answer:
    """One case as it stands."""
    page = read_case(request)
    words = few_desk_words(request.context, request.lang, _named(page))
    actor, visitor = request.context.actor, request.visitor
    names = case_page.operator_names(request.context)
    may_triage = visitor is not None and visitor.may(Permission.TRIAGE)
    return WebPage(
        "desk/case.html",
        {
            "page": page,
            "w": words,
            "reading": _reading_lines(page, words),
            "to_call": _to_be_called(page),
            "is_holder": page.case.holder_id == actor.id,
            "is_open": page.case.state in OPEN_STATES,
            "changed": changes_since(request, page),
            "may_triage": may_triage,
            "may_draft": request.may(Permission.DRAFT),
            "may_reveal": request.may(Permission.REVEAL)
            and page.case.state in OPEN_STATES,
            "may_take": page.case.state in OPEN_STATES
            and page.case.assignee_id is None
            and page.case.holder_id in (None, actor.id),
            "may_mark": request.may(Permission.CLAIM_DONE),
            "acts": _acts(CaseState(page.case.state), request.lang),
            "similar": [SimilarLine(other, words) for other in page.similar],
            "field_answers": _field_answers(request.lang),
            "step_reason": lambda step: _step_reason(request, step),
            "step_name": lambda step: _step_name(step, words, names, request.lang),
            "step_by": lambda by: step_by(by, request.lang, names.values()),
            "message_reason": lambda message: _message_reason(request, page, message),
            "money": lambda micros: in_rupees(request.lang, micros),
        },
    )


def _step_name(
    step: StepView, w: DeskWords, names: Mapping[int, str], lang: Language
) -> str:
    """What was done; of a case that was given to somebody, to whom."""
    if step.kind != "assign":
        return w.step(step.kind)
    assignee, team = step.detail.get("assignee"), step.detail.get("team")
    if isinstance(assignee, int) and assignee in names:
        return lang.gettext("Given to %(who)s", who=names[assignee])
    if isinstance(team, str):
        return lang.gettext("Given to %(who)s", who=w.team(team))
    return w.step(step.kind)


def _step_reason(request: PageRequest, step: StepView) -> str:
    """Why a step was taken, in the language of the page where it is kept as a code."""
    why = hold_reasons.reason_of(step.detail)
    if why is not None:
        return request.say(why)
    return closing_reason(step.reason, request.lang)


def _message_reason(
    request: PageRequest, page: CasePage, message: MessageView
) -> str | None:
    """Why an answer went back or did not leave, as its newest step says."""
    kind = hold_reasons.STOPPED.get(message.state)
    for step in reversed(page.steps):
        if step.kind == kind and step.detail.get("message") == message.id:
            return _step_reason(request, step)
    return message.reason


def read_history(request: PageRequest) -> CaseHistory:
    """The head and the steps of the case of a request's path. NotFound: none that this
    person may see."""
    number = str(request.params["number"])
    try:
        return case_page.read_history(request.context, number, places=request.places)
    except UsageError:
        raise NotFound from None


def read_case(request: PageRequest) -> CasePage:
    """The case of a request's path. NotFound: none that this person may see."""
    people = pseudonyms.load_people(request.context)
    number = str(request.params["number"])
    try:
        return case_page.read_page(
            request.context, people, number, places=request.places
        )
    except UsageError:
        raise NotFound from None


def _named(page: CasePage) -> set[str]:
    """The ids of areas and owners that the page of a case names."""
    case = page.case
    ids = {case.area, case.owner, case.team}
    ids |= {referral.body for referral in page.referrals}
    for kind in ("ward", "owner"):
        if (reading := page.readings.get(kind)) is not None:
            ids |= set(reading.suggested)
    for other in page.similar:
        places = other.reasons.get("places")
        ids |= set(map(str, places)) if isinstance(places, list) else set()
    return {id_ for id_ in ids if id_ is not None}


def _to_be_called(page: CasePage) -> set[int]:
    """The conversations whose newest closing question is to be asked by a call."""
    newest = {check.contact_id: check for check in page.checks}
    return {
        contact_id
        for contact_id, check in newest.items()
        if check.answer is None and check.way in closing_calls.BY_CALL
    }


def _reading_lines(page: CasePage, w: DeskWords) -> list[CaseReadingLine]:
    case, readings, _ = page.case, page.readings, w.lang.gettext

    def line(label: str, kind: str, ours: str) -> CaseReadingLine:
        reading: MentionReading | None = readings.get(kind)
        if reading is None:
            return CaseReadingLine(label, "", ours, False, None)
        suggested = w.labels(kind, reading.suggested)
        return CaseReadingLine(
            label, suggested, ours, reading.is_sure is False, reading.record
        )

    return [
        line(_("What is asked"), "intent", w.case_kind(case.kind)),
        line(_("Topic"), "topic", w.label("topic", case.topic) if case.topic else ""),
        CaseReadingLine(
            _("Priority"),
            w.priority(case.suggested_priority),
            w.priority(case.priority),
            False,
            None,
        ),
        line(_("Ward office"), "ward", w.area(case.area) if case.area else ""),
        line(_("Whose problem"), "owner", w.area(case.owner) if case.owner else ""),
    ]


def _acts(state: CaseState, lang: Language) -> list[CaseAct]:
    """What may be done to a case in its state: no work on one that has ended."""
    _ = lang.gettext
    acts = [
        CaseAct("/answer", "r", _("Answer")),
        CaseAct("#note", "n", _("Note")),
        CaseAct("/triage", "t", _("Triage")),
        CaseAct("/state", "s", _("State")),
    ]
    if state in OPEN_STATES:
        acts.append(CaseAct("/owner", "o", _("Give to")))
    if state in WORKING_STATES:
        acts.append(CaseAct("/field-link", "f", _("Field link")))
    if CaseState.RESOLVED_CLAIMED in next_states(state):
        acts.append(CaseAct("/done", "", _("Said to be done")))
    if CaseState.REFERRED in next_states(state):
        acts.append(CaseAct("/refer", "", _("Refer to another body")))
    return acts


def _field_answers(lang: Language) -> dict[str, str]:
    _ = lang.gettext
    return {
        "done": _("Done"),
        "needs_until": _("Needs more time"),
        "not_ours": _("Not ours"),
    }


def in_rupees(lang: Language, micros: int) -> str:
    """A price of a message."""
    return f"₹{lang.digits(f'{micros / _MICROS:.2f}')}"


def show_photo(request: PageRequest) -> Answer:
    """A photo of a case."""
    number, photo = str(request.params["number"]), request.number("photo")
    try:
        content = case_page.read_photo(
            request.context, number, photo, places=request.places
        )
    except UsageError:
        raise NotFound from None
    return Part(content, "image/jpeg")


_READ = Permission.READ
ROWS: tuple[Row, ...] = (
    Screen(PATH, _READ, show_case, is_scoped=True),
    Screen(f"{PATH}/photos/{{photo:number}}", _READ, show_photo, is_scoped=True),
)
