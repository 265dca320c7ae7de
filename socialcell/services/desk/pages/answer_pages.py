"""What the pages of an answer read: how each contact can be answered, what is approved,
and what waits for a second person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from socialcell import db
from socialcell.desk.closing_model import AnswerMacro
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store import case_details, cases
from socialcell.listening.people import masking
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_languages, macros
from socialcell.services.desk.answers.answer_channels import (
    AnswerWays,
    ways_of_contacts,
)
from socialcell.services.desk.answers.answer_queue import way_of
from socialcell.services.desk.answers.answer_view import WordChange, word_changes
from socialcell.services.desk.case_access import places_of
from socialcell.views.desk.case_view import ContactView, view_contact

_MOST = 200  # messages that wait


@dataclass(frozen=True)
class AnswerableContact:
    """A contact, the language and script of its answer, and the ways that are open."""

    contact: ContactView
    language: str
    ways: AnswerWays


@dataclass(frozen=True)
class WaitingMessage:
    """One message of an answer that waits: to whom, until when it may go out, why it
    may not any more (None: it may, or that was not asked), and what changed since the
    draft before (None: there was none)."""

    channel: str
    person: str | None
    language: str | None
    is_public: bool
    text: str
    until: datetime | None
    closed: Message | None
    changes: Sequence[WordChange] | None


@dataclass(frozen=True)
class WaitingCaseAnswer:
    """An answer of a case that a second person decides about."""

    key: str
    number: str
    rev: int
    title: str
    priority: str
    made_by: str
    made_at: datetime
    messages: Sequence[WaitingMessage]

    @property
    def is_closed(self) -> bool:
        """Whether a message of it cannot be sent any more: then none is."""
        return any(message.closed is not None for message in self.messages)


def read_contacts(context: Context, number: str) -> list[AnswerableContact]:
    """The contacts of a case with the ways to answer them. UsageError: no such case."""
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        contacts = cases.contacts_of(session, [case.id or 0])
        every_way = ways_of_contacts(context, session, contacts)
        return [
            AnswerableContact(
                view_contact(contact), answer_languages.key_of(contact), ways
            )
            for contact, ways in zip(contacts, every_way, strict=True)
        ]


def live_macros(context: Context, topic: str | None) -> list[AnswerMacro]:
    """The approved answers that count today: those of a topic first."""
    day = macros.today(context)
    rows = [
        row
        for row in macros.list_macros(context)
        if row.approved_at is not None and row.valid_until >= day
    ]
    return sorted(rows, key=lambda row: (row.topic != topic, row.key, row.language))


def list_waiting(
    context: Context, places: Collection[str] | None, key: str | None = None
) -> list[WaitingCaseAnswer]:
    """The answers that wait for a second person in these places (None: the whole
    city), the oldest first. Or the one of a key, and whether it may go out still: that
    takes several statements for each contact."""
    with db.reading(context.engine) as session:
        rows = [
            row
            for row in answer_store.list_answers(session, ("waiting",), None, _MOST)
            if (places is None or places_of(row[2]).intersection(places))
            and key in (None, row[0].answer_key)
        ]
        before = case_details.texts_of(
            session, [row[0].replaces for row in rows if row[0].replaces is not None]
        )
        looked_at = [] if key is None else rows
        every_way = ways_of_contacts(context, session, [row[1] for row in looked_at])
        ways = {
            row[0].id or 0: way for row, way in zip(looked_at, every_way, strict=True)
        }
    rows.sort(key=lambda row: (row[0].at, row[0].answer_key or "", row[0].id))
    return [
        _waiting(answer, list(group), before, ways)
        for answer, group in groupby(rows, key=lambda row: row[0].answer_key or "")
    ]


def _waiting(
    key: str,
    rows: Sequence[tuple[CaseMessage, CaseContact, DeskCase]],
    before: dict[int, str],
    ways: Mapping[int, AnswerWays],
) -> WaitingCaseAnswer:
    first, _, case = rows[0]
    return WaitingCaseAnswer(
        key=key,
        number=case.number,
        rev=case.rev,
        title=masking.unnamed(case.summary),
        priority=case.priority,
        made_by=first.made_by,
        made_at=first.at,
        messages=[
            _message(message, contact, before, ways.get(message.id or 0))
            for message, contact, _ in rows
        ],
    )


def _message(
    message: CaseMessage,
    contact: CaseContact,
    before: dict[int, str],
    ways: AnswerWays | None,
) -> WaitingMessage:
    way = ways.find(way_of(message)) if ways else None
    text = message.text or ""
    return WaitingMessage(
        channel=contact.channel,
        person=contact.person,
        language=message.language,
        is_public=message.is_public,
        text=text,
        until=way.until if way else None,
        closed=ways.reason if ways and way is None else None,
        changes=word_changes(before[message.replaces], text)
        if message.replaces in before
        else None,
    )
