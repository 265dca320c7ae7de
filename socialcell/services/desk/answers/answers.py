"""What becomes of a drafted answer: approved, sent, returned, withdrawn, looked after.

Nobody approves own words. What leaves is marked in the outbox first
(answer_sending.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.people import masking
from socialcell.message_catalog import Message
from socialcell.ops import audit, outbox_store
from socialcell.roles import Permission
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_checks, macros
from socialcell.services.desk.answers.answer_cases import in_danger, require_answerable
from socialcell.services.desk.answers.answer_channels import (
    AnswerWay,
    of_contact,
    ways_to_answer,
)
from socialcell.services.desk.answers.answer_languages import KEYS
from socialcell.services.desk.answers.answer_queue import queue_message, way_of
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step

_WITHDRAWABLE = (*answer_store.WAITING_STATES, "returned", "queued")


@dataclass(frozen=True)
class _Answer:
    """An answer of a locked case, with whom each of its messages is for."""

    case: DeskCase
    key: str
    messages: Sequence[CaseMessage]
    contacts: Sequence[CaseContact]


def approve_answer(context: Context, key: str, rev: int | None = None) -> int:
    """A second person approves an answer: its messages are queued; how many. Audited.

    UsageError: it does not wait, it is one's own words, or something stands against it
    now (the way has closed, a macro has ended): nothing is queued then.
    CaseChangedError. Errors of `require_case`.
    """
    with db.writing(context.engine) as session:
        answer = _lock(context, session, key, rev)
        approver = require_case(context, session, Permission.APPROVE, answer.case)
        _require_state(answer, answer_store.WAITING_STATES)
        making = _require_other_maker(context, session, key, approver)
        _queue(context, session, answer)
        _enter(context, session, answer, "answer_approve")
        detail: JsonObject = {
            "case": answer.case.number,
            "made_by": answer.messages[0].made_by,
            "made_by_operator": making,
            "messages": len(answer.messages),
        }
        now = context.clock.now()
        audit.append(session, context.actor, "answer.approve", key, detail, now)
        return len(answer.messages)


def send_answer(context: Context, key: str, rev: int | None = None) -> int:
    """Queue an answer that is an approved macro, unchanged, without a second person;
    how many messages. Audited.

    UsageError: it needs a second person, or as of `approve_answer`. Errors of
    `require_case`.
    """
    with db.writing(context.engine) as session:
        answer = _lock(context, session, key, rev)
        require_case(context, session, Permission.ANSWER, answer.case)
        _require_state(answer, answer_store.WAITING_STATES)
        is_plain = all(
            row.state == "draft" and row.macro_id is not None and not row.is_public
            for row in answer.messages
        )
        if not is_plain or in_danger(context, session, answer.case, answer.contacts):
            raise UsageError("deskanswers.needs_second", answer=key)
        _queue(context, session, answer)
        _enter(context, session, answer, "answer_queue")
        detail: JsonObject = {
            "case": answer.case.number,
            "made_by": answer.messages[0].made_by,
            "messages": len(answer.messages),
        }
        now = context.clock.now()
        audit.append(session, context.actor, "answer.queue", key, detail, now)
        return len(answer.messages)


def return_answer(
    context: Context, key: str, reason: str, rev: int | None = None
) -> None:
    """Give an answer that waits back to who drafted it, with a reason. Audited.

    UsageError: it does not wait, or no reason. Errors of `require_case`.
    """
    if not reason.strip():
        raise UsageError("deskanswers.no_reason")
    _decide(context, key, Permission.APPROVE, rev, "return", reason.strip())


def withdraw_answer(
    context: Context, key: str, reason: str = "", rev: int | None = None
) -> None:
    """An answer that is not being sent yet does not go out. Audited.

    UsageError: it is out, or may be. Errors of `require_case`.
    """
    _decide(context, key, Permission.DRAFT, rev, "withdraw", reason.strip())


def _decide(
    context: Context,
    key: str,
    permission: Permission,
    rev: int | None,
    act: str,
    reason: str,
) -> None:
    with db.writing(context.engine) as session:
        answer = _lock(context, session, key, rev)
        require_case(context, session, permission, answer.case)
        is_return = act == "return"
        _require_state(
            answer, answer_store.WAITING_STATES if is_return else _WITHDRAWABLE
        )
        now, who = context.clock.now(), context.actor.name
        for row in answer.messages:
            if row.state == "queued":
                _take_out(session, row)
            row.state = "returned" if is_return else "withdrawn"
            row.decided_by, row.decided_at = who, now
            row.reason = reason or None
        _enter(context, session, answer, f"answer_{act}", reason)
        # Nothing is ever taken out of the audit log.
        plain = masking.unnamed(reason)
        detail: JsonObject = {"case": answer.case.number, "reason": plain}
        audit.append(session, context.actor, f"answer.{act}", key, detail, now)


def _take_out(session: Session, message: CaseMessage) -> None:
    """Take a queued message out of the outbox. UsageError: its sending has begun."""
    key = message.outbox_key
    post = None
    if message.own_post_id is not None:
        post = session.get_one(OwnPost, message.own_post_id)
        key = post.sent_as
    begun = post is not None and post.asked_first is not None
    if key is None or begun or not outbox_store.drop(session, key):
        raise UsageError("deskanswers.being_sent", message=message.id)
    message.outbox_key = None
    if post is not None:
        post.state = "withdrawn"


def _lock(context: Context, session: Session, key: str, rev: int | None) -> _Answer:
    messages = answer_store.messages_of_answer(session, key)
    if not messages:
        raise UsageError("deskanswers.no_such_answer", answer=key)
    contact = session.get_one(CaseContact, messages[0].contact_id)
    number = session.get_one(DeskCase, contact.case_id).number
    case = cases.lock_case(session, number, rev)
    messages = answer_store.messages_of_answer(session, key)
    contacts = [session.get_one(CaseContact, row.contact_id) for row in messages]
    return _Answer(case, key, messages, contacts)


def _require_state(answer: _Answer, states: Sequence[str]) -> None:
    for row in answer.messages:
        if row.state not in states:
            raise UsageError(
                "deskanswers.not_waiting", answer=answer.key, state=row.state
            )


def _require_other_maker(
    context: Context, session: Session, key: str, approver: int
) -> int:
    """The number of the operator who drafted an answer. UsageError: who approves has
    drafted it, or what it replaces. SocialcellError: nobody known drafted it."""
    about = Message("operators.answer", {"id": key})
    first: int | None = None
    step: str | None = key
    while step is not None:
        making = second_approver.making_of(session, ("answer.draft",), step)
        reply = None if making is None else making.detail.get("reply")
        if isinstance(reply, int):  # it waited before its message came into the case
            making = second_approver.making_of(session, ("message.draft",), str(reply))
        if making is None or making.operator_id is None:
            raise SocialcellError("operators.maker_unknown", about=about)
        if making.operator_id == approver:
            raise UsageError("operators.own_work", about=about, name=context.actor.name)
        first = making.operator_id if first is None else first
        before = making.detail.get("replaces")
        step = before if isinstance(before, str) else None
    assert first is not None
    return first


def _queue(context: Context, session: Session, answer: _Answer) -> None:
    """Queue every message, or none: UsageError where something stands against one."""
    require_answerable(answer.case)
    for message, contact in zip(answer.messages, answer.contacts, strict=True):
        way = open_way(context, session, contact, message)
        require_words(context, session, contact, message, way)
        queue_message(context, session, answer.case, contact, message, way)


def open_way(
    context: Context, session: Session, contact: CaseContact, message: CaseMessage
) -> AnswerWay:
    """The way that a message goes, while it is open. UsageError: it has closed, with
    the reason and what may be done instead."""
    ways = ways_to_answer(context, session, contact)
    way = ways.find(way_of(message))
    if way is None:
        about = of_contact(contact, ways.reason)
        raise UsageError(about.code, **about.parameters)
    return way


def require_words(
    context: Context,
    session: Session,
    contact: CaseContact,
    message: CaseMessage,
    way: AnswerWay,
) -> None:
    """UsageError for words that may not be sent any more."""
    key = message.language or KEYS[0]
    answer_checks.require_sendable(session, contact, way, key, message.text or "")
    if message.macro_id is not None:
        macros.require_live(session, message.macro_id, macros.today(context))


def _enter(
    context: Context, session: Session, answer: _Answer, kind: str, reason: str = ""
) -> None:
    detail: JsonObject = {"answer": answer.key, "messages": len(answer.messages)}
    step = StepDraft(kind, context.actor.name, reason=reason, detail=detail)
    enter_step(context, session, answer.case, step)
