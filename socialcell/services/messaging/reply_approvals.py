"""A second person says yes to an answer that waits: it goes out at once, and once."""

from sqlmodel import Session

from socialcell import db
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.message_catalog import Message
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.messaging import replies, reply_drafts, reply_sending
from socialcell.services.messaging.replies import ReplyResult


def approve(context: Context, id_: int) -> ReplyResult:
    """Send an answer that somebody else wrote. Audited.

    UsageError: none waits under this number, one's own, or one that may not be sent
    any more (as of replies.reply). Errors of `second_approver.require_second`.
    ConnectorError, ConfigError: Meta did not take it; it waits again. UnconfirmedCall:
    nobody knows.
    """
    with db.reading(context.engine) as session:
        draft = reply_drafts.require(session, id_)
        if draft.state != "waiting":
            raise _possibly_sent(id_)
        # The case was opened while it was being sent, and the platform did not take it.
        reply_drafts.refuse_in_case(session, draft.mention_id)
        making = second_approver.making_of(session, ("message.draft",), str(id_))
        about = Message("operators.answer", {"id": id_})
        persons = second_approver.require_second(context, session, making, about)
        words, made_by, mention_id = draft.text or "", draft.made_by, draft.mention_id
    to = replies.reply_recipient(context, mention_id)
    detail: JsonObject = {
        "made_by": made_by,
        "made_by_operator": persons["made_by_operator"],
    }

    def claim(session: Session) -> int:
        now = context.clock.now()
        if not draft_store.claim(session, id_, context.actor.name, now):
            raise _possibly_sent(id_)
        return id_

    message = reply_sending.send_reply(
        context, to, words, claim, draft_store.give_back, detail
    )
    return ReplyResult(to.pseudonym, to.until, message)


def _possibly_sent(id_: int) -> UsageError:
    return UsageError("messages.possibly_sent", reply=id_)
