"""Mentions: the explorer with its facets, one mention, and decisions about it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from socialcell.errors import UsageError
from socialcell.listening.query.query_explanation import QueryExplanation
from socialcell.message_catalog import Message
from socialcell.roles import Permission
from socialcell.services import pseudonyms
from socialcell.services.desk.pages import mention_case
from socialcell.services.mentions import (
    mention_explorer,
    mention_export,
    mention_labels,
    mention_page,
    original_link,
    place_names,
)
from socialcell.services.mentions.mention_explorer import ExplorerQuestion
from socialcell.views.mentions.explorer_view import ExplorerPage
from socialcell.web.console.mention_words import MentionWords
from socialcell.web.pages.addresses import with_pairs
from socialcell.web.pages.answers import Answer, Download, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/mentions"
_MOST_COUNTS = 12
_CHOICES = ("topic", "urgency", "sentiment", "intent", "language", "platform")
CASE_KINDS = ("complaint", "question", "suggestion", "help", "praise")
_DECIDED = ("topic", "urgency", "sentiment", "intent", "language")
_Text = Annotated[str, Field(max_length=2000)]
_Id = Annotated[str, Field(max_length=200)]


class ExportForm(Form):
    """The question of the explorer, and the form of the file."""

    format: Literal["csv", "jsonl"]
    query: _Text = ""
    since: _Id = ""
    until: _Id = ""
    topic: _Id = ""
    ward: _Id = ""
    language: _Id = ""
    sentiment: _Id = ""
    urgency: _Id = ""
    intent: _Id = ""
    platform: _Id = ""
    kind: _Id = ""


class DecisionForm(Form):
    """What a person decides of a mention; "" leaves the machine's reading."""

    topic: _Id = ""
    urgency: _Id = ""
    sentiment: _Id = ""
    intent: _Id = ""
    language: _Id = ""


def show_explorer(request: PageRequest) -> Answer:
    """Mentions that a query and filters find, with what else there is to narrow by."""
    context = request.context
    question = _question(request)
    people, fault = pseudonyms.load_people(context), ""
    try:
        page = mention_explorer.explore(
            context, people, question, places=request.places
        )
    except UsageError as error:
        fault = request.say(_with_labels(request, error.message))
        # What was not applied must not look as if it were: nothing is listed.
        page = ExplorerPage(QueryExplanation(question.query), None)
    words = MentionWords(request.lang, place_names.load_names(context))
    explanation = page.explanation
    if explanation.fault is not None:
        fault = request.lang.gettext(
            "At character %(position)s: %(reason)s",
            position=request.lang.number(explanation.fault.position),
            reason=request.say(explanation.fault.reason),
        )
    return WebPage(
        "mentions.html",
        {
            "question": question,
            "question_fields": {
                k: v for k, v in asdict(question).items() if v and k != "cursor"
            },
            "page": page,
            "matches": page.matches,
            "fault": fault,
            "doubts": [request.say(doubt.message) for doubt in explanation.doubts],
            "words": words,
            "choices": {name: words.choices(name) for name in _CHOICES[:-1]},
            "narrowed": _narrowing(question),
            "day_of": date.fromisoformat,
            "following": _following(
                question, page.matches.following if page.matches else None
            ),
            "may_export": request.may(Permission.EXPORT_TEXT),
            "may_write_rules": request.may(Permission.LEAD_INCIDENTS),
            "moment": datetime.fromisoformat,
        },
    )


def _with_labels(request: PageRequest, message: Message) -> Message:
    """The message of a command with the labels of the page for its options."""
    _ = request.lang.gettext
    labels = {"--since": _("From"), "--until": _("Until")}
    name = message.parameters.get("name")
    if not isinstance(name, str) or name not in labels:
        return message
    return Message(message.code, {**message.parameters, "name": labels[name]})


def _question(request: PageRequest) -> ExplorerQuestion:
    fields: Mapping[str, str] = {**request.query, **request.typed}
    names = ExplorerQuestion.__dataclass_fields__
    return ExplorerQuestion(
        **{name: fields[name].strip()[:2000] for name in names if name in fields}
    )


def _narrowing(question: ExplorerQuestion) -> bool:
    """Whether any field beside the query is asked for."""
    fields = asdict(question)
    return any(fields[name] for name in fields if name not in ("query", "cursor"))


def _following(question: ExplorerQuestion, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    pairs = {name: text for name, text in asdict(question).items() if text}
    return with_pairs(_PATH, **{**pairs, "cursor": cursor})


def act_export(request: PageRequest, form: ExportForm) -> Answer:
    """The file of what a question finds; audited."""
    fields = form.model_dump()
    format_ = form.format
    question = ExplorerQuestion(
        **{name: text for name, text in fields.items() if name != "format"}
    )
    chunks = mention_export.download(
        request.context,
        pseudonyms.load_people(request.context),
        question,
        format_,
        places=request.places,
    )
    kinds = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
    return Download(f"mentions.{format_}", kinds[format_], chunks)


def show_mention(request: PageRequest) -> Answer:
    """One mention: its words, how they are read, its thread, counts and incidents."""
    context, lang = request.context, request.lang
    try:
        page = mention_page.read_page(
            context,
            pseudonyms.load_people(context),
            request.number("id"),
            places=request.places,
        )
    except UsageError:
        raise NotFound from None
    words = MentionWords(lang, page.names)
    no_original = page.no_original
    counts = [
        count for count in page.mention["engagement"] if count["common"] is not None
    ]
    return WebPage(
        "mention.html",
        {
            "page": page,
            "mention": page.mention,
            "counts": counts[-_MOST_COUNTS:],
            "newest_counts": list(
                {count["common"]: count for count in counts}.values()
            ),
            "words": words,
            "choices": _decisions(request, words),
            "case_number": mention_case.number_of(context, page.mention["id"]),
            "kinds": [
                ("", lang.gettext("as the machine read it")),
                *((kind, words.label("intent", kind)) for kind in CASE_KINDS),
            ],
            "no_original": no_original and request.say(no_original.message),
            "may_triage": request.may(Permission.TRIAGE),
            "may_open": request.may(Permission.REVEAL) and not page.mention["link"],
            "moment": datetime.fromisoformat,
        },
    )


def _decisions(
    request: PageRequest, words: MentionWords
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """For each field that a person may decide: its name, label and choices."""
    as_read = ("", request.lang.gettext("as it is"))
    return [
        (name, words.facet(name), [as_read, *words.choices(name)]) for name in _DECIDED
    ]


def act_decide(request: PageRequest, form: DecisionForm) -> Answer:
    """Put a person's reading in force, beside the machine's."""
    id_ = request.number("id")
    mention_page.require_visible(request.context, [id_], request.places)
    labels = {
        name: (value,) for name, value in form.model_dump().items() if value.strip()
    }
    if not labels:
        text = request.lang.gettext(
            "Nothing was chosen. Choose an entry of at least one list."
        )
        raise FormRefused(("", text))
    mention_labels.decide_mentions(request.context, [id_], labels)
    notice = request.lang.gettext("Your reading is in force beside the machine's.")
    return RedirectTo(f"{_PATH}/{id_}", notice)


def act_open(request: PageRequest, _form: NoFields) -> Answer:
    """The address of the original, which is noted in the audit log."""
    id_ = request.number("id")
    mention_page.require_visible(request.context, [id_], request.places)
    original = original_link.open_original(request.context, id_)
    return WebPage("mention_original.html", {"original": original})


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_explorer, is_scoped=True),
    Action(
        f"{_PATH}/export",
        Permission.EXPORT_TEXT,
        ExportForm,
        act_export,
        show_explorer,
        is_scoped=True,
    ),
    Screen(f"{_PATH}/{{id:number}}", Permission.READ, show_mention, is_scoped=True),
    Action(
        f"{_PATH}/{{id:number}}/decide",
        Permission.TRIAGE,
        DecisionForm,
        act_decide,
        show_mention,
        is_scoped=True,
    ),
    Action(
        f"{_PATH}/{{id:number}}/open",
        Permission.REVEAL,
        NoFields,
        act_open,
        show_mention,
        is_scoped=True,
    ),
)
