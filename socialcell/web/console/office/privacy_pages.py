"""Privacy: what is held of one account, given to that person or erased."""

from typing import Annotated, Literal

from pydantic import Field

from socialcell.json_types import dumps
from socialcell.roles import Permission
from socialcell.services.privacy import data_requests, overview, retention
from socialcell.services.privacy.data_requests import ErasureResult
from socialcell.web.console.office import source_words
from socialcell.web.pages.answers import Answer, Download, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/privacy"
_ERASE = Permission.ERASE


class AccountForm(Form):
    """An account by its platform, and its handle or number there."""

    platform: Annotated[str, Field(max_length=40)]
    handle: OptionalText = None
    uid: OptionalText = None

    @property
    def name(self) -> str:
        """The handle without @, else the number."""
        return (self.handle or self.uid or "").lstrip("@")


class ErasureForm(AccountForm):
    """The account that is erased, written a second time, and that it is meant."""

    again: Annotated[str, Field(max_length=200)] = ""
    step: Literal["erase"]


def show_privacy(request: PageRequest) -> Answer:
    """The form for an account, and how long what is kept."""
    lang = request.lang
    return WebPage(
        "privacy.html",
        {
            "platforms": [
                (id_, source_words.platform_name(id_, lang))
                for id_ in data_requests.list_platforms(request.context)
            ],
            "registers": _registers(request),
            "retention": overview.retention_status(request.context),
            "platform": lambda id_: source_words.platform_name(id_, lang),
            "run_state": lambda state: source_words.run_state(
                "ok" if state == "done" else state, lang
            ),
        },
    )


def _registers(request: PageRequest) -> list[tuple[str, str, str]]:
    """The law's registers that are open to whoever asks: path, name, what is there."""
    _ = request.lang.gettext
    rows = [
        (
            "/privacy/requests",
            _ERASE,
            _("Requests of citizens"),
            _("what they ask about their own data, with its clock"),
        ),
        (
            "/privacy/breaches",
            _ERASE,
            _("Data breaches"),
            _("who is told by when, and drafts of the letters"),
        ),
        (
            "/privacy/notices",
            _ERASE,
            _("Notices and their versions"),
            _("what people are told before they consent"),
        ),
        (
            "/privacy/consents",
            _ERASE,
            _("Consents to messages"),
            _("who agreed, who took it back"),
        ),
        (
            "/privacy/accesses",
            Permission.READ_AUDIT,
            _("Who read what is not masked"),
            _("each read, for a year"),
        ),
        (
            "/privacy/report",
            Permission.READ_AUDIT,
            _("Report of the data protection officer"),
            _("requests, breaches, reads and consents of any days"),
        ),
        (
            "/audit/records",
            Permission.EXPORT_TEXT,
            _("A bundle for a request for records"),
            _("our words, times and approvals, with their proof"),
        ),
    ]
    return [(path, name, about) for path, may, name, about in rows if request.may(may)]


def act_look(request: PageRequest, form: AccountForm) -> Answer:
    """Say what an erasure of the account would take; nothing is changed."""
    result = _erase(request, form, dry_run=True)
    return WebPage(
        "privacy_account.html",
        {
            "form": form,
            "result": result,
            "platform": source_words.platform_name(form.platform, request.lang),
            "may_export": request.may(Permission.EXPORT_TEXT),
        },
    )


def _erase(request: PageRequest, form: AccountForm, *, dry_run: bool) -> ErasureResult:
    _require_account(request, form)
    return data_requests.erase_account(
        request.context, form.platform, form.uid, form.handle, dry_run=dry_run
    )


def _require_account(request: PageRequest, form: AccountForm) -> None:
    if form.platform not in data_requests.list_platforms(request.context):
        text = request.lang.gettext("Choose one of the entries.")
        raise FormRefused(("platform", text))
    if not form.name:
        text = request.lang.gettext("Enter the handle or the number of the account.")
        raise FormRefused(("handle", text))


def act_export(request: PageRequest, form: AccountForm) -> Answer:
    """All that is held of the account, for the person who asked."""
    _require_account(request, form)
    document = data_requests.export_account(
        request.context, form.platform, form.uid, form.handle
    )
    text = dumps(document, indent=1)
    return Download("personal-data.json", "application/json", [text.encode()])


def act_erase(request: PageRequest, form: ErasureForm) -> Answer:
    """Erase the account and keep it out from now on."""
    lang = request.lang
    if form.again.lstrip("@").casefold() != form.name.casefold():
        text = lang.gettext(
            "What you wrote is not the handle or number of this account. Nothing was "
            "erased."
        )
        raise FormRefused(("", text))
    result = _erase(request, form, dry_run=False)
    notice = lang.ngettext(
        "Erased: %(person)s. %(n)s post, and the account is kept out from now on.",
        "Erased: %(person)s. %(n)s posts, and the account is kept out from now on.",
        result.erased.mentions,
        person=result.person,
    )
    if result.public_people:
        notice += " " + lang.ngettext(
            "%(n)s entry is out of the public people.",
            "%(n)s entries are out of the public people.",
            result.public_people,
        )
    if result.waits:
        notice += " " + lang.gettext(
            "Some of it still waits; erase the account once more in an hour."
        )
    return RedirectTo(_PATH, notice)


def show_retention(request: PageRequest) -> Answer:
    """What the next night will purge, counted now."""
    lang = request.lang
    return WebPage(
        "privacy_retention.html",
        {
            "purge": retention.run_retention(request.context, dry_run=True),
            "platform": lambda id_: source_words.platform_name(id_, lang),
        },
    )


ROWS: tuple[Row, ...] = (
    Screen(_PATH, _ERASE, show_privacy),
    Action(_PATH, _ERASE, AccountForm, act_look, show_privacy),
    Screen("/privacy/export", Permission.EXPORT_TEXT, show_privacy),
    Action(
        "/privacy/export",
        Permission.EXPORT_TEXT,
        AccountForm,
        act_export,
        show_privacy,
    ),
    Screen("/privacy/erase", _ERASE, show_privacy),
    Action("/privacy/erase", _ERASE, ErasureForm, act_erase, show_privacy),
    Screen("/privacy/retention", _ERASE, show_retention),
)
