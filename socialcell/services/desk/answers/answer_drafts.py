"""Draft an answer to the contacts of a case: each in its own language and channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.ops.webhook_model import MessageTemplate
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_channels, answer_checks, macros
from socialcell.services.desk.answers.answer_cases import (
    contacts_for,
    in_danger,
    replace_answer,
    require_answerable,
)
from socialcell.services.desk.answers.answer_channels import (
    AnswerWay,
    AnswerWays,
    Way,
    of_contact,
    ways_to_answer,
)
from socialcell.services.desk.answers.answer_languages import (
    KEYS,
    TextKey,
    base_of,
    key_of,
)
from socialcell.services.desk.answers.answer_queue import post_draft
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.publishing import post_drafts
from socialcell.text import clean_text


@dataclass(frozen=True)
class TemplateChoice:
    """A template of WhatsApp by its name, and the values of its gaps in order."""

    name: str
    values: Sequence[str] = ()


@dataclass(frozen=True)
class AnswerDraft:
    """An answer: its words by language (keys of `answer_languages`), or an approved
    macro with the values of its placeholders, or a template.

    `contacts`: None stands for all that can be answered. `way`: None for the best that
    is open. `replaces` is the key of the answer that this one stands for.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    contacts: Sequence[int] | None = None
    way: Way | None = None
    purpose: str = "answer"
    macro: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    template: TemplateChoice | None = None
    safety: bool = False
    replaces: str | None = None


@dataclass(frozen=True)
class DraftResult:
    """The key of an answer, its state (draft: whoever may answer sends it; waiting: a
    second person approves it), and the contacts whom it does not reach, with why."""

    key: str
    state: str
    messages: int
    unreached: Mapping[int, Message]


@dataclass(frozen=True)
class _ContactWords:
    """The words for one contact."""

    contact: CaseContact
    way: AnswerWay
    language: TextKey
    text: str
    macro_id: int | None
    template: JsonObject | None
    price_micros: int | None


def draft_answer(
    context: Context, number: str, draft: AnswerDraft, rev: int | None = None
) -> DraftResult:
    """Draft an answer in a case. Audited.

    It waits for a second person, unless all of it is an approved macro, unchanged, to
    contacts who are answered privately and are in no danger.

    UsageError: a contact that cannot be answered, words that may not be sent (as of
    answer_checks), no live macro. CaseChangedError. Errors of `require_case`.
    """
    macros.require_purpose(draft.purpose)
    if draft.way is not None and draft.way not in get_args(Way):
        raise UsageError(
            "deskanswers.no_such_way", way=draft.way, ways=list(get_args(Way))
        )
    if strange := sorted(set(draft.texts) - set(KEYS)):
        raise UsageError(
            "deskanswers.no_such_language", language=strange[0], languages=KEYS
        )
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        return draft_in(context, session, case, draft)


def draft_in(
    context: Context, session: Session, case: DeskCase, draft: AnswerDraft
) -> DraftResult:
    """Draft an answer in a locked case, within what the caller commits. Errors as of
    `draft_answer`."""
    require_case(context, session, Permission.DRAFT, case)
    require_answerable(case)
    parts, unreached = _parts(context, session, case, draft)
    key = answer_store.next_key(session, case)
    replaced = replace_answer(context, session, case, draft.replaces, key)
    second = needs_second(context, session, case, draft, parts)
    state = "waiting" if second else "draft"
    purpose = draft.purpose
    if draft.macro is not None and purpose == "answer":
        purpose = macros.purpose_of(session, draft.macro)
    now = context.clock.now()
    for part in parts:
        row = _message(context, session, case, draft, part)
        row.answer_key, row.state, row.purpose = key, state, purpose
        row.replaces = replaced.get(part.contact.id or 0)
        session.add(row)
    detail: JsonObject = {"answer": key, "contacts": len(parts), "state": state}
    enter_step(
        context,
        session,
        case,
        StepDraft("answer_draft", context.actor.name, detail=detail),
    )
    note: JsonObject = {
        "case": case.number,
        "messages": len(parts),
        "characters": sum(len(part.text) for part in parts),
        "macro": draft.macro,
        "replaces": draft.replaces,
    }
    audit.append(session, context.actor, "answer.draft", key, note, now)
    return DraftResult(key, state, len(parts), unreached)


def needs_second(
    context: Context,
    session: Session,
    case: DeskCase,
    draft: AnswerDraft,
    parts: Sequence[_ContactWords],
) -> bool:
    """Whether a second person must approve a draft."""
    is_macro = all(
        part.macro_id is not None and part.way.way == "private" for part in parts
    )
    contacts = [part.contact for part in parts]
    is_danger = draft.safety or in_danger(context, session, case, contacts)
    return is_danger or not is_macro


def _parts(
    context: Context, session: Session, case: DeskCase, draft: AnswerDraft
) -> tuple[list[_ContactWords], dict[int, Message]]:
    """The words for each contact, checked; and whom it does not reach."""
    contacts = contacts_for(session, case, draft.contacts)
    parts: list[_ContactWords] = []
    unreached: dict[int, Message] = {}
    reasons: list[Message] = []
    for contact in contacts:
        ways = ways_to_answer(context, session, contact)
        way = _choose(ways, draft)
        if way is None:
            unreached[contact.id or 0] = ways.reason
            reasons.append(of_contact(contact, ways.reason))
            continue
        part = _part(context, session, case, draft, contact, way)
        answer_checks.require_sendable(session, contact, way, part.language, part.text)
        parts.append(part)
    if not parts or (draft.contacts is not None and unreached):
        raise UsageError(
            "deskanswers.nobody_reached", number=case.number, lines=reasons
        )
    return parts, unreached


def _choose(ways: AnswerWays, draft: AnswerDraft) -> AnswerWay | None:
    if draft.template is not None:
        return ways.find("template")
    if draft.way is not None:
        return ways.find(draft.way) if draft.way != "template" else None
    return ways.find("private") or ways.find("public")


def _part(
    context: Context,
    session: Session,
    case: DeskCase,
    draft: AnswerDraft,
    contact: CaseContact,
    way: AnswerWay,
) -> _ContactWords:
    language = key_of(contact)
    price = None if way.price is None else way.price.micros
    part = _ContactWords(contact, way, language, "", None, None, price)
    if draft.template is not None:
        form, text = _templated(way, draft.template, language)
        template: JsonObject = {
            "name": form.name,
            "language": form.language,
            "values": list(draft.template.values),
        }
        cost = answer_channels.template_price(context, form.category)
        micros = None if cost is None else cost.micros
        return replace(part, text=text, template=template, price_micros=micros)
    own = draft.texts.get(language)
    text = "" if own is None else clean_text(own).strip()
    if draft.macro is None:
        if own is None:
            raise UsageError(
                "deskanswers.no_words_for", language=language, contact=contact.id
            )
        return replace(part, text=text)
    day = macros.today(context)
    macro = macros.live_macro(session, draft.macro, language, day)
    filled = macros.fill(macro, case, draft.values)
    is_unchanged = own is None or text == filled
    return replace(
        part,
        text=filled if is_unchanged else text,
        macro_id=macro.id if is_unchanged else None,
    )


def _templated(
    way: AnswerWay, choice: TemplateChoice, language: TextKey
) -> tuple[MessageTemplate, str]:
    """The template in the contact's language, and its words with the values."""
    name = choice.name
    form = next(
        (
            form
            for form in way.templates
            if form.name == name and base_of(form.language) == base_of(language)
        ),
        None,
    )
    if form is None:
        raise UsageError(
            "deskanswers.no_template", template=name, language=base_of(language)
        )
    return form, macros.fill_template(form, choice.values)


def _message(
    context: Context,
    session: Session,
    case: DeskCase,
    draft: AnswerDraft,
    part: _ContactWords,
) -> CaseMessage:
    now = context.clock.now()
    row = CaseMessage(
        case_id=case.id or 0,
        contact_id=part.contact.id,
        direction="out",
        is_public=part.way.way == "public",
        text=part.text,
        language=part.language,
        macro_id=part.macro_id,
        template=part.template,
        safety=draft.safety,
        price_micros=part.price_micros,
        made_by=context.actor.name,
        at=now,
    )
    if row.is_public:
        # The rules of own posts say no now, and not after the approval.
        post = post_draft(row, part.way, "answer.draft", now)
        post_drafts.build_post(context, session, post)
    return row
