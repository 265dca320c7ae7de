"""A case that is opened by hand: from the telephone, a letter, or a clipping."""

from typing import Annotated, Literal

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.desk import case_opening, case_reading
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.web.console.desk.desk_words import (
    CASE_KINDS,
    PRIORITIES,
    load_desk_words,
)
from socialcell.web.console.desk.place_notice import add_unknown_place
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

PATH = "/cases/new"


class NewCaseForm(Form):
    """What somebody said by phone, or what stands on paper."""

    channel: Literal["phone", "paper", "press"]
    words: Annotated[str, Field(min_length=3, max_length=10_000)]
    kind: Literal["complaint", "question", "suggestion", "help", "praise"]
    language: Literal["mr", "hi", "en"] = "mr"
    topic: OptionalText = None
    place: Annotated[str, Field(max_length=300)] = ""
    point: Annotated[str, Field(max_length=60)] = ""
    area: OptionalText = None
    priority: OptionalText = None
    summary: Annotated[str, Field(max_length=200)] = ""
    name: OptionalText = None
    phone: OptionalText = None
    address: OptionalText = None


def show_new_case(request: PageRequest) -> Answer:
    """The form of a case that did not come by itself."""
    words, _ = load_desk_words(request.context, request.lang), request.lang.gettext
    return WebPage(
        "desk/case_new.html",
        {
            "channels": [
                ("phone", _("Phone call")),
                ("paper", _("Letter or form on paper")),
                ("press", _("Clipping of a newspaper")),
            ],
            "kinds": [(kind, words.case_kind(kind)) for kind in CASE_KINDS],
            "languages_of_words": [
                (code, words.label("language", code)) for code in ("mr", "hi", "en")
            ],
            "topics": [("", _("not known")), *words.choices("topic")],
            "areas": [("", _("as the place says")), *words.ward_offices()],
            "priorities": [
                ("", _("as the machine suggests")),
                *((p, words.priority(p)) for p in PRIORITIES),
            ],
        },
    )


def act_new_case(request: PageRequest, form: NewCaseForm) -> Answer:
    """Open the case."""
    new = NewCase(
        words=SpokenWords(
            channel=form.channel,
            text=form.words,
            language=form.language,
            name=form.name,
            phone=form.phone,
            address=form.address,
        ),
        kind=form.kind,
        topic=form.topic,
        place=form.place,
        area=form.area,
        priority=form.priority,
        summary=form.summary,
        point=case_reading.read_point(form.point),
    )
    number = case_opening.open_by_hand(request.context, new)
    notice = request.lang.gettext("The case is open: %(number)s.", number=number)
    notice = add_unknown_place(request, notice, form.place)
    return RedirectTo(f"/cases/{number}", notice)


ROWS: tuple[Row, ...] = (
    Screen(PATH, Permission.TRIAGE, show_new_case, is_scoped=True),
    Action(PATH, Permission.TRIAGE, NewCaseForm, act_new_case, show_new_case, True),
)
