"""A notice from a template: its slots filled in, looked at in each language, sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict

from socialcell.campaigns.publishing.notice_template import NoticeTemplate
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.connectors.text_lengths import PostLength, length
from socialcell.errors import UsageError
from socialcell.i18n import CODES, Language
from socialcell.message_catalog import Message, Parameter
from socialcell.roles import Permission
from socialcell.services.publishing import notice_templates, notices
from socialcell.services.publishing.notices import NoticeRequest
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.console.typed_moment import maybe_moment
from socialcell.web.pages.addresses import NAMES
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/posts/templates/{id}/write"
_SLOT, _ON, _IN = "slot_", "on_", "in_"  # how names of fields begin


class NoticeSlotsForm(Form):
    """What a notice says and where; first looked at, then sent for approval."""

    model_config = ConfigDict(extra="allow")
    step: Literal["look", "send"]
    at: OptionalText = None
    media: OptionalText = None
    safety: bool = False


@dataclass(frozen=True)
class SlotLine:
    """A slot as fields of the form. `choices`: pairs to choose from; `own`: own words
    may be written in each language."""

    id: str
    name: str
    takes: str
    kind: str
    is_optional: bool
    choices: list[tuple[str, str]]
    own: bool


@dataclass(frozen=True)
class PreviewLine:
    """The notice as it reads in a language, with its length on each platform."""

    code: str
    text: str
    lengths: list[tuple[str, PostLength]]


def show_write(request: PageRequest) -> Answer:
    """The form of a notice."""
    return WebPage("notice_write.html", _values(request, _template(request)))


def _template(request: PageRequest) -> NoticeTemplate:
    try:
        return notice_templates.find_template(
            request.context.workspace, str(request.params["id"])
        )
    except UsageError:
        raise NotFound from None


def _values(request: PageRequest, template: NoticeTemplate) -> dict[str, object]:
    w = PublishingWords(request.lang)
    return {
        "template": template,
        "slots": _slot_lines(template, request.lang),
        "on": [
            (_ON + id_, w.platform(id_))
            for id_ in template.platforms
            if id_ in PUBLISHERS
        ],
        "languages": [(_IN + code, code, NAMES[code]) for code in CODES],
        "is_first": "step" not in request.typed,
        "prefix": _SLOT,
        "preview": None,
        "w": w,
    }


def _slot_lines(template: NoticeTemplate, lang: Language) -> list[SlotLine]:
    w = PublishingWords(lang)
    lines = []
    for id_, slot in template.slots.items():
        choices = [(key, words.of(lang.code)) for key, words in slot.choices.items()]
        lines.append(
            SlotLine(
                id_,
                w.slot_name(id_),
                w.slot(slot.type),
                "datetime-local" if slot.type in ("moment", "until") else "text",
                slot.optional or slot.type == "area",
                [("", "–"), *choices] if choices else [],
                slot.takes_own_words,
            )
        )
    return lines


def act_write(request: PageRequest, form: NoticeSlotsForm) -> Answer:
    """Show the notice in each language; enter its drafts when that was seen."""
    template, lang = _template(request), request.lang
    notice = _request(request, template, form)
    is_sent = form.step == "send"
    try:
        drafts = notices.create_notice(request.context, notice, dry_run=not is_sent)
    except UsageError as error:
        raise _in_words_of_form(request, template, error) from error
    if is_sent:
        text = lang.ngettext(
            "%(n)s draft is written. A second person approves it.",
            "%(n)s drafts are written. A second person approves them.",
            len(drafts.posts),
        )
        if drafts.closure is not None:
            closed = lang.gettext("The closure is entered: talk of it raises no alert.")
            text = f"{text} {closed}"
        return RedirectTo("/posts", text)
    texts = {post.language: post.text or "" for post in drafts.posts}
    preview = [
        PreviewLine(
            code,
            texts[code],
            [
                (name, length(name, texts[code], form.media))
                for name in notice.platforms
            ],
        )
        for code in notice.languages
    ]
    sent = {k: v for k, v in request.typed.items() if k != "step"}
    values = _values(request, template)
    return WebPage("notice_write.html", {**values, "preview": preview, "sent": sent})


def _in_words_of_form(
    request: PageRequest, template: NoticeTemplate, error: UsageError
) -> Exception:
    """The error with the labels of the form where the command has its options, at the
    fields that it is about; as it is where it is about no slot."""
    w = PublishingWords(request.lang)
    parameters = dict(error.message.parameters)
    if error.message.code == "posts.missing_slots":
        text = request.lang.gettext("Fill this in.")
        missing = parameters["slots"]
        assert isinstance(missing, list)
        names = [slot.parameters["slot"] for slot in missing]
        return FormRefused(*((_first_field(template, name), text) for name in names))
    slot = parameters.get("slot")
    if not isinstance(slot, str) or slot not in template.slots:
        return error
    own_words = request.lang.gettext(
        "Own words in each language instead: %(slot)s", slot=w.slot_name(slot)
    )
    in_form: dict[str, Parameter] = {
        "slot": w.slot_name(slot),
        "other": w.slot_name(str(parameters.get("other", ""))),
        "options": f"“{own_words}”",
        "language": w.language(str(parameters.get("language", ""))),
        "choices": [
            words.of(request.lang.code)
            for words in template.slots[slot].choices.values()
        ],
    }
    parameters |= {key: in_form[key] for key in parameters.keys() & in_form.keys()}
    text = request.say(Message(error.message.code, parameters))
    return FormRefused((_first_field(template, slot), text))


def _first_field(template: NoticeTemplate, slot: str) -> str:
    """The name of a slot's first field in the form."""
    line = template.slots[slot]
    has_own_words_only = line.type == "text" and not line.choices
    return f"{_SLOT}{slot}.{CODES[0]}" if has_own_words_only else f"{_SLOT}{slot}"


def _request(
    request: PageRequest, template: NoticeTemplate, form: NoticeSlotsForm
) -> NoticeRequest:
    """The notice as it was filled in. FormRefused: fields of another form, or no
    platform or language is chosen."""
    fields = {key: str(text) for key, text in (form.model_extra or {}).items()}
    platforms = [id_ for id_ in template.platforms if _ON + id_ in fields]
    codes = [code for code in CODES if _IN + code in fields]
    slots = {key: text for key, text in fields.items() if key.startswith(_SLOT)}
    own = {_ON + id_ for id_ in platforms} | {_IN + code for code in codes}
    if strange := sorted(fields.keys() - own - slots.keys()):
        text = request.lang.gettext("This form has changed. Fill it in again.")
        raise FormRefused((strange[0], text))
    if not platforms:
        raise FormRefused(("on", request.lang.gettext("Choose at least one platform.")))
    if not codes:
        raise FormRefused(("in", request.lang.gettext("Choose at least one language.")))
    return NoticeRequest(
        template=template.id,
        platforms=platforms,
        given=_inputs(template, slots),
        at=maybe_moment(request, "at", form.at),
        languages=codes,
        media=form.media,
        safety=form.safety,
    )


def _inputs(
    template: NoticeTemplate, fields: Mapping[str, str]
) -> dict[str, list[str]]:
    """What was filled in, by slot; own words in a language stand before a choice."""
    inputs: dict[str, list[str]] = {}
    for field, text in fields.items():
        name, _dot, code = field.removeprefix(_SLOT).partition(".")
        if not text.strip():
            continue
        slot = template.slots.get(name)
        is_list = slot is not None and slot.takes_several and not code
        parts = text.split(",") if is_list else [text]
        key = f"{name}.{code}" if code else name
        inputs[key] = [part.strip() for part in parts if part.strip()]
    worded = {key.partition(".")[0] for key in inputs if "." in key}
    return {key: entry for key, entry in inputs.items() if key not in worded}


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.DRAFT, show_write),
    Action(_PATH, Permission.DRAFT, NoticeSlotsForm, act_write, show_write),
)
