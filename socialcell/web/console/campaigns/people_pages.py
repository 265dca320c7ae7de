"""Public people of a file that wait: looked at, taken or returned as a whole."""

from socialcell.roles import Permission
from socialcell.services.makers import Maker
from socialcell.services.mentions import public_people
from socialcell.services.mentions.public_people import WaitingPeople
from socialcell.web.console.campaigns.approval_pages import ReturnForm
from socialcell.web.console.campaigns.creator_words import CreatorWords
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_REGISTRY = "/registry"
_BATCH = f"{_REGISTRY}/people/{{id:number}}"


def show_batch(request: PageRequest) -> Answer:
    """The people of a file with the evidence of each, to take or return them."""
    return WebPage(
        "registry_people.html",
        {
            "batch": _require_waiting(request),
            "Maker": Maker,
            "k": CreatorWords(request.lang),
        },
    )


def act_approve(request: PageRequest, _form: NoFields) -> Answer:
    """Enter all people of the file."""
    public_people.approve_people(request.context, request.number("id"))
    notice = request.lang.gettext("They are public from now on.")
    return RedirectTo(_REGISTRY, notice)


def act_return(request: PageRequest, form: ReturnForm) -> Answer:
    """Enter none of them."""
    public_people.return_people(request.context, request.number("id"), form.reason)
    return RedirectTo(_REGISTRY, request.lang.gettext("They are not entered."))


def _require_waiting(request: PageRequest) -> WaitingPeople:
    id_ = request.number("id")
    for batch in public_people.list_waiting(request.context):
        if batch.id == id_:
            return batch
    raise NotFound


ROWS: tuple[Row, ...] = (
    Screen(_BATCH, Permission.APPROVE, show_batch),
    Action(f"{_BATCH}/approve", Permission.APPROVE, NoFields, act_approve, show_batch),
    Action(f"{_BATCH}/return", Permission.APPROVE, ReturnForm, act_return, show_batch),
)
