"""PMC Care by file: where it and the cases differ, and the files that go there."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from socialcell.desk.care_file import CareReject
from socialcell.i18n import Language
from socialcell.roles import Permission
from socialcell.services.desk.care import care_differences, care_in, care_out
from socialcell.services.desk.care.care_in import CareImport
from socialcell.web.console.desk.desk_words import few_desk_words
from socialcell.web.pages.answers import Answer, Download, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row, Screen

PATH = "/care"
_MOST = 200
_MOST_SAID = 50  # rejected rows, tokens and statuses that the page names
_MOST_FILE = 20_000_000  # bytes
_CSV = "text/csv; charset=utf-8"


class CareFileForm(Form):
    """An export of PMC Care that comes with the form: tried, or taken in."""

    how: Literal["try", "take"]


@dataclass(frozen=True)
class CareResult:
    """What became of a file, or what would."""

    name: str
    is_tried: bool
    counts: CareImport

    @property
    def rejects(self) -> Sequence[CareReject]:
        return self.counts.rejects[:_MOST_SAID]

    @property
    def no_case(self) -> Sequence[str]:
        return self.counts.no_case[:_MOST_SAID]

    @property
    def unknown(self) -> Sequence[str]:
        return self.counts.unknown[:_MOST_SAID]


def show_care(request: PageRequest) -> Answer:
    """What a person has to look at, by what is the matter."""
    return _care_page(request, None)


def _care_page(request: PageRequest, result: CareResult | None) -> Answer:
    rows = care_differences.list_differences(request.context)
    owners = {row.owner for row in rows if row.owner is not None}
    _ = request.lang.gettext
    return WebPage(
        "desk/care.html",
        {
            "rows": rows[:_MOST],
            "more": len(rows[_MOST:]),
            "w": few_desk_words(request.context, request.lang, owners),
            "outcome": lambda outcome: _outcome(outcome, request.lang),
            "hows": [
                ("try", _("Try it: nothing is changed")),
                ("take", _("Take it in")),
            ],
            "result": result,
        },
    )


def act_in(request: PageRequest, form: CareFileForm) -> Answer:
    """Take in an export, or say what taking it in would do."""
    if request.file is None:
        raise FormRefused(("file", request.lang.gettext("Choose a file.")))
    name = request.file.name or "export"
    is_tried = form.how == "try"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(request.file.read())
        counts = care_in.care_in(request.context, path, dry_run=is_tried)
    return _care_page(request, CareResult(name, is_tried, counts))


def _outcome(outcome: str, lang: Language) -> str:
    _ = lang.gettext
    return {
        "unknown_status": _("A status that no table explains"),
        "no_case": _("A token that belongs to no case"),
        "other_token": _("The case has another token"),
        "denied_here": _("Closed there, and the citizen says no"),
        "closed_without_line": _("Closed there without a closing line"),
        "nodal_officer": _("Closed there; here a nodal officer alone closes"),
        "open_there": _("Closed here, still open there"),
        "reopened_there": _("Confirmed by the citizen here, reopened there"),
        "ended_here": _("Ended here in another way"),
    }.get(outcome, outcome)


def act_out(request: PageRequest, _form: NoFields) -> Answer:
    """The cases that PMC Care has not registered, as a file."""
    return _file("care_out.csv", care_out.care_out(request.context))


def act_back(request: PageRequest, _form: NoFields) -> Answer:
    """What is closed there though the citizen says no, as a file."""
    return _file("care_back.csv", care_out.care_back(request.context))


def _file(name: str, lines: Sequence[str]) -> Download:
    return Download(name, _CSV, [line.encode() for line in lines])


_TRIAGE = Permission.TRIAGE
ROWS: tuple[Row, ...] = (
    Screen(PATH, _TRIAGE, show_care),
    Action(
        f"{PATH}/in", _TRIAGE, CareFileForm, act_in, show_care, most_file=_MOST_FILE
    ),
    Action(f"{PATH}/out", _TRIAGE, NoFields, act_out, show_care),
    Action(f"{PATH}/back", _TRIAGE, NoFields, act_back, show_care),
)
