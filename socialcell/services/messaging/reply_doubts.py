"""A person has looked whether an answer was heard of which nobody knew it."""

from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.reply_model import ReplyDraft
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.messaging import replies, reply_drafts, reply_sending
from socialcell.services.messaging.replies import ReplyResult
from socialcell.services.messaging.sending_times import SENDING


def settle_heard(context: Context, id_: int) -> None:
    """The person has the answer: nothing is sent, its words go. Audited.

    UsageError: nobody doubts this answer, or it is being sent at this moment.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        draft = _require_doubted(session, id_, now)
        if not draft_store.settle_heard(session, id_, _over(now)):
            raise UsageError("messages.not_unsure", reply=id_)
        _enter(context, session, draft, heard=True)


def send_again(context: Context, id_: int) -> ReplyResult:
    """The person does not have it: it is sent once more, now. Audited.

    UsageError: as of `settle_heard`, or it may not be sent any more (as of
    replies.reply). ConnectorError, ConfigError: Meta did not take it; UnconfirmedCall:
    nobody knows. After each of them the line asks a person as before.
    """
    now = context.clock.now()
    with db.reading(context.engine) as session:
        draft = _require_doubted(session, id_, now)
        session.expunge(draft)
    to = replies.reply_recipient(context, draft.mention_id)
    if draft.text is None:
        raise UsageError("messages.words_gone", reply=id_)

    def claim(session: Session) -> int:
        if not draft_store.claim_doubted(session, id_, now, _over(now)):
            raise UsageError("messages.not_unsure", reply=id_)
        _enter(context, session, draft, heard=False)
        return id_

    def put_back(session: Session, id_: int) -> None:
        draft_store.doubt(session, id_)

    detail: JsonObject = {"made_by": draft.made_by}
    message = reply_sending.send_reply(context, to, draft.text, claim, put_back, detail)
    return ReplyResult(to.pseudonym, to.until, message)


def _require_doubted(session: Session, id_: int, now: datetime) -> ReplyDraft:
    draft = session.get(ReplyDraft, id_)
    state = None if draft is None else reply_drafts.state_at(draft, now)
    if draft is None or state not in ("sending", "unsure"):
        raise UsageError("messages.not_unsure", reply=id_)
    if state == "sending":
        raise reply_drafts.being_sent(draft)
    return draft


def _over(now: datetime) -> datetime:
    return now - SENDING


def _enter(
    context: Context, session: Session, draft: ReplyDraft, *, heard: bool
) -> None:
    detail: JsonObject = {"to": draft.mention_id, "heard": heard}
    now, about = context.clock.now(), str(draft.id)
    audit.append(session, context.actor, "message.settle", about, detail, now)
