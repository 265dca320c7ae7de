"""The case that a mention belongs to."""

from socialcell import db
from socialcell.desk.store import conversations
from socialcell.services.context import Context


def number_of(context: Context, mention_id: int) -> str | None:
    """The number of the case that a mention is in; None: it is in none."""
    with db.reading(context.engine) as session:
        case = conversations.case_of_mention(session, mention_id)
        return None if case is None else case.number
