"""What may have been sent to citizens and nobody knows: how many wait for a person."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.desk.store import answers as answer_store
from socialcell.listening.store.mentions import reply_drafts
from socialcell.ops import template_deliveries
from socialcell.services.context import Context
from socialcell.services.messaging.sending_times import ONCE_IN, SENDING


@dataclass(frozen=True, slots=True)
class MessagesInDoubt:
    """How many answers in cases, answers to messages that are in none, and people of
    templates are in doubt, and since when the first of them; None: nothing is."""

    answers: int
    replies: int
    templates: int
    oldest: datetime | None

    @property
    def count(self) -> int:
        """All of them."""
        return self.answers + self.replies + self.templates

    @property
    def commands(self) -> str:
        """The commands that list them and say what was seen."""
        cases = "socialcell answers list --state unsure, answers settle"
        others = "socialcell messages waiting, messages settle"
        needed = [(cases, self.answers), (others, self.replies + self.templates)]
        return "; ".join(command for command, count in needed if count)


def count_in_doubt(context: Context) -> MessagesInDoubt:
    """What waits for a person to look; nothing of what may still be on its way."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        answers, answered_at = answer_store.count_unsure(session)
        replies, replied_at = reply_drafts.count_doubted(session, now - SENDING)
        templates = template_deliveries.doubts(session, now - ONCE_IN, now - SENDING)
    begun = [answered_at, replied_at, *(row.begun_at for row in templates)]
    return MessagesInDoubt(
        answers,
        replies,
        sum(row.people for row in templates),
        min((at for at in begun if at is not None), default=None),
    )
