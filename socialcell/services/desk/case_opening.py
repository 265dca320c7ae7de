"""Open cases: from a mention, by hand, or by the daemon from all that asks for
something; and join what somebody writes on to the case that they have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import CLOSED_STATES, OPEN_STATES, CaseState
from socialcell.desk.model import HAND, CaseContact, DeskCase
from socialcell.desk.store import cases, conversations, opening_queue
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.listening.store.mentions.tags import Tagged
from socialcell.roles import Permission
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_access,
    case_contacts,
    case_grouping,
    case_joining,
    case_reading,
    case_steps,
)
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_reading import CaseReading
from socialcell.services.mentions import tagging
from socialcell.text import clean_text

LOOKED_FOR = timedelta(days=14)
"""So old a mention may be when a case is opened of it without a person."""
BATCH = 5  # mentions in one transaction: others wait for the database meanwhile
_LISTED = 50  # mentions that are looked up at once
_SOURCES = {"message": "message", "review": "review", "article": "press"}


@dataclass(frozen=True)
class NewCase:
    """A case that is opened by hand: from the telephone, paper or a clipping.

    `place` is a name or an id; the ward office and the owner follow from it and the
    topic where they are not given. `point` is latitude and longitude.
    """

    words: SpokenWords
    kind: str
    topic: str | None = None
    place: str = ""
    area: str | None = None
    owner: str | None = None
    priority: str | None = None
    summary: str = ""
    point: tuple[float, float] | None = None


def open_from_mention(
    context: Context,
    mention_id: int,
    *,
    kind: str | None = None,
    priority: str | None = None,
    summary: str = "",
) -> str:
    """Open a case from a mention, of any kind; its number.

    `kind` and `priority` are a person's decisions, beside what the reader suggests.
    UsageError: there is no such mention, it is in a case already, or the reader sees no
    request in it and no kind is given. Errors of `case_access.require_case`.
    """
    people = pseudonyms.load_key_only(context)
    with db.writing(context.engine) as session:
        opening_queue.take_turn(session)
        row = _require_free(session, mention_id)
        reading = case_reading.read_mention(session, row)
        decided = {"kind": kind, "priority": priority}
        kind = kind or reading.kind
        if kind is None:
            raise UsageError("deskcases.no_kind", mention=mention_id)
        case_reading.require_words(kind, reading.topic, priority)
        draft = replace(reading, kind=kind, priority=priority or reading.priority)
        case = _new_case(context, session, draft, reading, row)
        case.priority = priority or case.priority
        case.summary = clean_text(summary)
        case_access.require_case(context, session, Permission.TRIAGE, case)
        _enter(context, session, case, reading.suggestion, decided)
        person = case_contacts.person_of(row, people)
        case_contacts.add_mention(context, session, case, row, person)
        case_joining.locate(session, case, row)
        case_grouping.suggest(context, session, case)
        return case.number


def open_by_hand(context: Context, new: NewCase) -> str:
    """Open a case of what was said by phone or stands on paper; its number.

    UsageError: no words, an unknown kind, topic, place or number. Errors of
    `case_access.require_case`.
    """
    if new.words.channel not in HAND:
        raise UsageError(
            "deskcases.no_channel", channel=new.words.channel, channels=HAND
        )
    text = case_contacts.checked_words(new.words.text)
    (tagged,) = tagging.analyse_words(context, [text])
    with db.writing(context.engine) as session:
        case, reading = draft_spoken(context, session, new, tagged)
        # Whoever enters a call leaves the priority to the reader, and no mention tells
        # anybody of it: what is critical is P0 at once.
        case.priority = new.priority or reading.priority
        case_access.require_case(context, session, Permission.TRIAGE, case)
        enter_spoken(context, session, case, reading, new)
        return case.number


def draft_spoken(
    context: Context, session: Session, new: NewCase, tagged: Tagged
) -> tuple[DeskCase, CaseReading]:
    """A case of what somebody said, not stored yet, so that the caller may ask who may;
    and what is suggested of it, by the reading of the words. UsageError as of
    `open_by_hand`."""
    case_reading.require_words(new.kind, new.topic, new.priority)
    case_reading.require_places(session, new.area, new.owner)
    now = context.clock.now()
    reading = case_reading.read_spoken(session, tagged, new.kind)
    draft = replace(
        reading,
        topic=new.topic or reading.topic,
        priority=new.priority or reading.priority,
    )
    if place := clean_text(new.place).strip():
        place_id, ward = case_reading.place_of(context, session, place, now)
        draft = replace(draft, place=place, place_id=place_id, area=ward or draft.area)
    draft = replace(draft, area=new.area or draft.area)
    owner = case_reading.find_owner(
        session,
        draft.topic,
        draft.area,
        draft.place_id,
        now,
        critical=draft.priority == "P0",
        text=tagged.mention.text,
    )
    draft = replace(draft, owner=new.owner or owner)
    case = _new_case(context, session, draft, reading, None)
    case.priority = new.priority or case.priority
    case.opened_from = new.words.channel
    case.summary = clean_text(new.summary)
    if new.point is not None:
        case.latitude, case.longitude = case_reading.checked_point(new.point)
    return case, reading


def enter_spoken(
    context: Context,
    session: Session,
    case: DeskCase,
    reading: CaseReading,
    new: NewCase,
) -> CaseContact:
    """Store such a case with its first contact and their words. UsageError: no words or
    too many, or a telephone number that is none."""
    text = case_contacts.checked_words(new.words.text)
    decided = {
        "topic": new.topic,
        "place": new.place or None,
        "area": new.area,
        "owner": new.owner,
        "priority": new.priority,
    }
    _enter(context, session, case, reading.suggestion, decided)
    spoken = replace(new.words, text=text)
    contact, _message = case_contacts.add_words(context, session, case, spoken)
    case_grouping.suggest(context, session, case)
    return contact


def join_mention(
    context: Context, number: str, mention_id: int, rev: int | None = None
) -> None:
    """Enter a mention into a case, which it then belongs to.

    UsageError: there is no such mention or case, the mention is in a case, or the case
    was merged, dropped or cancelled. Errors of `case_access.require_case`.
    """
    people = pseudonyms.load_key_only(context)
    with db.writing(context.engine) as session:
        opening_queue.take_turn(session)
        case = cases.lock_case(session, number, rev)
        case_access.require_case(context, session, Permission.TRIAGE, case)
        row = _require_free(session, mention_id)
        if CaseState(case.state) not in (*OPEN_STATES, *CLOSED_STATES):
            raise UsageError(
                "deskcases.takes_nothing", number=case.number, state=case.state
            )
        case_joining.join_locked(context, session, case, row, people)


def open_pending(context: Context, stop: Callable[[], bool] = lambda: False) -> int:
    """Open or join a case for every mention that asks for something, and join what
    people write on in their cases; how many mentions have a case now.

    Killed anywhere, the next run goes on. A mention whose request the reader doubts
    waits for a person.
    """
    now = context.clock.now()
    if not context.workspace.config.desk.open_cases:
        # What comes in meanwhile opens none later.
        with db.writing(context.engine) as session:
            opening_queue.move_start(session, now)
        return 0
    people = pseudonyms.load_key_only(context)
    count = 0
    while not stop():
        with db.reading(context.engine) as session:
            ids = _pending(context, session)
        if not ids:
            break
        for few in db.chunks(ids, BATCH):
            if stop():
                break
            with db.writing(context.engine) as session:
                opening_queue.take_turn(session)
                count += sum(_place(context, session, id_, people) for id_ in few)
    with db.writing(context.engine) as session:
        opening_queue.move_start(session, now - LOOKED_FOR)
    return count


def _pending(context: Context, session: Session) -> list[int]:
    """The next mentions that have to be in a case, the oldest first."""
    own = context.workspace.config.publishing.account_numbers
    closed_since = context.clock.now() - case_joining.REOPENED_WITHIN
    ids = opening_queue.list_followups(session, closed_since, _LISTED)
    requests = opening_queue.list_requests(session, own, _LISTED)
    return sorted({*ids, *requests})[:_LISTED]


def _place(context: Context, session: Session, mention_id: int, people: People) -> bool:
    """Join a mention to the case of its author that it goes on with, or open one; False
    when it was removed or put into a case since it was listed."""
    row = mention_queries.mention(session, mention_id)
    if row is None or row.state != "present":
        return False
    if conversations.case_of_mention(session, mention_id) is not None:
        return False
    reading = case_reading.read_mention(session, row)
    person = case_contacts.person_of(row, people)
    open_case = case_joining.own_case(context, session, row, reading, person)
    if open_case is not None:
        locked = cases.lock_case(session, open_case.number)
        case_joining.join_locked(context, session, locked, row, people)
        return True
    case = _new_case(context, session, reading, reading, row)
    _enter(context, session, case, reading.suggestion)
    case_contacts.add_mention(context, session, case, row, person)
    case_joining.locate(session, case, row)
    case_grouping.suggest(context, session, case)
    return True


def _new_case(
    context: Context,
    session: Session,
    draft: CaseReading,
    reading: CaseReading,
    row: MentionRow | None,
) -> DeskCase:
    """A case that is not stored yet."""
    now = context.clock.now()
    at = now if row is None else row.authored_at or row.stored_at
    source = "" if row is None else _SOURCES.get(row.kind, "mention")
    return DeskCase(
        number=cases.next_number(session, now),
        kind=draft.kind or "complaint",
        topic=draft.topic,
        # Life or limb: a person says so, or two minutes without one (case_triage.py).
        priority=max(draft.priority, "P1"),
        suggested_priority=reading.priority,
        area=draft.area,
        place=draft.place,
        place_id=draft.place_id,
        owner=draft.owner,
        rev=0,
        opened_by=context.actor.name,
        opened_from=source,
        opened_at=now,
        first_contact_at=min(at, now),
    )


def _enter(
    context: Context,
    session: Session,
    case: DeskCase,
    suggested: JsonObject,
    decided: Mapping[str, str | None] | None = None,
) -> None:
    session.add(case)
    session.flush()
    by_person = {key: part for key, part in (decided or {}).items() if part is not None}
    detail: JsonObject = {"suggested": suggested}
    if by_person:
        detail = {**detail, "decided": by_person}
    step = StepDraft("open", context.actor.name, detail=detail)
    case_steps.enter_step(context, session, case, step)


def _require_free(session: Session, mention_id: int) -> MentionRow:
    row = mention_queries.mention(session, mention_id)
    if row is None or row.state != "present":
        raise UsageError("mentions.no_such_mention", mention=mention_id)
    case = conversations.case_of_mention(session, mention_id)
    if case is not None:
        raise UsageError("deskcases.in_a_case", mention=mention_id, number=case.number)
    return row
