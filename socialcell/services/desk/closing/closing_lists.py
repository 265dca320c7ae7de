"""Answers that a person has to read, and cases that were reopened again and again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.desk.model import CaseMessage, CaseStep
from socialcell.desk.store import closures
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
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
    """The messages that wait for a person's reading, the oldest first. Three
    statements, however many they are."""
    people = pseudonyms.load_people(context)
    with db.reading(context.engine) as session:
        rows = closures.unread_answers(session)
        messages = closures.messages_by_id(
            session, [_message_of(step) for _case, step in rows]
        )
        ids = [m.mention_id for m in messages.values() if m.mention_id is not None]
        mentions = mention_queries.mentions_by_id(session, ids)
        session.expunge_all()
    return [
        UnreadAnswer(
            case.number,
            case.state,
            message.contact_id,
            step.at,
            _words(people, message, mentions),
        )
        for case, step in rows
        if (message := messages.get(_message_of(step))) is not None
    ]


def _message_of(step: CaseStep) -> int:
    id_ = step.detail["message"]
    assert isinstance(id_, int)
    return id_


def _words(
    people: People, message: CaseMessage, mentions: Mapping[int, MentionRow]
) -> str | None:
    if message.mention_id is None:
        return people.masked_or_none("", message.text)
    row = mentions.get(message.mention_id)
    if row is None or row.state != "present":
        return None
    return people.masked_or_none(row.platform, row.text, row)


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
