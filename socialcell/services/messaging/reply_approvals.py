"""A second person says yes to an answer that waits: it goes out at once, and once.

It is marked as being sent before the platform is called. Whoever finds that mark after
a crash is told to look, since an answer is never sent twice by itself.
"""

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import ConnectorError
from socialcell.errors import ConfigError, UsageError
from socialcell.json_types import JsonValue
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.message_catalog import Message
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.messaging import messages, reply_drafts
from socialcell.services.messaging.messages import ReplyResult


def approve(context: Context, id_: int) -> ReplyResult:
    """Send an answer that somebody else wrote. Audited.

    UsageError: none waits under this number, one's own, or one that may not be sent
    any more (as of messages.reply). Errors of `second_approver.require_second`.
    ConnectorError, ConfigError: Meta did not take it; it waits again.
    """
    who, now = context.actor.name, context.clock.now()
    with db.reading(context.engine) as session:
        draft = reply_drafts.require(session, id_)
        if draft.state == "sending":
            raise _possibly_sent(draft.id or 0)
        making = second_approver.making_of(session, ("message.draft",), str(id_))
        about = Message("operators.answer", {"id": id_})
        persons = second_approver.require_second(context, session, making, about)
        words, made_by, mention_id = draft.text or "", draft.made_by, draft.mention_id
    to = messages.reply_recipient(context, mention_id)
    with db.writing(context.engine) as session:
        if not draft_store.claim(session, id_, who, now):
            raise _possibly_sent(id_)
    detail: dict[str, JsonValue] = {
        "to": mention_id,
        "characters": len(words),
        "draft": id_,
        "made_by": made_by,
        "made_by_operator": persons["made_by_operator"],
    }

    def close(session: Session, message: str) -> None:
        draft_store.close(session, id_, "sent", who, now, message)

    try:
        message = messages.send_reply(context, to, words, detail, close)
    except (ConnectorError, ConfigError):
        with db.writing(context.engine) as session:
            draft_store.give_back(session, id_)
        raise
    return ReplyResult(to.pseudonym, to.until, message)


def _possibly_sent(id_: int) -> UsageError:
    return UsageError("messages.possibly_sent", reply=id_)
