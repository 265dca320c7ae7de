"""Rumours: texts and links that are known to be false, said with each incident."""

from typing import Annotated

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.alerts import rumours
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/rumours"
_MAY = Permission.LEAD_INCIDENTS


class RumourForm(Form):
    """A text or a link that is false, and what is true."""

    text: OptionalText = None
    url: OptionalText = None
    note: Annotated[str, Field(min_length=1, max_length=400)]


def show_rumours(request: PageRequest) -> Answer:
    """What is marked as false, the newest first; on demand ended ones as well."""
    shows_all = request.query.get("state") == "all"
    return WebPage(
        "rumours.html",
        {
            "rows": rumours.list_rumours(request.context, ended=shows_all),
            "shows_all": shows_all,
            "may_act": request.may(_MAY),
        },
    )


def act_mark(request: PageRequest, form: RumourForm) -> Answer:
    """Mark a text or a link as false."""
    rumours.add(request.context, text=form.text, url=form.url, note=form.note)
    notice = request.lang.gettext(
        "It is marked as false. Copies of it are said with incidents."
    )
    return RedirectTo(_PATH, notice)


def act_end(request: PageRequest, _form: NoFields) -> Answer:
    """Look for a rumour no longer."""
    rumours.end(request.context, request.number("id"))
    notice = request.lang.gettext("The rumour is ended. It is looked for no longer.")
    return RedirectTo(_PATH, notice)


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_rumours),
    Action(_PATH, _MAY, RumourForm, act_mark, show_rumours),
    Action("/rumours/{id:number}/end", _MAY, NoFields, act_end, show_rumours),
)
