"""Join what somebody writes on to the case that they have."""

from datetime import timedelta

from sqlmodel import Session

from socialcell.desk.case_likeness import are_apart
from socialcell.desk.case_states import OPEN_STATES, CaseState
from socialcell.desk.model import DeskCase
from socialcell.desk.spot_words import read_spot
from socialcell.desk.store import conversations, duplicates
from socialcell.desk.store.cases import StepDraft
from socialcell.json_types import JsonObject
from socialcell.language.analysis import ASKING
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_contacts,
    case_grouping,
    case_reading,
    case_steps,
    new_messages,
)
from socialcell.services.desk.case_reading import CaseReading

REOPENED_WITHIN = timedelta(days=30)
"""So long after its end a case is written on by its citizens."""


def own_case(
    context: Context,
    session: Session,
    row: MentionRow,
    reading: CaseReading,
    person: str | None,
) -> DeskCase | None:
    """The case of its author that a mention goes on with: in the same thread, an open
    one of the same topic, or, of a message to the city that asks for nothing else, the
    last that was spoken of. A request that names another place or another problem than
    a case does not go on with it: below a post of the city people speak of many."""
    if person is None:
        return None
    channel = case_contacts.channel_of(row)
    since = context.clock.now() - REOPENED_WITHIN
    own = conversations.contacts_of_person(session, channel, person, since)
    if reading.kind in ASKING:
        own = [pair for pair in own if not _is_another(session, pair[1], row, reading)]
    ids = [contact.id for contact, _case in own if contact.id is not None]
    threads = conversations.threads_of(session, ids)
    for contact, case in own:
        if row.conversation in threads.get(contact.id or 0, ()):
            return case
    for _contact, case in own:
        is_same = reading.topic is not None and reading.topic == case.topic
        if is_same and CaseState(case.state) in OPEN_STATES:
            return case
    asks = reading.kind in ASKING and reading.topic is not None
    if row.kind == "message":
        return next((c for _, c in own if not (asks and c.topic is not None)), None)
    return None


def _is_another(
    session: Session, case: DeskCase, row: MentionRow, reading: CaseReading
) -> bool:
    """Whether a request names another place than a case, or another problem."""
    assert case.id is not None
    places = set(duplicates.places_of_cases(session, [case.id])[case.id])
    places |= {case.place_id} if case.place_id is not None else set()
    if reading.place_id is not None and places and reading.place_id not in places:
        return True
    topic = case.topic or reading.topic
    if topic is None:
        return False
    texts = duplicates.texts_of_cases(session, [case.id]).get(case.id, ())
    problems = read_spot(topic, texts).problems
    return are_apart(problems, read_spot(topic, [row.text or ""]).problems)


def join_locked(
    context: Context, session: Session, case: DeskCase, row: MentionRow, people: People
) -> None:
    """Enter a mention into a locked case; its reading may say that it is urgent now."""
    person = case_contacts.person_of(row, people)
    contact, message = case_contacts.add_mention(context, session, case, row, person)
    locate(session, case, row)
    # What is said later may name the place.
    case_grouping.suggest(context, session, case)
    reading = case_reading.read_mention(session, row)
    if reading.priority < case.suggested_priority:
        case.suggested_priority = reading.priority
        detail: JsonObject = {"suggested": reading.suggestion}
        step = StepDraft("reading", context.actor.name, detail=detail)
        case_steps.enter_step(context, session, case, step)
    new_messages.on_message(context, session, contact, message)


def locate(session: Session, case: DeskCase, row: MentionRow) -> None:
    """Take the point that a message shares, where a case has none yet."""
    point = case_reading.point_of(session, row) if case.latitude is None else None
    if point is not None:
        case.latitude, case.longitude = point
