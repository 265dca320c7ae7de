"""Calls: whom to ask by phone whether it is solved, and what the call found."""

from typing import Annotated, Literal

from pydantic import Field

from socialcell.desk.closing_answers import ClosingAnswer
from socialcell.roles import Permission
from socialcell.services.desk.closing import (
    closing_calls,
    closing_lists,
    closing_replies,
)
from socialcell.web.console.desk.case_forms import CaseForm, changes_since
from socialcell.web.console.desk.case_pages import read_history
from socialcell.web.console.desk.desk_words import few_desk_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

PATH = "/calls"
_MOST_UNREAD = 100
_ONE = f"{PATH}/{{number}}/{{contact:number}}"


class ReadForm(Form):
    """What somebody meant who was asked whether it is solved."""

    number: Annotated[str, Field(max_length=20)]
    contact: Annotated[int, Field(ge=1, le=2**62)]
    answer: Literal["yes", "no"]


class CallForm(CaseForm):
    """What a call found."""

    result: Literal["confirmed", "contradicted", "not_reached"]
    words: Annotated[str, Field(max_length=2000)] = ""
    note: Annotated[str, Field(max_length=1000)] = ""


def show_calls(request: PageRequest) -> Answer:
    """Answers that a person has to read, and everybody who is to be called, the oldest
    question first."""
    entries = closing_calls.list_closures(request.context, calls_only=True)
    return WebPage(
        "desk/calls.html",
        {
            "entries": entries,
            "unread": closing_lists.list_unread(request.context)[:_MOST_UNREAD],
            "w": few_desk_words(request.context, request.lang, ()),
        },
    )


def show_call(request: PageRequest) -> Answer:
    """The form of one call."""
    page = read_history(request)
    _ = request.lang.gettext
    return WebPage(
        "desk/call.html",
        {
            "page": page,
            "w": few_desk_words(request.context, request.lang, ()),
            "changed": changes_since(request, page),
            "contact": request.number("contact"),
            "results": [
                ("confirmed", _("It is solved")),
                ("contradicted", _("It is not solved")),
                ("not_reached", _("Nobody was reached")),
            ],
        },
    )


def act_call(request: PageRequest, form: CallForm) -> Answer:
    """Enter what the call found; a contradiction opens the case again."""
    number = str(request.params["number"])
    state = closing_calls.enter_call(
        request.context,
        number,
        request.number("contact"),
        form.result,
        words=form.words,
        note=form.note,
        rev=form.rev,
    )
    words = few_desk_words(request.context, request.lang, ())
    notice = request.lang.gettext(
        "The call is entered. The case stands at: %(state)s.", state=words.state(state)
    )
    return RedirectTo(PATH, notice)


def act_read(request: PageRequest, form: ReadForm) -> Answer:
    """Read an answer that was not clear as yes or no."""
    state = closing_replies.decide_answer(
        request.context, form.number, form.contact, ClosingAnswer(form.answer)
    )
    words = few_desk_words(request.context, request.lang, ())
    notice = request.lang.gettext(
        "The answer is read. Case %(number)s stands at: %(state)s.",
        number=form.number,
        state=words.state(state),
    )
    return RedirectTo(PATH, notice)


ROWS: tuple[Row, ...] = (
    Screen(PATH, Permission.TRIAGE, show_calls),
    Action(f"{PATH}/read", Permission.TRIAGE, ReadForm, act_read, show_calls),
    Screen(_ONE, Permission.TRIAGE, show_call),
    Action(_ONE, Permission.TRIAGE, CallForm, act_call, show_call),
)
