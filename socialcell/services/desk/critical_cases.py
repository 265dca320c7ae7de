"""What the reader takes for life or limb, and nobody has decided about, becomes P0;
what people decide about the urgency of its mentions changes that. Each case of a danger
is linked to its incident."""

from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import DeskCase
from socialcell.desk.store import cases
from socialcell.desk.store import incident_room as store
from socialcell.desk.store.cases import StepDraft
from socialcell.json_types import JsonObject
from socialcell.listening.store.mentions import mention_queries
from socialcell.services.context import Context
from socialcell.services.desk import case_reading, case_steps

UNDECIDED_FOR = timedelta(minutes=2)
"""So long a person may say that it is not life or limb."""
_OF_MENTIONS = "mentions"  # marks the steps that follow what was decided about these


def promote_critical(context: Context) -> int:
    """Make cases P0 that the reader takes for life or limb and about which nobody has
    decided for two minutes; how many."""
    count = 0
    before = context.clock.now() - UNDECIDED_FOR
    with db.reading(context.engine) as session:
        numbers = cases.suggested_critical(session)
    for number in numbers:
        with db.writing(context.engine) as session:
            case = cases.lock_case(session, number)
            if case.priority == "P0" or not _is_undecided(session, case, before):
                continue
            detail = _change_of_priority(case, "P0")
            step = StepDraft("priority", context.actor.name, detail=detail)
            case_steps.enter_step(context, session, case, step)
            count += 1
    return count


def follow_mentions(context: Context) -> int:
    """Let the priority of open cases follow what people decided about the urgency of
    their mentions, unless a person decided the case's priority; how many changed.

    Words that were entered by hand are no mention: a case that has some only rises.
    """
    count = 0
    with db.reading(context.engine) as session:
        numbers = [
            case.number
            for case in cases.with_other_urgency(session)
            if _priority_of_mentions(session, case) != case.suggested_priority
        ]
    for number in numbers:
        with db.writing(context.engine) as session:
            case = cases.lock_case(session, number)
            suggested = _priority_of_mentions(session, case)
            if suggested == case.suggested_priority:
                continue
            case.suggested_priority = suggested
            reading: JsonObject = {"suggested": {"priority": suggested}}
            detail: JsonObject = {_OF_MENTIONS: True, **reading}
            kind = "reading"
            has_priority = case_steps.was_decided(session, case, "priority")
            if case.priority != suggested and not has_priority:
                detail = {**detail, **_change_of_priority(case, suggested)}
                kind = "priority"
            step = StepDraft(kind, context.actor.name, detail=detail)
            case_steps.enter_step(context, session, case, step)
            count += 1
    return count


def link_incidents(context: Context) -> int:
    """Link open cases to the incident that their danger was gathered into; how many."""
    with db.reading(context.engine) as session:
        unlinked = store.incidents_of_dangers(session)
    if unlinked:
        with db.writing(context.engine) as session:
            for case_id, incident_id in unlinked.items():
                store.link_case(session, case_id, incident_id)
    return len(unlinked)


def _change_of_priority(case: DeskCase, priority: str) -> JsonObject:
    """Give a case a priority; the detail of the step that does it."""
    was, case.priority = case.priority, priority
    return {"changed": {"priority": {"was": was, "now": priority}}}


def _priority_of_mentions(session: Session, case: DeskCase) -> str:
    """The priority that the mentions of a case suggest as they are understood now; at
    least that of before, where nobody can judge one of its messages any more."""
    assert case.id is not None
    messages = cases.messages_of(session, case.id)
    ids = [message.mention_id for message in messages if message.direction == "in"]
    rows = [
        mention_queries.mention(session, id_) if id_ is not None else None
        for id_ in ids
    ]
    present = [row for row in rows if row is not None and row.state == "present"]
    priorities = [case_reading.read_mention(session, row).priority for row in present]
    if len(present) < len(rows) or not priorities:
        priorities.append(case.suggested_priority)
    return min(priorities)


def _is_undecided(session: Session, case: DeskCase, before: datetime) -> bool:
    """Whether it was taken for life or limb before a moment, and nobody has decided
    about the case since."""
    assert case.id is not None
    for step in reversed(cases.steps_of(session, case.id)):
        suggested = step.detail.get("suggested")
        if step.kind == "triage" or case_steps.decides(step, "priority"):
            return False
        if _OF_MENTIONS in step.detail:
            continue  # what a person decided about the case before it holds
        if isinstance(suggested, dict) and suggested.get("priority") == "P0":
            return step.at <= before
    return False
