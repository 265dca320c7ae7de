"""Consents to messages in the browser: the newest ones, and what somebody said."""

from typing import Annotated, Literal

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.messaging import consent
from socialcell.web.console.privacy import register_words
from socialcell.web.console.typed_moment import maybe_moment
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/privacy/consents"
_ERASE = Permission.ERASE
_MOST = 100


class ConsentForm(Form):
    """What somebody said, by telephone number, which is not kept."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    event: Literal["withdrawn", "granted"]
    evidence: Annotated[str, Field(min_length=1, max_length=300)]
    at: OptionalText = None
    shown: Literal["", "mr", "hi", "en"] = ""


def show_consents(request: PageRequest) -> Answer:
    """The newest entries of the ledger, and the form for another."""
    _ = request.lang.gettext
    return WebPage(
        "privacy/consents.html",
        {
            "entries": consent.newest_consents(request.context, _MOST),
            "most": _MOST,
            "events": {"withdrawn": _("withdrawn"), "granted": _("agreed")},
            "shown": [("", _("not known")), *register_words.LANGUAGES],
        },
    )


def act_record(request: PageRequest, form: ConsentForm) -> Answer:
    """Enter what somebody said."""
    entry = consent.record_consent(
        request.context,
        form.number,
        form.event,
        form.evidence,
        maybe_moment(request, "at", form.at),
        form.shown or None,
    )
    _ = request.lang.gettext
    if not entry.new:
        notice = _("It was entered before: %(person)s.", person=entry.pseudonym)
    elif form.event == "withdrawn":
        notice = _("Withdrawn: %(person)s gets no message.", person=entry.pseudonym)
    else:
        notice = _("Agreed: %(person)s may be written to.", person=entry.pseudonym)
    return RedirectTo(_PATH, notice)


ROWS: tuple[Row, ...] = (
    Screen(_PATH, _ERASE, show_consents),
    Action(_PATH, _ERASE, ConsentForm, act_record, show_consents),
)
