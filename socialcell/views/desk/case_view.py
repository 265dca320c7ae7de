"""One case as its page shows it: people by pseudonym, words masked, what is removed
said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.desk.closing_model import ClosureCheck, FieldLink
from socialcell.desk.model import CaseContact, CaseMessage, CaseReferral, CaseStep
from socialcell.desk.store.case_details import CaseHead, SuggestedCase
from socialcell.json_types import JsonObject, JsonValue
from socialcell.listening.people import masking
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.text import with_title
from socialcell.views.desk.clock_view import ClockView
from socialcell.views.mentions.mention_page_view import MentionReading


@dataclass(frozen=True)
class CaseSummary:
    """What stands at the head of a case. `rev` is its revision when it was read."""

    id: int
    number: str
    rev: int
    kind: str
    topic: str | None
    service: str | None
    priority: str
    suggested_priority: str
    area: str | None
    place: str
    has_point: bool
    title: str
    state: str
    waits_for: str | None
    level: int
    owner: str | None
    team: str
    assignee_id: int | None
    assignee: str | None
    holder_id: int | None
    holder: str | None
    held_until: datetime | None
    care_token: str | None
    registered_at: datetime | None
    incident_id: int | None
    merged_number: str | None
    reopened: int
    opened_by: str
    opened_from: str
    opened_at: datetime
    claimed_by: str | None
    claimed_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class ContactView:
    """A conversation: through what, with whom (a pseudonym; None: not known), and what
    came of the closing question."""

    id: int
    channel: str
    person: str | None
    language: str | None
    last_heard_at: datetime | None
    window_until: datetime | None
    closing: str | None
    added_at: datetime
    is_erased: bool


@dataclass(frozen=True)
class MessageView:
    """A message of a conversation, or a note. `text` is None where it was removed at
    its source, erased, or never held."""

    id: int
    direction: str
    purpose: str
    channel: str | None
    who: str | None
    at: datetime
    text: str | None
    language: str | None
    state: str
    is_public: bool
    is_removed: bool
    mention_id: int | None
    made_by: str
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    price_micros: int | None
    sent_at: datetime | None
    answer_key: str | None


@dataclass(frozen=True)
class StepView:
    """A step of a case, with its words masked."""

    kind: str
    from_state: str
    to_state: str
    level: int
    by: str
    at: datetime
    reason: str
    evidence: str
    detail: JsonObject


@dataclass(frozen=True)
class SimilarCase:
    """A case that may be the same. `reasons` as they were stored."""

    number: str
    title: str
    place: str
    state: str
    opened_at: datetime
    reasons: JsonObject


@dataclass(frozen=True)
class CaseFileView:
    """A file of a case, by its content."""

    id: int
    kind: str
    media_type: str
    size: int
    is_public: bool
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class CaseHistory:
    """A case and its steps, for the page of a form."""

    case: CaseSummary
    steps: Sequence[StepView]


@dataclass(frozen=True)
class CasePage(CaseHistory):
    """A case and what belongs to it.

    `readings` are those of the first mention by kind; empty where it came otherwise.
    `triaged` is the last decision of a person about kind, topic, place and priority.
    """

    contacts: Sequence[ContactView]
    messages: Sequence[MessageView]
    clocks: Sequence[ClockView]
    similar: Sequence[SimilarCase]
    files: Sequence[CaseFileView]
    referrals: Sequence[CaseReferral]
    field_links: Sequence[FieldLink]
    checks: Sequence[ClosureCheck]
    readings: Mapping[str, MentionReading]
    triaged: StepView | None


def summarise(head: CaseHead) -> CaseSummary:
    """The head of a case; words of ours are masked as those of citizens are."""
    case = head.case
    return CaseSummary(
        id=case.id or 0,
        number=case.number,
        rev=case.rev,
        kind=case.kind,
        topic=case.topic,
        service=case.service,
        priority=case.priority,
        suggested_priority=case.suggested_priority,
        area=case.area,
        place=masking.unnamed(case.place),
        has_point=case.latitude is not None,
        title=masking.unnamed(case.summary),
        state=case.state,
        waits_for=case.waits_for,
        level=case.level,
        owner=case.owner,
        team=case.team,
        assignee_id=case.assignee,
        assignee=head.assignee,
        holder_id=head.holder_id,
        holder=head.holder,
        held_until=head.held_until,
        care_token=case.care_token,
        registered_at=case.registered_at,
        incident_id=case.incident_id,
        merged_number=head.merged_number,
        reopened=case.reopened,
        opened_by=case.opened_by,
        opened_from=case.opened_from,
        opened_at=case.opened_at,
        claimed_by=case.claimed_by,
        claimed_at=case.claimed_at,
        closed_at=case.closed_at,
    )


def view_contact(contact: CaseContact) -> ContactView:
    """A conversation with whom it is."""
    return ContactView(
        id=contact.id or 0,
        channel=contact.channel,
        person=contact.person,
        language=contact.language,
        last_heard_at=contact.last_heard_at,
        window_until=contact.window_until,
        closing=contact.closing,
        added_at=contact.added_at,
        is_erased=contact.erased_at is not None,
    )


def view_message(
    message: CaseMessage,
    contact: CaseContact | None,
    mention: MentionRow | None,
    people: People,
) -> MessageView:
    """A message with its words as they may be shown."""
    text, language, is_removed = _words(message, mention, people)
    is_citizen = message.direction == "in"
    return MessageView(
        id=message.id or 0,
        direction=message.direction,
        purpose=message.purpose,
        channel=contact.channel if contact else None,
        who=(contact.person if contact else None) if is_citizen else message.made_by,
        at=message.at,
        text=text,
        language=language,
        state=message.state,
        is_public=message.is_public,
        is_removed=is_removed,
        mention_id=message.mention_id if mention and not is_removed else None,
        made_by=message.made_by,
        decided_by=message.decided_by,
        decided_at=message.decided_at,
        reason=message.reason and masking.unnamed(message.reason),
        price_micros=message.price_micros,
        sent_at=message.sent_at,
        answer_key=message.answer_key,
    )


def _words(
    message: CaseMessage, mention: MentionRow | None, people: People
) -> tuple[str | None, str | None, bool]:
    """The masked words of a message, their language, and whether they are removed."""
    if message.state == "erased":
        return None, None, True
    if message.mention_id is None:
        text = message.text and masking.unnamed(message.text)
        return text, message.language, False
    if mention is None or mention.state == "deleted":
        return None, None, True
    masked, language = words_of_mention(mention, people)
    return masked, language, False


def last_words(
    note: str | None, mention: MentionRow | None, people: People
) -> tuple[str | None, str | None]:
    """The masked words that a citizen said last, and their language: those of a
    mention, or our own note of them; None: removed, or none were held."""
    if mention is not None:
        return words_of_mention(mention, people)
    return note and masking.unnamed(note), None


def words_of_mention(
    mention: MentionRow, people: People
) -> tuple[str | None, str | None]:
    """The masked title and text of a mention, and their language; None: not held."""
    whole = with_title(mention.title, mention.text)
    if not whole:
        return None, None
    return people.masked(mention.platform, whole, mention), mention.language


def _unnamed(part: JsonValue) -> JsonValue:
    """JSON of ours with everybody hidden in it."""
    if isinstance(part, str):
        return masking.unnamed(part)
    if isinstance(part, list):
        return [_unnamed(entry) for entry in part]
    if isinstance(part, dict):
        return {name: _unnamed(entry) for name, entry in part.items()}
    return part


def view_step(step: CaseStep) -> StepView:
    """A step with its words masked."""
    return StepView(
        kind=step.kind,
        from_state=step.from_state,
        to_state=step.to_state,
        level=step.level,
        by=step.by,
        at=step.at,
        reason=masking.unnamed(step.reason),
        evidence=masking.unnamed(step.evidence),
        detail={name: _unnamed(part) for name, part in step.detail.items()},
    )


def view_similar(row: SuggestedCase) -> SimilarCase:
    """A case that may be the same."""
    return SimilarCase(
        number=row.other.number,
        title=masking.unnamed(row.other.summary),
        place=masking.unnamed(row.other.place),
        state=row.other.state,
        opened_at=row.other.opened_at,
        reasons=row.suggestion.reasons,
    )
