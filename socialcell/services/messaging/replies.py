"""Answer a message on WhatsApp that is in no case, while its window is open.

Those of a case are answered in the case, so that its conversation has the answer.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.clock import in_pune
from socialcell.connectors.whatsapp.whatsapp_message import WINDOW
from socialcell.errors import UsageError
from socialcell.listening.store.mentions import conversations
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.listening.store.mentions.conversations import Conversation
from socialcell.ops import consent_ledger
from socialcell.ops.model import Source
from socialcell.services.context import Context
from socialcell.services.messaging import consent, reply_drafts, reply_sending
from socialcell.services.messaging.reply_sending import ReplyRecipient
from socialcell.services.messaging.whatsapp_number import CONNECTOR
from socialcell.services.outbox import outbox_mode

MAX_CHARACTERS = 4096  # characters of an answer


@dataclass(frozen=True)
class ReplyResult:
    """An answer that was sent, or would be; `until` is when the window closes.

    `second_person`: it waits, or would, for a second person's yes; under the number
    `waits`.
    """

    person: str
    until: datetime
    message: str | None
    second_person: bool = False
    waits: int | None = None


def reply(
    context: Context,
    mention_id: int,
    text: str,
    *,
    safety: bool = False,
    dry_run: bool = False,
) -> ReplyResult:
    """Answer a message while the window of 24 hours is open. Audited.

    What its writer marks as `safety` waits for a second person's yes
    (reply_approvals.py): what it says may cost a life. So does, in a crisis, every
    answer to somebody in danger.

    UsageError: no such message, one of an open case, an empty or too long answer, a
    window that has closed, somebody who asked not to be written to, the same words to
    the same person while these wait or are in doubt, or twice to the same message.
    ConnectorError: Meta did not take it; UnconfirmedCall: nobody knows.
    """
    outbox_mode.require(context, "reply")
    words = text.strip()
    if not words or len(words) > MAX_CHARACTERS:
        raise UsageError(
            "messages.reply_length", limit=MAX_CHARACTERS, characters=len(words)
        )
    to = reply_recipient(context, mention_id)
    with db.reading(context.engine) as session:
        reply_drafts.refuse_in_case(session, mention_id)
        reply_drafts.refuse_same(session, to, words)
    second = safety or reply_drafts.needs_second_person(context, mention_id)
    if dry_run:
        return ReplyResult(to.pseudonym, to.until, None, second)
    if second:
        draft_id = reply_drafts.add_draft(context, to, words)
        return ReplyResult(to.pseudonym, to.until, None, second, draft_id)

    def enter(session: Session) -> int:
        return reply_drafts.enter_sending(context, session, to, words)

    message = reply_sending.send_reply(context, to, words, enter, draft_store.drop)
    return ReplyResult(to.pseudonym, to.until, message)


def reply_recipient(context: Context, mention_id: int) -> ReplyRecipient:
    """Who wrote a message, if they may be answered now. UsageError as of `reply`."""
    with db.reading(context.engine) as session:
        conversation = _conversation(session, mention_id)
        source = session.get(Source, conversation.source_id)
        assert source is not None
        session.expunge(source)
        until = _open_until(context, session, conversation)
    person = consent.person_of(context, CONNECTOR, conversation.uid)
    uid = conversation.uid
    return ReplyRecipient(mention_id, uid, person.pseudonym, source, until)


def _conversation(session: Session, mention_id: int) -> Conversation:
    conversation = conversations.of_message(session, mention_id)
    if conversation is None:
        raise UsageError("messages.no_such_message", message=mention_id)
    if conversation.platform != CONNECTOR:
        raise UsageError(
            "messages.of_another_platform",
            message=mention_id,
            platform=conversation.platform,
        )
    return conversation


def _open_until(
    context: Context, session: Session, conversation: Conversation
) -> datetime:
    """When the window closes. UsageError when it has, or the person wants nothing."""
    last_at, now = conversation.last_at, context.clock.now()
    if last_at is None:
        raise UsageError("messages.reply_window_unknown")
    if last_at + WINDOW <= now:
        raise UsageError("messages.reply_window_over", at=in_pune(last_at))
    person = consent.person_of(context, CONNECTOR, conversation.uid)
    no = consent_ledger.withdrawn_at(session, CONNECTOR, person.key)
    if no is not None and no >= last_at:
        raise UsageError(
            "messages.consent_withdrawn", person=person.pseudonym, at=in_pune(no)
        )
    return last_at + WINDOW
