"""Answers to citizens that wait for a second person, and who wrote each."""

from dataclasses import dataclass

from socialcell import db
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.makers import Maker, maker_of
from socialcell.services.messaging import reply_drafts
from socialcell.services.messaging.reply_drafts import WaitingReply

MADE_BY = ("message.draft",)


@dataclass(frozen=True)
class WaitingAnswer:
    """An answer that waits. `is_closed`: its 24 hours are over, nothing may be sent."""

    reply: WaitingReply
    maker: Maker
    is_closed: bool


def list_waiting(context: Context) -> list[WaitingAnswer]:
    """Answers that wait or may be on their way, oldest first."""
    replies, now = reply_drafts.list_waiting(context), context.clock.now()
    ids = [str(reply.id) for reply in replies]
    with db.reading(context.engine) as session:
        rows = audit.newest_about(session, MADE_BY, ids)
    return [
        WaitingAnswer(
            reply,
            maker_of(context, rows.get(str(reply.id))),
            reply.until is None or reply.until <= now,
        )
        for reply in replies
    ]
