"""One case: its conversations, how it was read, its clocks, steps and files."""

from dataclasses import dataclass

from socialcell.errors import UsageError
from socialcell.i18n import Language
from socialcell.roles import Permission
from socialcell.services import pseudonyms
from socialcell.services.desk import case_page
from socialcell.views.desk.case_view import CasePage
from socialcell.views.mentions.mention_page_view import MentionReading, ReadingRecord
from socialcell.web.console.desk.desk_words import DeskWords, load_desk_words
from socialcell.web.pages.answers import Answer, WebPage
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


def show_case(request: PageRequest) -> Answer:
    """One case as it stands."""
    page = read_case(request)
    words = load_desk_words(request.context, request.lang)
    actor = request.context.actor
    return WebPage(
        "desk/case.html",
        {
            "page": page,
            "w": words,
            "reading": _reading_lines(page, words),
            "is_holder": page.case.holder_id == actor.id,
            "field_answers": _field_answers(request.lang),
            "money": lambda micros: _rupees(request.lang, micros),
        },
    )


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


def _field_answers(lang: Language) -> dict[str, str]:
    _ = lang.gettext
    return {
        "done": _("Done"),
        "needs_until": _("Needs more time"),
        "not_ours": _("Not ours"),
    }


def _rupees(lang: Language, micros: int) -> str:
    return f"₹{lang.digits(f'{micros / _MICROS:.2f}')}"


ROWS: tuple[Row, ...] = (Screen(PATH, Permission.READ, show_case, is_scoped=True),)
