"""What was said to people of a case on the phone, by letter or at the counter: entered
by whoever said it."""

from typing import Annotated

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.desk.answers import spoken_answers
from socialcell.services.desk.pages import answer_pages
from socialcell.web.console.desk.case_forms import CaseForm, changes_since
from socialcell.web.console.desk.case_pages import PATH, read_history
from socialcell.web.console.desk.desk_words import DeskWords, few_desk_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

_SPOKEN = f"{PATH}/spoken"


class SpokenAnswerForm(CaseForm):
    """To whom something was said, and what."""

    contact: Annotated[int, Field(ge=1, le=2**62)]
    words: Annotated[
        str, Field(min_length=1, max_length=spoken_answers.MOST_CHARACTERS)
    ]


def show_spoken(request: PageRequest) -> Answer:
    """To whom something was said, those first who cannot be written to."""
    page = read_history(request)
    words = few_desk_words(request.context, request.lang, ())
    contacts = answer_pages.read_contacts(request.context, page.case.number)
    contacts.sort(key=lambda entry: bool(entry.ways.open))
    return WebPage(
        "desk/answer_spoken.html",
        {
            "page": page,
            "w": words,
            "changed": changes_since(request, page),
            "contacts": [
                (str(entry.contact.id), _name(words, entry))
                for entry in contacts
                if not entry.contact.is_erased
            ],
        },
    )


def _name(words: DeskWords, entry: answer_pages.AnswerableContact) -> str:
    channel = words.channel(entry.contact.channel)
    language = words.label("language", entry.language)
    person = entry.contact.person or words.lang.gettext("A citizen")
    return f"{person}, {channel}, {language}"


def act_spoken(request: PageRequest, form: SpokenAnswerForm) -> Answer:
    """Enter it: the clocks of the case stop as for any answer."""
    number = str(request.params["number"])
    spoken_answers.enter_spoken(
        request.context, number, form.contact, form.words, form.rev
    )
    notice = request.lang.gettext("What you said stands in the case.")
    return RedirectTo(f"/cases/{number}", notice)


_ANSWER = Permission.ANSWER
ROWS: tuple[Row, ...] = (
    Screen(_SPOKEN, _ANSWER, show_spoken, is_scoped=True),
    Action(_SPOKEN, _ANSWER, SpokenAnswerForm, act_spoken, show_spoken, True),
)
