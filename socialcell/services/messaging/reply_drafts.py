"""Safety answers that wait for a second person's approval."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.whatsapp.whatsapp_connector import WINDOW
from socialcell.errors import UsageError
from socialcell.listening.reply_model import ReplyDraft
from socialcell.listening.store.mentions import conversations
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.listening.store.mentions.conversations import Conversation
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.messaging import consent
from socialcell.services.outbox import outbox


@dataclass(frozen=True)
class WaitingReply:
    """An answer that waits: to which message and whom, what it says, and until when it
    may go. `state` is sending while nobody knows whether it was sent."""

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
        return outbox.mode_in(session) == "crisis" and conversations.is_in_danger(
            session, mention_id, since
        )


def add_draft(context: Context, mention_id: int, words: str, pseudonym: str) -> int:
    """Keep an answer until a second person says yes; its number. Audited."""
    who, now = context.actor.name, context.clock.now()
    with db.writing(context.engine) as session:
        draft = ReplyDraft(mention_id=mention_id, text=words, made_by=who, made_at=now)
        session.add(draft)
        session.flush()
        assert draft.id is not None
        detail = {
            "to": mention_id,
            "person": pseudonym,
            "characters": len(words),
        }
        audit.append(
            session, context.actor, "message.draft", str(draft.id), detail, now
        )
        return draft.id


def list_waiting(context: Context) -> list[WaitingReply]:
    """Answers that wait for a second person, oldest first."""
    with db.reading(context.engine) as session:
        drafts = draft_store.waiting(session)
        if not drafts:
            return []
        ids = {draft.mention_id for draft in drafts}
        known = conversations.of_messages(session, ids)
        return [
            _as_waiting(context, draft, known.get(draft.mention_id)) for draft in drafts
        ]


def withdraw(context: Context, id_: int) -> None:
    """Take back an answer that waits: its words go. Audited. UsageError: none."""
    who, now = context.actor.name, context.clock.now()
    with db.writing(context.engine) as session:
        draft = require(session, id_)
        detail = {"to": draft.mention_id, "made_by": draft.made_by}
        draft_store.close(session, id_, "withdrawn", who, now)
        audit.append(session, context.actor, "message.withdraw", str(id_), detail, now)


def require(session: Session, id_: int) -> ReplyDraft:
    """The answer of this number. UsageError when none waits under it."""
    draft = session.get(ReplyDraft, id_)
    if draft is None or draft.state not in ("waiting", "sending"):
        raise UsageError("messages.no_such_draft", reply=id_)
    return draft


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
        state=draft.state,
        made_by=draft.made_by,
        made_at=draft.made_at,
        until=until,
    )
