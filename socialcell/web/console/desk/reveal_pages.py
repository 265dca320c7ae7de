"""Who is behind a conversation: shown with a reason, for a time, to whom the case is
given."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from socialcell.listening.people import reveal_rules
from socialcell.roles import Permission
from socialcell.services.desk import case_reveal
from socialcell.services.desk.case_reveal import RevealedContact
from socialcell.web.console.desk.case_forms import CaseForm, changes_since
from socialcell.web.console.desk.case_pages import PATH, read_case
from socialcell.web.console.desk.desk_words import few_desk_words
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

_HOURS = (1, 2, 4, 8)
_ContactId = Annotated[int, Field(ge=1, le=2**62)]


class RevealForm(CaseForm):
    """Whose name, why, and for how long."""

    contact: _ContactId
    reason: Annotated[str, Field(min_length=20, max_length=500)]
    hours: Annotated[int, Field(ge=1, le=24)]


class LookAgainForm(CaseForm):
    """A name that one may see for a time already."""

    contact: _ContactId


def show_reveal(request: PageRequest) -> Answer:
    """The form that asks why, and for how long."""
    return _page(request, None)


def _page(request: PageRequest, revealed: RevealedContact | None) -> Answer:
    page, lang = read_case(request), request.lang
    words = few_desk_words(request.context, lang, ())
    now = request.context.clock.now()
    _ = lang.gettext
    longest = reveal_rules.LONGEST // timedelta(hours=1)
    contacts = [
        (
            str(contact.id),
            f"{contact.person or _('A citizen')} · {words.channel(contact.channel)}",
        )
        for contact in page.contacts
        if not contact.is_erased
    ]
    given = [step for step in page.steps if step.kind == "reveal"]
    open_for = {
        str(step.detail.get("contact"))
        for step in given
        if step.by == request.context.actor.name
        and str(step.detail.get("until", "")) > now.isoformat()
    }
    return WebPage(
        "desk/case_reveal.html",
        {
            "page": page,
            "w": words,
            "changed": changes_since(request, page),
            "contacts": contacts,
            "again": [pair for pair in contacts if pair[0] in open_for],
            "hours": [
                (str(n), lang.ngettext("%(n)s hour", "%(n)s hours", n))
                for n in _HOURS
                if n <= longest
            ],
            "least": reveal_rules.SHORTEST_REASON,
            "revealed": revealed,
            "kinds": {
                "name": _("Name"),
                "phone": _("Telephone"),
                "address": _("Address"),
            },
            "is_mine": page.case.assignee_id == request.context.actor.id,
        },
    )


def act_reveal(request: PageRequest, form: RevealForm) -> Answer:
    """Show who a contact is; the step and the audit log say why."""
    revealed = case_reveal.reveal(
        request.context,
        str(request.params["number"]),
        form.contact,
        form.reason,
        timedelta(hours=form.hours),
        form.rev,
    )
    return _page(request, revealed)


def act_look_again(request: PageRequest, form: LookAgainForm) -> Answer:
    """The same again while the time lasts; each look is in the audit log."""
    revealed = case_reveal.look_again(
        request.context, str(request.params["number"]), form.contact
    )
    return _page(request, revealed)


_REVEAL = Permission.REVEAL
ROWS: tuple[Row, ...] = (
    Screen(f"{PATH}/reveal", _REVEAL, show_reveal, is_scoped=True),
    Action(f"{PATH}/reveal", _REVEAL, RevealForm, act_reveal, show_reveal, True),
    Action(
        f"{PATH}/reveal/again",
        _REVEAL,
        LookAgainForm,
        act_look_again,
        show_reveal,
        True,
    ),
)
