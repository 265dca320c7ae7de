"""What waits at this moment: for a second person, to be sent, to be read."""

from dataclasses import dataclass

from socialcell import db
from socialcell.campaigns.publishing import store as publishing_store
from socialcell.listening.store.mentions import reply_drafts, tags
from socialcell.listening.store.mentions.tags import TaggingBacklog
from socialcell.ops import outbox_store
from socialcell.ops.outbox_store import Backlog
from socialcell.services.context import Context


@dataclass(frozen=True)
class WaitingWork:
    """Posts and answers that wait for a second person, the outbox and its mode, and
    mentions that are not read yet."""

    posts: int
    answers: int
    mode: str
    outbox: Backlog
    tagging: TaggingBacklog


def read_waiting(context: Context) -> WaitingWork:
    """All that waits now, counted in one statement."""
    with db.reading(context.engine) as session:
        (posts,), (answers,), (mode,), outbox, tagging = db.ask_together(
            session,
            publishing_store.drafts_query(),
            reply_drafts.waiting_query(),
            outbox_store.mode_query(),
            outbox_store.backlog_query(context.clock.now()),
            tags.backlog_query(),
        )
        return WaitingWork(
            posts, answers, mode, Backlog(*outbox), TaggingBacklog(*tagging)
        )
