"""Files of a breach: the drafts of its letters, and whom it affects."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import BeforeValidator

from socialcell.roles import Permission
from socialcell.services.privacy import affected_persons, breach_letters
from socialcell.services.privacy.affected_persons import AffectedPersons
from socialcell.sheet import csv_lines
from socialcell.web.console.privacy import register_words
from socialcell.web.console.privacy.breach_pages import ONE, line_of, show_breach
from socialcell.web.pages.answers import Answer, Download, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

_ERASE = Permission.ERASE


class AffectedForm(Form):
    """Whom the list has, and whether it has handles."""

    whom: Literal["read", "everybody"]
    handles: Annotated[bool, BeforeValidator(lambda text: text == "on")] = False


def show_letters(request: PageRequest) -> Answer:
    """The drafts as a ZIP, a file for each letter in each language."""
    number = line_of(request).number
    content = breach_letters.letters_archive(request.context, number)
    return Download(f"{number}-letters.zip", "application/zip", [content])


def act_affected(request: PageRequest, form: AffectedForm) -> Answer:
    """Whom the breach affects: how many in each language, and reads that are not of
    single persons."""
    line = line_of(request)
    result = _affected(request, form)
    by_language = Counter(person.language for person in result.persons)
    return WebPage(
        "privacy/breach_affected.html",
        {
            "line": line,
            "result": result,
            "form": form,
            "by_language": [
                (register_words.language(code, request.lang), by_language[code])
                for code, _name in register_words.LANGUAGES
            ],
            "access": lambda id_: register_words.access(id_, request.lang),
        },
    )


def act_affected_file(request: PageRequest, form: AffectedForm) -> Answer:
    """The same persons as a file, with the language of the letter for each."""
    number = line_of(request).number
    rows = affected_persons.rows(_affected(request, form))
    lines = csv_lines(affected_persons.COLUMNS, rows)
    content = [line.encode() for line in lines]
    return Download(f"{number}-affected.csv", "text/csv; charset=utf-8", content)


def _affected(request: PageRequest, form: AffectedForm) -> AffectedPersons:
    return affected_persons.list_affected(
        request.context,
        str(request.params["number"]),
        everybody=form.whom == "everybody",
        reveal=form.handles,
    )


ROWS: tuple[Row, ...] = (
    Screen(f"{ONE}/letters", _ERASE, show_letters),
    Action(f"{ONE}/affected", _ERASE, AffectedForm, act_affected, show_breach),
    Action(
        f"{ONE}/affected/file", _ERASE, AffectedForm, act_affected_file, show_breach
    ),
)
