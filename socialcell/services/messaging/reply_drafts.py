"""Answers that wait: for a second person's yes, or for a person to look."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from socialcell import db
from socialcell.clock import in_pune
from socialcell.connectors.whatsapp.whatsapp_message import WINDOW
from socialcell.desk.case_states import OPEN_STATES
from socialcell.desk.store import conversations as case_conversations
from socialcell.desk.store import opening_queue
from socialcell.errors import UsageError
from socialcell.listening.reply_model import ReplyDraft
from socialcell.listening.store.mentions import conversations
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.listening.store.mentions.conversations import Conversation
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.messaging import consent
from socialcell.services.messaging.sending_times import SENDING
from socialcell.services.outbox import outbox_mode

if TYPE_CHECKING:
    from socialcell.services.messaging.reply_sending import ReplyRecipient


@dataclass(frozen=True)
class WaitingReply:
    """An answer that waits: to which message and whom, what it says, and until when it
    may go. `state` is waiting (for a second person), sending (at this moment) or unsure
    (nobody knows whether it was heard)."""

    id: int
    mention_id: int
    person: str | None
    text: str
    state: str
    made_by: str
    made_at: datetime
    until: datetime | None


def needs_second_person(context: Context, mention_id: int) -> bool:
    """Whether an answer that nobody marked as safety needs a second person's yes: the
    switch is set to crisis, and its receiver asked for help or is in danger."""
    since = context.clock.now() - WINDOW
    with db.reading(context.engine) as session:
        return outbox_mode.mode_in(session) == "crisis" and conversations.is_in_danger(
            session, mention_id, since
        )


def add_draft(context: Context, to: "ReplyRecipient", words: str) -> int:
    """Keep an answer until a second person says yes; its number. Audited.

    UsageError: as of `refuse_same` and `refuse_in_case`.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        id_ = _enter(context, session, to, words, now)
        detail = {
            "to": to.mention_id,
            "person": to.pseudonym,
            "characters": len(words),
        }
        audit.append(session, context.actor, "message.draft", str(id_), detail, now)
        return id_


def enter_sending(
    context: Context, session: Session, to: "ReplyRecipient", words: str
) -> int:
    """Enter an answer that is about to be sent; its number. UsageError: as of
    `refuse_same` and `refuse_in_case`."""
    now = context.clock.now()
    id_ = _enter(context, session, to, words, now)
    draft_store.claim(session, id_, context.actor.name, now)
    return id_


def refuse_same(session: Session, to: "ReplyRecipient", words: str) -> None:
    """UsageError: the same words to the same person wait or may have been heard, or
    they were sent as an answer to the same message."""
    drafts = draft_store.with_words(session, _digest(words), to.mention_id)
    ids = {draft.mention_id for draft in drafts}
    by_message = conversations.of_messages(session, ids) if ids else {}
    for draft in drafts:
        conversation = by_message.get(draft.mention_id)
        if conversation is None or conversation.uid != to.uid:
            continue
        if draft.state == "sent" and draft.decided_at is not None:
            at = in_pune(draft.decided_at)
            raise UsageError("messages.same_sent", reply=draft.id, at=at)
        if draft.state == "waiting":
            raise UsageError("messages.same_waits", reply=draft.id)
        raise UsageError("messages.possibly_sent", reply=draft.id)


def refuse_in_case(session: Session, mention_id: int) -> None:
    """UsageError: the message is in an open case, which has to have its answers."""
    case = case_conversations.case_of_mention(session, mention_id)
    if case is not None and case.state in OPEN_STATES:
        raise UsageError("messages.in_case", message=mention_id, case=case.number)


def _digest(words: str) -> str:
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()


def _enter(
    context: Context, session: Session, to: "ReplyRecipient", words: str, now: datetime
) -> int:
    # A case that is opened of the message meanwhile takes over what waits by then.
    opening_queue.take_turn(session)
    db.take_turn(session, "message.reply")
    refuse_in_case(session, to.mention_id)
    refuse_same(session, to, words)
    draft = ReplyDraft(
        mention_id=to.mention_id,
        text=words,
        words_digest=_digest(words),
        made_by=context.actor.name,
        made_at=now,
    )
    session.add(draft)
    session.flush()
    assert draft.id is not None
    return draft.id


def list_waiting(context: Context) -> list[WaitingReply]:
    """Answers that wait for a second person or may be on their way, oldest first."""
    with db.reading(context.engine) as session:
        drafts = draft_store.waiting(session)
        if not drafts:
            return []
        ids = {draft.mention_id for draft in drafts}
        by_message = conversations.of_messages(session, ids)
        return [
            _as_waiting(context, draft, by_message.get(draft.mention_id))
            for draft in drafts
        ]


def withdraw(context: Context, id_: int) -> None:
    """Take back an answer that waits, or that nobody will send again: its words go.
    Audited. UsageError: none, or it is being sent at this moment."""
    who, now = context.actor.name, context.clock.now()
    with db.writing(context.engine) as session:
        draft = require(session, id_)
        detail = {"to": draft.mention_id, "made_by": draft.made_by}
        if not draft_store.withdraw(session, id_, who, now, now - SENDING):
            raise being_sent(draft)
        audit.append(session, context.actor, "message.withdraw", str(id_), detail, now)


def require(session: Session, id_: int) -> ReplyDraft:
    """The answer of this number. UsageError: none waits under it, or it waits in a case
    now."""
    draft = session.get(ReplyDraft, id_)
    if draft is not None and draft.state == "moved":
        case = case_conversations.case_of_mention(session, draft.mention_id)
        if case is not None:
            raise UsageError("messages.moved", reply=id_, case=case.number)
    if draft is None or draft.state not in draft_store.OPEN:
        raise UsageError("messages.no_such_draft", reply=id_)
    return draft


def state_at(draft: ReplyDraft, now: datetime) -> str:
    """The state of an answer at a moment: one that a process has been sending for too
    long is in doubt."""
    if draft.state != "sending":
        return draft.state
    assert draft.decided_at is not None
    return "unsure" if draft.decided_at + SENDING <= now else "sending"


def being_sent(draft: ReplyDraft) -> UsageError:
    """What is said of an answer that somebody is sending at this moment."""
    assert draft.decided_at is not None
    until = in_pune(draft.decided_at + SENDING)
    return UsageError("messages.being_sent", reply=draft.id, at=until)


def _as_waiting(
    context: Context, draft: ReplyDraft, conversation: Conversation | None
) -> WaitingReply:
    person, until = None, None
    if conversation is not None:
        keyed_person = consent.person_of(
            context, conversation.platform, conversation.uid
        )
        person = keyed_person.pseudonym
        until = conversation.last_at and conversation.last_at + WINDOW
    return WaitingReply(
        id=draft.id or 0,
        mention_id=draft.mention_id,
        person=person,
        text=draft.text or "",
        state=state_at(draft, context.clock.now()),
        made_by=draft.made_by,
        made_at=draft.made_at,
        until=until,
    )
