"""What is done to several cases from the inbox: take them, join them, give back."""

from typing import Annotated

from pydantic import ConfigDict, Field

from socialcell.roles import Permission
from socialcell.services.desk import case_grouping, case_queue
from socialcell.web.console.desk.inbox_pages import MARK, PATH, show_inbox
from socialcell.web.pages.answers import Answer, RedirectTo
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row

_MOST = 50


class MarkedCases(Form):
    """The cases that are marked in a list: a field of each with its revision."""

    model_config = ConfigDict(extra="allow")

    view: Annotated[str, Field(max_length=20)] = ""

    @property
    def numbers(self) -> list[str]:
        """Their numbers, the oldest first."""
        return sorted(
            name.removeprefix(MARK)
            for name in self.model_extra or {}
            if name.startswith(MARK)
        )[:_MOST]

    def rev(self, number: str) -> int | None:
        """The revision of a marked case when it was read; None: it is not said."""
        text = str((self.model_extra or {}).get(f"{MARK}{number}", ""))
        return int(text) if text.isascii() and text.isdecimal() else None


def act_take_next(request: PageRequest, _form: NoFields) -> Answer:
    """Take the next cases of the queue."""
    taken = case_queue.take_next(request.context)
    notice = (
        request.lang.ngettext(
            "You took %(n)s case. It is yours for five minutes, longer by work.",
            "You took %(n)s cases. They are yours for five minutes, longer by work.",
            len(taken),
        )
        if taken
        else request.lang.gettext("No case waits for anybody.")
    )
    return RedirectTo(PATH, notice)


def act_take(request: PageRequest, form: MarkedCases) -> Answer:
    """Take the marked cases, all or none of them."""
    numbers = _require_marked(request, form, 1)
    case_queue.take(request.context, numbers)
    notice = request.lang.ngettext(
        "%(n)s case is yours now.", "%(n)s cases are yours now.", len(numbers)
    )
    return RedirectTo(PATH, notice)


def act_merge(request: PageRequest, form: MarkedCases) -> Answer:
    """Join the marked cases with the oldest of them."""
    into, *others = _require_marked(request, form, 2)
    for number in others:
        case_grouping.merge(request.context, number, into, rev=form.rev(number))
    notice = request.lang.ngettext(
        "%(n)s case was joined with this one. It can be undone for 30 days.",
        "%(n)s cases were joined with this one. It can be undone for 30 days.",
        len(others),
    )
    return RedirectTo(f"/cases/{into}", notice)


def act_give_back(request: PageRequest, _form: NoFields) -> Answer:
    """Give back all cases that one holds."""
    given = case_queue.give_back(request.context)
    notice = request.lang.ngettext(
        "%(n)s case was given back.", "%(n)s cases were given back.", len(given)
    )
    return RedirectTo(PATH, notice)


def _require_marked(request: PageRequest, form: MarkedCases, least: int) -> list[str]:
    numbers = form.numbers
    if len(numbers) < least:
        _ = request.lang.gettext
        sentence = (
            _("Mark a case first.")
            if least == 1
            else _("Mark two cases or more first.")
        )
        raise FormRefused(("", sentence))
    return numbers


_TRIAGE = Permission.TRIAGE
ROWS: tuple[Row, ...] = (
    Action(f"{PATH}/next", _TRIAGE, NoFields, act_take_next, show_inbox, True),
    Action(f"{PATH}/take", _TRIAGE, MarkedCases, act_take, show_inbox, True),
    Action(f"{PATH}/merge", _TRIAGE, MarkedCases, act_merge, show_inbox, True),
    Action(f"{PATH}/back", _TRIAGE, NoFields, act_give_back, show_inbox, True),
)
