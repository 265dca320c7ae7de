"""The registry: accounts that are shown by name, and those that wait for it."""

from typing import Annotated, Literal

from pydantic import Field

from socialcell.connectors import PLATFORMS
from socialcell.listening.store.people.registry import CLASSES
from socialcell.roles import Permission
from socialcell.services.makers import Maker
from socialcell.services.mentions import public_people
from socialcell.services.privacy import account_registry
from socialcell.services.privacy.account_registry import Proposal
from socialcell.web.console.campaigns.approval_pages import ReturnForm
from socialcell.web.console.campaigns.creator_words import CreatorWords
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/registry"
_AT_ONCE = 50
_WAITING = f"{_PATH}/waiting/{{id:number}}"
_Line = Annotated[str, Field(min_length=1, max_length=500)]


class ProposalForm(Form):
    """An account that is to be shown by name, and the evidence for it."""

    platform: Annotated[str, Field(min_length=1, max_length=40)]
    handle: Annotated[str, Field(min_length=1, max_length=200)]
    name: Annotated[str, Field(max_length=200)] = ""
    person_class: Literal["public_office", "media", "institution", "creator"]
    evidence: _Line


def show_registry(request: PageRequest) -> Answer:
    """Accounts by platform and handle, those with some words, of one kind or all."""
    words = request.query.get("q", "").strip()[:100]
    class_ = request.query.get("class", "")
    platform, _colon, handle = request.query.get("after", "").partition(":")
    rows = account_registry.search_accounts(
        request.context,
        words,
        class_ if class_ in CLASSES else None,
        (platform, handle) if handle else None,
        _AT_ONCE + 1,
    )
    shown = rows[:_AT_ONCE]
    return WebPage(
        "registry.html",
        {
            "rows": shown,
            "further": f"{shown[-1].platform}:{shown[-1].handle}"
            if len(rows) > _AT_ONCE
            else "",
            "words": words,
            "chosen": class_,
            "classes": CLASSES,
            "waiting": account_registry.list_waiting(request.context),
            "batches": public_people.list_waiting(request.context),
            "may_propose": request.may(Permission.DRAFT),
            "may_approve": request.may(Permission.APPROVE),
        }
        | _words(request),
    )


def _words(request: PageRequest) -> dict[str, object]:
    return {"w": PublishingWords(request.lang), "k": CreatorWords(request.lang)}


def show_account(request: PageRequest) -> Answer:
    """One account, and why it is shown by name."""
    entry = account_registry.find_account(
        request.context, str(request.params["platform"]), str(request.params["handle"])
    )
    if entry is None:
        raise NotFound
    return WebPage("registry_account.html", {"entry": entry} | _words(request))


def show_new_account(request: PageRequest) -> Answer:
    """The form by which an account is proposed."""
    w, k = PublishingWords(request.lang), CreatorWords(request.lang)
    return WebPage(
        "registry_new.html",
        {
            "platforms": [(id_, w.platform(id_)) for id_ in PLATFORMS],
            "kinds": [(id_, k.person_class(id_)) for id_ in CLASSES],
        },
    )


def act_propose(request: PageRequest, form: ProposalForm) -> Answer:
    """Propose an account; a second person approves it."""
    proposed = account_registry.propose_account(
        request.context,
        form.platform,
        form.handle,
        name=form.name or None,
        person_class=form.person_class,
        evidence=form.evidence,
    )
    _ = request.lang.gettext
    notice = (
        _("It waits for a second person.")
        if proposed
        else _("It is in the registry already.")
    )
    return RedirectTo(_PATH, notice)


def show_waiting(request: PageRequest) -> Answer:
    """An account that waits, to approve it or not."""
    return WebPage(
        "registry_waiting.html",
        {"waiting": _require_waiting(request), "Maker": Maker} | _words(request),
    )


def act_approve(request: PageRequest, _form: NoFields) -> Answer:
    """Show an account by name from now on."""
    waiting = _require_waiting(request)
    entry = account_registry.approve_account(
        request.context, waiting.platform, waiting.handle
    )
    notice = request.lang.gettext("It is shown by name from now on.")
    return RedirectTo(f"{_PATH}/{entry.platform}/{entry.handle}", notice)


def act_return(request: PageRequest, form: ReturnForm) -> Answer:
    """Do not enter an account."""
    waiting = _require_waiting(request)
    account_registry.return_account(
        request.context, waiting.platform, waiting.handle, form.reason
    )
    return RedirectTo(_PATH, request.lang.gettext("It is not entered."))


def _require_waiting(request: PageRequest) -> Proposal:
    id_ = request.number("id")
    for waiting in account_registry.list_waiting(request.context):
        if waiting.id == id_:
            return waiting
    raise NotFound


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_registry),
    Screen(f"{_PATH}/new", Permission.DRAFT, show_new_account),
    Action(
        f"{_PATH}/new", Permission.DRAFT, ProposalForm, act_propose, show_new_account
    ),
    Screen(_WAITING, Permission.APPROVE, show_waiting),
    Action(
        f"{_WAITING}/approve", Permission.APPROVE, NoFields, act_approve, show_waiting
    ),
    Action(
        f"{_WAITING}/return",
        Permission.APPROVE,
        ReturnForm,
        act_return,
        show_waiting,
    ),
    Screen(f"{_PATH}/{{platform}}/{{handle}}", Permission.READ, show_account),
)
