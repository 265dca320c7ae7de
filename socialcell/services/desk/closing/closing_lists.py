"""Answers that a person has to read, and cases that were reopened again and again."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.desk.model import CaseMessage
from socialcell.desk.store import closures
from socialcell.listening.store.mentions import mention_queries
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk.closing import case_closing


@dataclass(frozen=True, slots=True)
class UnreadAnswer:
    """A message that is neither a clear yes nor a clear no; `words` are masked, None
    where the post is there no more."""

    case: str
    state: str
    contact: int | None
    at: datetime
    words: str | None


@dataclass(frozen=True, slots=True)
class ReopenedCase:
    """A case that citizens reopened three times or more, for the commissioner."""

    case: str
    state: str
    reopened: int
    level: int
    owner: str | None
    claimed_by: str | None


def list_unread(context: Context) -> list[UnreadAnswer]:
    """The messages that wait for a person's reading, the oldest first."""
    people = pseudonyms.load_people(context)
    entries = []
    with db.reading(context.engine) as session:
        for case, step in closures.unread_answers(session):
            message = session.get(CaseMessage, step.detail["message"])
            if message is None:
                continue
            words = people.masked_or_none("", message.text)
            if message.mention_id is not None:
                row = mention_queries.mention(session, message.mention_id)
                is_there = row is not None and row.state == "present"
                words = None
                if row is not None and is_there:
                    words = people.masked_or_none(row.platform, row.text, row)
            entries.append(
                UnreadAnswer(
                    case.number, case.state, message.contact_id, step.at, words
                )
            )
    return entries


def list_often_reopened(context: Context) -> list[ReopenedCase]:
    """The additional commissioner's list: cases reopened three times, worst first."""
    with db.reading(context.engine) as session:
        return [
            ReopenedCase(
                case.number,
                case.state,
                case.reopened,
                case.level,
                case.owner,
                case.claimed_by,
            )
            for case in closures.often_reopened(session, case_closing.COMMISSIONER_FROM)
        ]
