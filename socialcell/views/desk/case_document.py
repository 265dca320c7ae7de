"""A case as plain JSON: pseudonyms, masked words, and what was removed said."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from socialcell.clock import IST
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep, DeskCase
from socialcell.desk.store.case_lists import CaseRow
from socialcell.json_types import JsonObject
from socialcell.listening.people import masking
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import MentionRow

REMOVED = "removed"


class CaseListFields(TypedDict):
    """A case as lists have it. Times are ISO 8601 in Asia/Kolkata; `due_at` is when its
    first clock is due, and `last_words` what a citizen wrote last, masked."""

    number: str
    kind: str
    topic: str | None
    priority: str
    suggested_priority: str
    area: str | None
    place: str
    summary: str
    state: str
    waits_for: str | None
    level: int
    owner: str | None
    team: str
    assignee: str | None
    holder: str | None
    held_since: str | None
    due_at: str | None
    opened_at: str
    first_contact_at: str
    reopened: int
    rev: int
    channels: list[str]
    last_heard_at: str | None
    last_words: str | None


class ContactFields(TypedDict):
    """A conversation of a case."""

    id: int
    channel: str
    person: str | None
    language: str | None
    script: str | None
    last_heard_at: str | None
    window_until: str | None
    closing: str | None


class MessageFields(TypedDict):
    """A message or note; `text` is masked, and None where nothing is held."""

    id: int
    contact: int | None
    direction: str
    purpose: str
    is_public: bool
    mention: int | None
    text: str | None
    language: str | None
    state: str
    made_by: str
    at: str | None


class StepFields(TypedDict):
    """A step of a case."""

    kind: str
    from_state: str
    to_state: str
    level: int
    by: str
    at: str | None
    reason: str
    evidence: str


class CaseFields(TypedDict):
    """A case without what belongs to it."""

    number: str
    kind: str
    topic: str | None
    service: str | None
    priority: str
    suggested_priority: str
    area: str | None
    place: str
    place_id: str | None
    latitude: float | None
    longitude: float | None
    summary: str
    state: str
    waits_for: str | None
    level: int
    owner: str | None
    team: str
    rev: int
    care_token: str | None
    incident: int | None
    reopened: int
    opened_by: str
    opened_from: str
    opened_at: str | None
    first_contact_at: str | None
    closed_at: str | None


class CaseDocument(CaseFields):
    """A case with its conversations, notes, steps and open suggestions."""

    assignee: str | None
    holder: str | None
    held_since: str | None
    merged_into: str | None
    merged: list[str]
    contacts: list[ContactFields]
    messages: list[MessageFields]
    steps: list[StepFields]
    suggestions: list[JsonObject]


def row_fields(
    row: CaseRow, mentions: Mapping[int, MentionRow], people: People
) -> CaseListFields:
    """A row of a list; `mentions` are those written last, by id."""
    mention = mentions.get(row.last_mention or 0)
    words = row.last_text if row.last_mention is None else text_of(mention, people)
    return {
        "number": row.number,
        "kind": row.kind,
        "topic": row.topic,
        "priority": row.priority,
        "suggested_priority": row.suggested_priority,
        "area": row.area,
        "place": masking.unnamed(row.place),
        "summary": masking.unnamed(row.summary),
        "state": row.state,
        "waits_for": row.waits_for,
        "level": row.level,
        "owner": row.owner,
        "team": row.team,
        "assignee": row.assignee,
        "holder": row.holder,
        "held_since": _local(row.held_since),
        "due_at": _local(row.due_at),
        "opened_at": _moment(row.opened_at),
        "first_contact_at": _moment(row.first_contact_at),
        "reopened": row.reopened,
        "rev": row.rev,
        "channels": list(row.channels),
        "last_heard_at": _local(row.last_heard_at),
        "last_words": None if words is None else masking.unnamed(words),
    }


def case_fields(case: DeskCase) -> CaseFields:
    """What stands in the row of a case, its words masked."""
    return {
        "number": case.number,
        "kind": case.kind,
        "topic": case.topic,
        "service": case.service,
        "priority": case.priority,
        "suggested_priority": case.suggested_priority,
        "area": case.area,
        "place": masking.unnamed(case.place),
        "place_id": case.place_id,
        "latitude": case.latitude,
        "longitude": case.longitude,
        "summary": masking.unnamed(case.summary),
        "state": case.state,
        "waits_for": case.waits_for,
        "level": case.level,
        "owner": case.owner,
        "team": case.team,
        "rev": case.rev,
        "care_token": case.care_token,
        "incident": case.incident_id,
        "reopened": case.reopened,
        "opened_by": case.opened_by,
        "opened_from": case.opened_from,
        "opened_at": _local(case.opened_at),
        "first_contact_at": _local(case.first_contact_at),
        "closed_at": _local(case.closed_at),
    }


def contact_fields(contact: CaseContact) -> ContactFields:
    return {
        "id": contact.id or 0,
        "channel": contact.channel,
        "person": contact.person,
        "language": contact.language,
        "script": contact.script,
        "last_heard_at": _local(contact.last_heard_at),
        "window_until": _local(contact.window_until),
        "closing": contact.closing,
    }


def message_fields(
    message: CaseMessage, mentions: Mapping[int, MentionRow], people: People
) -> MessageFields:
    """A message; that of a mention which its platform no longer has reads removed."""
    mention = mentions.get(message.mention_id or 0)
    state = message.state
    if message.mention_id is not None:
        text = text_of(mention, people)
        if mention is None or mention.state != "present":
            state = REMOVED
    else:
        text = None if message.text is None else masking.unnamed(message.text)
    return {
        "id": message.id or 0,
        "contact": message.contact_id,
        "direction": message.direction,
        "purpose": message.purpose,
        "is_public": message.is_public,
        "mention": message.mention_id,
        "text": text,
        "language": message.language,
        "state": state,
        "made_by": message.made_by,
        "at": _local(message.at),
    }


def step_fields(step: CaseStep) -> StepFields:
    return {
        "kind": step.kind,
        "from_state": step.from_state,
        "to_state": step.to_state,
        "level": step.level,
        "by": step.by,
        "at": _local(step.at),
        "reason": masking.unnamed(step.reason),
        "evidence": masking.unnamed(step.evidence),
    }


def text_of(mention: MentionRow | None, people: People) -> str | None:
    """The masked words of a mention; None where its platform has it no more."""
    if mention is None or mention.state != "present":
        return None
    text = "\n".join(filter(None, (mention.title, mention.text)))
    return people.masked(mention.platform, text, mention)


def _local(moment: datetime | None) -> str | None:
    return None if moment is None else _moment(moment)


def _moment(moment: datetime) -> str:
    return moment.astimezone(IST).isoformat()
