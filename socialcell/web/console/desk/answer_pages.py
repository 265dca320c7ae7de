"""An answer to the people of a case: drafted, looked at as it will stand, sent."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from socialcell.errors import UsageError
from socialcell.roles import Permission
from socialcell.services.desk.answers import (
    answer_drafts,
    answer_results,
    answer_view,
    answers,
)
from socialcell.services.desk.answers.answer_drafts import AnswerDraft, TemplateChoice
from socialcell.services.desk.answers.answer_languages import KEYS
from socialcell.services.desk.answers.answer_view import AnswerDetail
from socialcell.services.desk.pages import answer_pages
from socialcell.web.console.desk.case_forms import CaseForm, changes_since
from socialcell.web.console.desk.case_pages import PATH, in_rupees, read_history
from socialcell.web.console.desk.desk_words import few_desk_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_Words = Annotated[str, Field(max_length=10_000)]


class AnswerForm(CaseForm):
    """The words by language, or an approved answer, or a template of WhatsApp."""

    way: Literal["", "private", "public", "template"] = ""
    purpose: Literal["answer", "place_question"] = "answer"
    macro: OptionalText = None
    values: Annotated[str, Field(max_length=2000)] = ""
    template: OptionalText = None
    gaps: Annotated[str, Field(max_length=2000)] = ""
    words_mr: _Words = ""
    words_hi: _Words = ""
    words_en: _Words = ""
    words_mr_Latn: _Words = ""  # noqa: N815 - the code of the language
    words_hi_Latn: _Words = ""  # noqa: N815
    replaces: OptionalText = None

    def texts(self) -> dict[str, str]:
        """The words that were written, by language."""
        fields = self.model_dump()
        words = {key: str(fields[field_name(key)]).strip() for key in KEYS}
        return {key: text for key, text in words.items() if text}


class AnswerKeyForm(CaseForm):
    """An answer as it stands."""


class SettleForm(CaseForm):
    """What a look into the conversation found about a message in doubt."""

    message: Annotated[int, Field(ge=1, le=2**62)]
    heard: Literal["yes", "no"]


def field_name(key: str) -> str:
    """The field for the words in a language."""
    return f"words_{key.replace('-', '_')}"


def show_answer_form(request: PageRequest) -> Answer:
    """How each contact can be answered, and the words for them."""
    page = read_history(request)
    context, words = request.context, few_desk_words(request.context, request.lang, ())
    contacts = answer_pages.read_contacts(context, page.case.number)
    languages = list(dict.fromkeys(c.language for c in contacts if c.ways.open))
    replaces = request.typed.get("replaces") or request.query.get("replaces", "")
    before = _texts_before(request, replaces)
    macros = {
        row.key: row.title
        for row in sorted(
            answer_pages.live_macros(context, page.case.topic),
            key=lambda row: row.language == request.lang.code,
        )
    }
    templates = {
        form.name: form
        for contact in contacts
        for way in contact.ways.open
        for form in way.templates
    }
    _ = request.lang.gettext
    return WebPage(
        "desk/answer.html",
        {
            "page": page,
            "w": words,
            "changed": changes_since(request, page),
            "contacts": contacts,
            "may_answer": request.may(Permission.ANSWER),
            "languages_of_words": [
                (key, field_name(key), before.get(key, "")) for key in languages
            ],
            "macros": [("", _("none, own words")), *macros.items()],
            "templates": [("", _("none")), *((name, name) for name in templates)],
            "ways": [
                ("", _("the best that is open")),
                ("private", _("privately")),
                ("public", _("in public, under the post")),
            ],
            "purposes": [
                ("answer", words.purpose("answer")),
                ("place_question", words.purpose("place_question")),
            ],
            "replaces": replaces,
            "say": request.say,
            "money": lambda micros: in_rupees(request.lang, micros),
        },
    )


def _texts_before(request: PageRequest, key: str) -> Mapping[str, str]:
    """The words of the answer that is written anew, by language."""
    if not key:
        return {}
    try:
        detail = answer_view.show_answer(request.context, key)
    except UsageError:
        return {}
    if detail.case != request.params["number"]:
        return {}
    return {line.language or "": line.text or "" for line in detail.lines}


def act_draft(request: PageRequest, form: AnswerForm) -> Answer:
    """Draft the answer; it is then shown as it will stand."""
    number = str(request.params["number"])
    template = None
    if form.template is not None:
        template = TemplateChoice(form.template, tuple(form.gaps.split("\n")))
    draft = AnswerDraft(
        texts=form.texts(),
        way=form.way or None,
        purpose=form.purpose,
        macro=form.macro,
        values=_values(request, form.values),
        template=template,
        replaces=form.replaces,
    )
    result = answer_drafts.draft_answer(request.context, number, draft, form.rev)
    _ = request.lang.gettext
    notice = (
        _("It waits for a second person. This is how it will stand.")
        if result.state == "waiting"
        else _("This is how it will stand. It has not been sent yet.")
    )
    if result.unreached:
        reasons = " ".join(request.say(why) for why in result.unreached.values())
        notice = f"{notice} {_('Not reached:')} {reasons}"
    return RedirectTo(f"/cases/{number}/answers/{result.key}", notice)


def _values(request: PageRequest, text: str) -> dict[str, str]:
    values = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, sign, words = line.partition("=")
        if not sign:
            sentence = request.lang.gettext("Write each line as name=words.")
            raise FormRefused(("values", sentence))
        values[name.strip()] = words.strip()
    return values


def show_answer(request: PageRequest) -> Answer:
    """An answer as it will stand, or stands: to whom, in which words."""
    page, detail = read_history(request), _require_answer(request)
    state = detail.lines[0].state
    return WebPage(
        "desk/answer_shown.html",
        {
            "page": page,
            "w": few_desk_words(request.context, request.lang, ()),
            "changed": changes_since(request, page),
            "answer": detail,
            "state": state,
            "lines": list(zip(detail.lines, detail.changes, strict=True)),
            "may_send": state == "draft" and request.may(Permission.ANSWER),
            "may_settle": request.may(Permission.ANSWER),
            "may_withdraw": state in ("draft", "waiting", "returned", "queued"),
            "may_rewrite": state in ("draft", "waiting", "returned"),
            "say": request.say,
            "money": lambda micros: in_rupees(request.lang, micros),
        },
    )


def _require_answer(request: PageRequest) -> AnswerDetail:
    try:
        detail = answer_view.show_answer(request.context, str(request.params["key"]))
    except UsageError:
        raise NotFound from None
    if detail.case != request.params["number"]:
        raise NotFound
    return detail


def act_send(request: PageRequest, form: AnswerKeyForm) -> Answer:
    """Send an approved answer that nobody changed."""
    key = str(request.params["key"])
    count = answers.send_answer(request.context, key, form.rev)
    notice = request.lang.ngettext(
        "%(n)s message is about to be sent.",
        "%(n)s messages are about to be sent.",
        count,
    )
    return RedirectTo(f"/cases/{request.params['number']}", notice)


def act_withdraw(request: PageRequest, form: AnswerKeyForm) -> Answer:
    """An answer does not go out."""
    key = str(request.params["key"])
    answers.withdraw_answer(request.context, key, rev=form.rev)
    notice = request.lang.gettext("The answer does not go out.")
    return RedirectTo(f"/cases/{request.params['number']}", notice)


def act_settle(request: PageRequest, form: SettleForm) -> Answer:
    """Say whether the citizen has a message of which nobody knew; else it is sent once
    more."""
    is_heard = form.heard == "yes"
    answer_results.settle(request.context, form.message, heard=is_heard)
    _ = request.lang.gettext
    notice = (
        _("Noted: the citizen has it.") if is_heard else _("It is about to be sent.")
    )
    return RedirectTo(f"/cases/{request.params['number']}", notice)


_DRAFT = Permission.DRAFT
_ANSWER = f"{PATH}/answers/{{key}}"
ROWS: tuple[Row, ...] = (
    Screen(f"{PATH}/answer", _DRAFT, show_answer_form, is_scoped=True),
    Action(f"{PATH}/answer", _DRAFT, AnswerForm, act_draft, show_answer_form, True),
    Screen(_ANSWER, _DRAFT, show_answer, is_scoped=True),
    Action(
        f"{_ANSWER}/send", Permission.ANSWER, AnswerKeyForm, act_send, show_answer, True
    ),
    Action(
        f"{_ANSWER}/settle",
        Permission.ANSWER,
        SettleForm,
        act_settle,
        show_answer,
        True,
    ),
    Action(
        f"{_ANSWER}/withdraw", _DRAFT, AnswerKeyForm, act_withdraw, show_answer, True
    ),
)
