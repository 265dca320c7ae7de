"""Approved answers: the book of words that may be sent, each until a day."""

from datetime import timedelta
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.desk.answers import macros
from socialcell.services.desk.answers.answer_languages import KEYS
from socialcell.services.desk.answers.macros import MacroDraft
from socialcell.web.console.desk.desk_words import few_desk_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Day, Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

PATH = "/macros"
_Key = Annotated[str, Field(min_length=1, max_length=80)]


class MacroForm(Form):
    """An approved answer in one language."""

    key: _Key
    language: Literal["mr", "hi", "en", "mr-Latn", "hi-Latn"]
    title: Annotated[str, Field(min_length=3, max_length=120)]
    text: Annotated[str, Field(min_length=3, max_length=4000)]
    valid_until: Day
    topic: OptionalText = None
    purpose: Literal["answer", "place_question"] = "answer"


class MacroKeyForm(Form):
    """An approved answer by its key, in all languages."""

    key: _Key


class BookForm(Form):
    """Until when the shipped book is to count."""

    valid_until: Day


def show_macros(request: PageRequest) -> Answer:
    """The book by key, with what waits for a second person."""
    rows = macros.list_macros(request.context)
    words = few_desk_words(request.context, request.lang, ())
    by_key = [
        (key, list(group))
        for key, group in groupby(
            sorted(rows, key=lambda row: (row.key, row.language)), lambda row: row.key
        )
    ]
    today = macros.today(request.context)
    _ = request.lang.gettext
    return WebPage(
        "desk/macros.html",
        {
            "by_key": by_key,
            "w": words,
            "today": today,
            "a_year": today + timedelta(days=365),
            "may_draft": request.may(Permission.DRAFT),
            "may_approve": request.may(Permission.APPROVE),
            "languages_of_words": [(key, words.label("language", key)) for key in KEYS],
            "topics": [("", _("every topic")), *words.choices("topic")],
            "purposes": [
                (purpose, words.purpose(purpose))
                for purpose in ("answer", "place_question")
            ],
        },
    )


def act_add(request: PageRequest, form: MacroForm) -> Answer:
    """Enter an answer; it counts once a second person has approved it."""
    macros.add_macro(request.context, MacroDraft(**form.model_dump()))
    notice = request.lang.gettext("Entered. It counts once a second person approves.")
    return RedirectTo(PATH, notice)


def act_approve(request: PageRequest, form: MacroKeyForm) -> Answer:
    """Approve what waits under a key."""
    rows = macros.approve_macros(request.context, form.key)
    notice = request.lang.ngettext(
        "%(n)s answer counts from now on.",
        "%(n)s answers count from now on.",
        len(rows),
    )
    return RedirectTo(PATH, notice)


def act_end(request: PageRequest, form: MacroKeyForm) -> Answer:
    """End an answer in all languages."""
    count = macros.end_macro(request.context, form.key)
    notice = request.lang.ngettext(
        "%(n)s answer has ended.", "%(n)s answers have ended.", count
    )
    return RedirectTo(PATH, notice)


def act_book(request: PageRequest, form: BookForm) -> Answer:
    """Enter the answers that come with the program."""
    result = macros.import_book(request.context, form.valid_until)
    notice = request.lang.ngettext(
        "%(n)s answer was entered.", "%(n)s answers were entered.", result.added
    )
    return RedirectTo(PATH, notice)


ROWS: tuple[Row, ...] = (
    Screen(PATH, Permission.READ, show_macros),
    Action(PATH, Permission.DRAFT, MacroForm, act_add, show_macros),
    Action(f"{PATH}/book", Permission.DRAFT, BookForm, act_book, show_macros),
    Action(
        f"{PATH}/approve", Permission.APPROVE, MacroKeyForm, act_approve, show_macros
    ),
    Action(f"{PATH}/end", Permission.APPROVE, MacroKeyForm, act_end, show_macros),
)
