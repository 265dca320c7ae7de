"""Answers as they are looked at: where each is, what holds it, what changed."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.errors import UsageError
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_checks
from socialcell.services.desk.answers.answer_channels import AnswerWays, ways_to_answer
from socialcell.services.desk.answers.answer_queue import way_of
from socialcell.services.desk.answers.hold_reasons import hold_of

STATES = (
    "draft",
    "waiting",
    "returned",
    "withdrawn",
    "queued",
    "sent",
    "delivered",
    "read",
    "failed",
    "unsure",
)
OPEN_STATES = ("draft", "waiting", "returned", "queued", "failed", "unsure")
_WORDS = re.compile(r"\S+|\s+")


@dataclass(frozen=True)
class WordChange:
    """Words of a draft beside the draft before: kept, added or removed."""

    change: Literal["same", "added", "removed"]
    words: str


@dataclass(frozen=True)
class AnswerLine:
    """One message of an answer, as it is listed; the fields are the keys of its JSON,
    where `hold` has its code, and the sentence by language.

    `way`: private, template or public. `until`: when its window closes. `hold` says
    what keeps it from going out now and what may be done.
    """

    message: int
    answer: str
    case: str
    contact: int
    channel: str
    way: str
    language: str | None
    purpose: str
    state: str
    text: str | None
    used: int | None
    limit: int | None
    until: datetime | None
    price_micros: int | None
    macro: bool
    safety: bool
    made_by: str
    made_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    sent_at: datetime | None
    reason: str | None
    hold: Message | None


@dataclass(frozen=True)
class AnswerDetail:
    """An answer with its messages, and for each what changed since the draft before
    (None: it replaces none)."""

    answer: str
    case: str
    rev: int
    lines: Sequence[AnswerLine]
    changes: Sequence[Sequence[WordChange] | None]


def list_answers(
    context: Context,
    states: Sequence[str] = OPEN_STATES,
    limit: int = 50,
    before: int | None = None,
) -> list[AnswerLine]:
    """Messages of answers in these states (none: any), the newest first; those older
    than the message `before`. UsageError: no such state."""
    if strange := sorted(set(states) - set(STATES)):
        raise UsageError("outbox.no_such_state", state=strange[0], states=list(STATES))
    with db.reading(context.engine) as session:
        return [
            _line(context, session, *row)
            for row in answer_store.list_answers(session, states, before, limit)
        ]


def show_answer(context: Context, key: str) -> AnswerDetail:
    """One answer. UsageError: there is none of this key."""
    with db.reading(context.engine) as session:
        messages = answer_store.messages_of_answer(session, key)
        if not messages:
            raise UsageError("deskanswers.no_such_answer", answer=key)
        lines, changes = [], []
        for message in messages:
            contact = session.get_one(CaseContact, message.contact_id)
            case = session.get_one(DeskCase, contact.case_id)
            lines.append(_line(context, session, message, contact, case))
            before = message.replaces and session.get(CaseMessage, message.replaces)
            changes.append(
                word_changes(before.text or "", message.text or "") if before else None
            )
        return AnswerDetail(key, case.number, case.rev, lines, changes)


def word_changes(before: str, after: str) -> list[WordChange]:
    """What changed between two drafts, word by word, in the order of the later one."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    changes: list[WordChange] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            changes.append(WordChange("same", "".join(new[new_start:new_end])))
            continue
        if old_end > old_start:
            changes.append(WordChange("removed", "".join(old[old_start:old_end])))
        if new_end > new_start:
            changes.append(WordChange("added", "".join(new[new_start:new_end])))
    return changes


def _line(
    context: Context,
    session: Session,
    message: CaseMessage,
    contact: CaseContact,
    case: DeskCase,
) -> AnswerLine:
    is_open = message.state in OPEN_STATES
    ways = ways_to_answer(context, session, contact) if is_open else AnswerWays(())
    way = ways.find(way_of(message))
    count = answer_checks.length_of(way, message.text or "") if way else None
    return AnswerLine(
        message=message.id or 0,
        answer=message.answer_key or "",
        case=case.number,
        contact=contact.id or 0,
        channel=contact.channel,
        way=way_of(message),
        language=message.language,
        purpose=message.purpose,
        state=message.state,
        text=message.text,
        used=count.used if count else None,
        limit=count.limit if count else None,
        until=way.until if way else None,
        price_micros=message.price_micros,
        macro=message.macro_id is not None,
        safety=message.safety,
        made_by=message.made_by,
        made_at=message.at,
        decided_by=message.decided_by,
        decided_at=message.decided_at,
        sent_at=message.sent_at,
        reason=message.reason,
        hold=hold_of(
            context, session, message, contact, ways if is_open and not way else None
        ),
    )
