"""Approved answers: entered, approved by a second person, ended, filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import yaml
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.desk.closing_model import AnswerMacro
from socialcell.desk.model import DeskCase
from socialcell.desk.store import macros as store
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.ops.webhook_model import MessageTemplate
from socialcell.roles import Permission
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_languages
from socialcell.services.operators import permissions
from socialcell.text import clean_text

PURPOSES = ("answer", "place_question", "closing_question", "acknowledge")
_KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
_GAP = re.compile(r"\{([a-z_]+)\}")
_TEMPLATE_GAP = re.compile(r"\{\{[^{}]+\}\}")
LONGEST = timedelta(days=366)  # an approved answer is looked at again after a year


@dataclass(frozen=True)
class MacroDraft:
    """An approved answer to be entered in one language."""

    key: str
    language: str
    title: str
    text: str
    valid_until: date
    purpose: str = "answer"
    topic: str | None = None


@dataclass(frozen=True)
class MacroImport:
    """How many entries of the book that comes with the program are new, and how many
    were there."""

    added: int
    present: int


def today(context: Context) -> date:
    """The day in Pune."""
    return context.clock.now().astimezone(IST).date()


def list_macros(context: Context, *, ended: bool = False) -> Sequence[AnswerMacro]:
    """Approved answers and those that wait for approval; with `ended` also those that
    count no more."""
    with db.reading(context.engine) as session:
        rows = store.list_macros(session, None if ended else today(context))
        session.expunge_all()
    return rows


def add_macro(context: Context, draft: MacroDraft) -> AnswerMacro:
    """Enter an approved answer, as a new version where its key has one in this
    language; it counts when a second person has approved it. Audited.

    UsageError: a key, language, purpose, text or day that cannot be. Errors of
    `permissions.require`.
    """
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.DRAFT, ())
        row = _enter(context, session, draft)
        session.flush()
        session.expunge(row)
    return row


def import_book(context: Context, valid_until: date) -> MacroImport:
    """Enter the approved answers that come with the program and whose keys are not
    there yet, good until a day. Audited; a second person approves them."""
    added = present = 0
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.DRAFT, ())
        for draft in shipped_macros(valid_until):
            if store.newest_version(session, draft.key, draft.language):
                present += 1
                continue
            _enter(context, session, draft)
            added += 1
    return MacroImport(added, present)


def approve_macros(
    context: Context, key: str, language: str | None = None
) -> list[AnswerMacro]:
    """A second person approves what waits under a key, in one language or in all; the
    versions before end. Audited.

    UsageError: nothing waits, or it is one's own. Errors of `require_second`.
    """
    with db.writing(context.engine) as session:
        rows = store.waiting(session, key, language)
        if not rows:
            raise UsageError("deskanswers.no_macro_waits", key=key)
        now = context.clock.now()
        for row in rows:
            object_ = _object(row)
            making = second_approver.making_of(session, ("macro.add",), object_)
            about = Message("deskanswers.macro", {"key": object_})
            persons = second_approver.require_second(context, session, making, about)
            if row.valid_until < today(context):
                raise UsageError("deskanswers.macro_over", key=key, day=row.valid_until)
            for before in store.versions_before(session, row):
                before.ended_at = before.ended_at or now
            row.approved_by, row.approved_at = context.actor.name, now
            detail: JsonObject = {
                "made_by": row.made_by,
                "made_by_operator": persons["made_by_operator"],
            }
            audit.append(session, context.actor, "macro.approve", object_, detail, now)
        session.flush()
        session.expunge_all()
    return list(rows)


def end_macro(context: Context, key: str, language: str | None = None) -> int:
    """End an approved answer, in one language or in all; how many. Audited.

    UsageError: there is none that counts or waits. Errors of `permissions.require`.
    """
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.APPROVE, ())
        rows = store.unended(session, key, language)
        if not rows:
            raise UsageError("deskanswers.no_such_macro", key=key)
        now = context.clock.now()
        for row in rows:
            row.ended_at = now
            audit.append(session, context.actor, "macro.end", _object(row), {}, now)
        return len(rows)


def live_macro(session: Session, key: str, language: str, day: date) -> AnswerMacro:
    """The approved answer of a key in a language that counts on a day. UsageError:
    there is none; it waits for approval, or its time is over."""
    row = store.newest_approved(session, key, language)
    if row is None:
        if not store.newest_version(session, key, language):
            raise UsageError("deskanswers.no_macro", key=key, language=language)
        raise UsageError("deskanswers.macro_not_approved", key=key, language=language)
    if row.ended_at is not None or row.valid_until < day:
        raise UsageError("deskanswers.macro_over", key=key, day=row.valid_until)
    return row


def require_live(session: Session, macro_id: int, day: date) -> None:
    """UsageError when an approved answer has ended since it was put into a draft."""
    row = session.get(AnswerMacro, macro_id)
    if row is None or row.ended_at is not None or row.valid_until < day:
        key = "" if row is None else row.key
        last = day if row is None else row.valid_until
        raise UsageError("deskanswers.macro_over", key=key, day=last)


def require_purpose(purpose: str) -> None:
    """UsageError unless an answer may be for this."""
    if purpose not in PURPOSES:
        raise UsageError(
            "deskanswers.no_such_purpose", purpose=purpose, purposes=PURPOSES
        )


def purpose_of(session: Session, key: str) -> str:
    """What the approved answers of a key are for."""
    return store.purpose_of(session, key) or "answer"


def fill(macro: AnswerMacro, case: DeskCase, values: Mapping[str, str]) -> str:
    """The words with their placeholders filled: `number` and `place` from the case,
    others from `values` (`team`, or `team.mr` for one language). What has no value
    stays."""
    own = {"number": case.number, "place": case.place}

    def value(gap: re.Match[str]) -> str:
        name = gap[1]
        text = values.get(f"{name}.{macro.language}", values.get(name, ""))
        return clean_text(text).strip() or own.get(name, "") or gap[0]

    return _GAP.sub(value, macro.text)


def fill_template(form: MessageTemplate, values: Sequence[str]) -> str:
    """The words of a template with its values in their order. UsageError: not as many
    as it has gaps."""
    body = form.body or ""
    gaps = list(dict.fromkeys(_TEMPLATE_GAP.findall(body)))
    if len(gaps) != len(values):
        raise UsageError(
            "messages.template_values",
            name=form.name,
            gaps=len(gaps),
            values=len(values),
            body=body,
        )
    for gap, text in zip(gaps, values, strict=True):
        body = body.replace(gap, text)
    return body


def shipped_macros(valid_until: date) -> list[MacroDraft]:
    """The approved answers that come with the program, as drafts."""
    from importlib.resources import files

    path = files("socialcell.desk") / "data" / "macros.yaml"
    book = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        MacroDraft(
            key=key,
            language=language,
            title=entry["title"],
            text=text.strip(),
            valid_until=valid_until,
            purpose=entry["purpose"],
            topic=entry.get("topic"),
        )
        for key, entry in book.items()
        for language, text in entry["texts"].items()
    ]


def _enter(context: Context, session: Session, draft: MacroDraft) -> AnswerMacro:
    text = clean_text(draft.text).strip()
    _require_draft(context, draft, text)
    now = context.clock.now()
    db.take_turn(session, f"answer {draft.key}")
    row = AnswerMacro(
        key=draft.key,
        language=draft.language,
        version=store.newest_version(session, draft.key, draft.language) + 1,
        title=clean_text(draft.title).strip(),
        topic=draft.topic,
        text=text,
        purpose=draft.purpose,
        valid_until=draft.valid_until,
        made_by=context.actor.name,
        made_at=now,
    )
    session.add(row)
    session.flush()
    detail: JsonObject = {"purpose": row.purpose, "until": row.valid_until.isoformat()}
    audit.append(session, context.actor, "macro.add", _object(row), detail, now)
    return row


def _require_draft(context: Context, draft: MacroDraft, text: str) -> None:
    if not _KEY.fullmatch(draft.key):
        raise UsageError("deskanswers.macro_key", key=draft.key)
    require_purpose(draft.purpose)
    if not text or not draft.title.strip():
        raise UsageError("deskanswers.macro_empty", key=draft.key)
    first = today(context)
    if not first <= draft.valid_until <= first + LONGEST:
        raise UsageError(
            "deskanswers.macro_day", day=draft.valid_until, last=first + LONGEST
        )
    answer_languages.require_language(draft.language, _GAP.sub(" ", text))


def _object(row: AnswerMacro) -> str:
    return f"{row.key}.{row.language}.{row.version}"
