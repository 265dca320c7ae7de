"""From a mention to a case: open one, or enter the mention into one."""

from typing import Annotated

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.desk import case_opening
from socialcell.services.mentions import mention_page
from socialcell.web.console.mention_pages import show_mention
from socialcell.web.pages.answers import Answer, RedirectTo
from socialcell.web.pages.forms import Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row

_PATH = "/mentions/{id:number}"


class OpenCaseForm(Form):
    """What the mention asks; empty: as the machine read it."""

    kind: OptionalText = None


class JoinCaseForm(Form):
    """The number of the case that a mention belongs to."""

    number: Annotated[str, Field(min_length=9, max_length=12)]


def act_open_case(request: PageRequest, form: OpenCaseForm) -> Answer:
    """Open a case from a mention."""
    id_ = request.number("id")
    mention_page.require_visible(request.context, [id_], request.places)
    number = case_opening.open_from_mention(request.context, id_, kind=form.kind)
    notice = request.lang.gettext("The case is open: %(number)s.", number=number)
    return RedirectTo(f"/cases/{number}", notice)


def act_join_case(request: PageRequest, form: JoinCaseForm) -> Answer:
    """Enter a mention into a case."""
    id_ = request.number("id")
    mention_page.require_visible(request.context, [id_], request.places)
    case_opening.join_mention(request.context, form.number, id_)
    notice = request.lang.gettext("The mention belongs to this case now.")
    return RedirectTo(f"/cases/{form.number}", notice)


_TRIAGE = Permission.TRIAGE
ROWS: tuple[Row, ...] = (
    Action(f"{_PATH}/case", _TRIAGE, OpenCaseForm, act_open_case, show_mention, True),
    Action(f"{_PATH}/join", _TRIAGE, JoinCaseForm, act_join_case, show_mention, True),
)
