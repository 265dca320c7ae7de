"""Requests of citizens about their data: list, entry, one request, its answer."""

from datetime import datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field

from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.json_types import dumps
from socialcell.registers.request_rules import (
    IDENTIFIED,
    KINDS,
    REFUSALS,
    Channel,
    OnBehalf,
    Refusal,
    RequestKind,
)
from socialcell.roles import Permission
from socialcell.services.privacy import data_requests, person_requests, request_answers
from socialcell.services.privacy.person_requests import (
    NamedAccount,
    RequestDraft,
    ShownRequest,
)
from socialcell.services.privacy.request_answers import PersonalDocument
from socialcell.services.privacy.request_secrets import RequestSecrets
from socialcell.web.console.office import source_words
from socialcell.web.console.privacy import register_words
from socialcell.web.pages.answers import Answer, Download, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields, OptionalDay, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_LIST, _NEW = "/privacy/requests", "/privacy/requests/new"
_ONE = "/privacy/requests/{number}"
_ERASE = Permission.ERASE


class NewRequestForm(Form):
    """A request as it came, with up to two accounts."""

    kind: RequestKind
    channel: Channel
    name: Annotated[str, Field(min_length=1, max_length=200)]
    reach: Annotated[str, Field(max_length=300)] = ""
    words: Annotated[str, Field(max_length=4000)] = ""
    platform: OptionalText = None
    account: OptionalText = None
    platform2: OptionalText = None
    account2: OptionalText = None
    on_behalf: OnBehalf
    authority: Annotated[str, Field(max_length=300)] = ""
    nominee: Annotated[str, Field(max_length=300)] = ""
    child: Literal["no", "yes"]
    language: Literal["mr", "hi", "en"]
    day: OptionalDay = None

    @property
    def accounts(self) -> list[NamedAccount]:
        """The accounts that are named: @handle, or a number."""
        pairs = ((self.platform, self.account), (self.platform2, self.account2))
        return [
            NamedAccount(platform, handle=name)
            if name.startswith("@")
            else NamedAccount(platform, uid=name)
            for platform, name in pairs
            if platform and name
        ]


class RequestNoteForm(Form):
    """How it was made sure whose the account is."""

    how: Annotated[str, Field(min_length=20, max_length=4000)]


class RequestAnswerForm(Form):
    """What the citizen is told; the request is carried out with it."""

    words: Annotated[str, Field(max_length=4000)] = ""
    step: Literal["answer"]


class RefusalForm(Form):
    """Why it is refused, and what the citizen is told."""

    reason: Refusal
    told: Annotated[str, Field(min_length=20, max_length=4000)]


def show_requests(request: PageRequest) -> Answer:
    """Requests that are open, the most urgent first; or all."""
    shows_all = request.query.get("state") == "all"
    lines = person_requests.list_requests(request.context, only_open=not shows_all)
    return WebPage(
        "privacy/requests.html",
        {"lines": lines, "shows_all": shows_all, **_words(request)},
    )


def show_new(request: PageRequest) -> Answer:
    """The form for a request that came."""
    lang = request.lang
    return WebPage(
        "privacy/request_new.html",
        {
            "kinds": [(id_, register_words.kind(id_, lang)) for id_ in KINDS],
            "platforms": [
                ("", "–"),
                *(
                    (id_, source_words.platform_name(id_, lang))
                    for id_ in data_requests.list_platforms(request.context)
                ),
            ],
            "others": [
                (id_, register_words.on_behalf(id_, lang))
                for id_ in ("self", "guardian", "nominee")
            ],
            "channels": _channels(request),
        },
    )


def act_receive(request: PageRequest, form: NewRequestForm) -> Answer:
    """Enter the request; its clock runs from the day on which it came."""
    draft = RequestDraft(
        kind=form.kind,
        channel=form.channel,
        secrets=RequestSecrets(
            form.name, form.reach, form.words, form.authority, form.nominee
        ),
        accounts=form.accounts,
        on_behalf=form.on_behalf,
        is_child=form.child == "yes",
        language=form.language,
        received_at=_received_at(request, form),
    )
    line = person_requests.receive_request(request.context, draft)
    text = request.lang.gettext("Request %(number)s is entered.", number=line.number)
    return RedirectTo(f"{_LIST}/{line.number}", text)


def _received_at(request: PageRequest, form: NewRequestForm) -> datetime | None:
    """The end of the day on which it came; now for today."""
    now = request.context.clock.now()
    if form.day is None or form.day == now.astimezone(IST).date():
        return None
    if form.day > now.astimezone(IST).date():
        text = request.lang.gettext("This day is still to come.")
        raise FormRefused(("day", text))
    return datetime.combine(form.day, time.max, IST) - timedelta(seconds=1)


def show_request(request: PageRequest) -> Answer:
    """One request and its steps, without what it says of anybody."""
    try:
        shown = person_requests.show_request(request.context, _number(request))
    except UsageError:
        raise NotFound from None
    return _page(request, shown)


def act_reveal(request: PageRequest, form: NoFields) -> Answer:
    """The same with names and words; it stands in the access log."""
    shown = person_requests.show_request(request.context, _number(request), reveal=True)
    return _page(request, shown)


def act_identify(request: PageRequest, form: RequestNoteForm) -> Answer:
    """Note how it was made sure whose the account is."""
    line = person_requests.identify(request.context, _number(request), form.how)
    text = request.lang.gettext("The identity is noted as checked.")
    return RedirectTo(f"{_LIST}/{line.number}", text)


def act_answer(request: PageRequest, form: RequestAnswerForm) -> Answer:
    """Carry the request out; of an access request the citizen's copy is downloaded."""
    copies: list[PersonalDocument] = []
    result = request_answers.answer_request(
        request.context, _number(request), form.words, copies.append
    )
    if copies:
        text = dumps(copies[0], indent=1)
        name = f"{result.line.number}.json"
        return Download(name, "application/json", [text.encode()])
    lang = request.lang
    if result.waits:
        notice = lang.gettext("Some of it still waits; answer once more in an hour.")
    else:
        notice = lang.gettext("The request is carried out and answered.")
    if result.stays_public:
        notice += " " + lang.gettext(
            "These public people stay, being an office or a body, or perhaps another "
            "person of this name or handle: %(ids)s",
            ids=", ".join(result.stays_public),
        )
    return RedirectTo(f"{_LIST}/{result.line.number}", notice)


def act_refuse(request: PageRequest, form: RefusalForm) -> Answer:
    """Answer with no, and why."""
    line = person_requests.refuse(
        request.context, _number(request), form.reason, form.told
    )
    text = request.lang.gettext("The request is refused.")
    return RedirectTo(f"{_LIST}/{line.number}", text)


def _page(request: PageRequest, shown: ShownRequest) -> Answer:
    lang = request.lang
    return WebPage(
        "privacy/request.html",
        {
            "shown": shown,
            "line": shown.line,
            "needs_identity": shown.line.state == "received"
            and shown.line.kind in IDENTIFIED,
            "refusals": [(id_, register_words.refusal(id_, lang)) for id_ in REFUSALS],
            "refusal": register_words.refusal,
            "platform": lambda id_: source_words.platform_name(id_, lang),
            **_words(request),
        },
    )


def _words(request: PageRequest) -> dict[str, object]:
    lang = request.lang
    return {
        "kind": lambda id_: register_words.kind(id_, lang),
        "state": lambda id_: register_words.state(id_, lang),
        "outcome": lambda id_: register_words.outcome(id_, lang),
        "behalf": lambda id_: register_words.on_behalf(id_, lang),
    }


def _channels(request: PageRequest) -> list[tuple[str, str]]:
    _ = request.lang.gettext
    return [
        ("letter", _("letter")),
        ("mail", _("e-mail")),
        ("phone", _("telephone")),
        ("counter", _("counter")),
        ("platform", _("message on a platform")),
    ]


def _number(request: PageRequest) -> str:
    return str(request.params["number"])


ROWS: tuple[Row, ...] = (
    Screen(_LIST, _ERASE, show_requests),
    Screen(_NEW, _ERASE, show_new),
    Action(_NEW, _ERASE, NewRequestForm, act_receive, show_new),
    Screen(_ONE, _ERASE, show_request),
    Action(f"{_ONE}/reveal", _ERASE, NoFields, act_reveal, show_request),
    Action(f"{_ONE}/identify", _ERASE, RequestNoteForm, act_identify, show_request),
    Action(f"{_ONE}/answer", _ERASE, RequestAnswerForm, act_answer, show_request),
    Action(f"{_ONE}/refuse", _ERASE, RefusalForm, act_refuse, show_request),
)
