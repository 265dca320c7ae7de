"""Closures that the city announced: entered, ended early, and which mute alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.language import lexicon
from socialcell.listening.alerts.model import PLANNED, Closure, Incident
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store.alerts import alerts, incidents
from socialcell.ops import audit
from socialcell.services.alerts.incident_grouping import main_topic
from socialcell.services.area_matching import find_wards
from socialcell.services.context import Context
from socialcell.text import one_line

# The action of the audit log by which a closure ends before its time.
_ENDED = "closure.end"
_LONGEST_NOTE = 300  # characters
_LONGEST_CLOSURE = timedelta(days=31)


@dataclass(frozen=True)
class PlannedClosure:
    """The number of a closure, and that of its planned incident."""

    id: int
    incident: int


def plan_closure(
    context: Context,
    topic: str,
    wards: Sequence[str],
    start: datetime,
    end: datetime,
    note: str,
    *,
    is_long: bool = False,
) -> PlannedClosure:
    """Enter a closure that the city announced: mentions of it join its planned incident
    and raise no alert.

    UsageError for an unknown topic or ward, an end before the start, a closure that is
    over already, and one of more than 31 days that is not said to be so long.
    """
    with db.writing(context.engine) as session:
        id_ = add_closure(context, session, topic, wards, start, end, note)
        if end <= context.clock.now():
            raise UsageError("alerts.closure_past", end=_local(end))
        if end - start > _LONGEST_CLOSURE and not is_long:
            days = -(-(end - start) // timedelta(days=1))
            raise UsageError("alerts.closure_long", days=days)
        closure = session.get_one(Closure, id_)
        return PlannedClosure(id_, alerts.planned_incident(session, closure).id or 0)


def find_open_incidents(context: Context, topic: str) -> list[int]:
    """The numbers of open incidents that are mainly about a topic, the newest first:
    what a closure of that topic may be, or silence."""
    with db.reading(context.engine) as session:
        numbers = [
            row.id or 0
            for row in alerts.incidents(session, incidents.OPEN, None)
            if row.kind != PLANNED
        ]
        own = incidents.alerts_until(session, numbers, context.clock.now())
        ids = {
            number: {id_ for alert in own[number] for id_ in alert.mentions}
            for number in numbers
        }
        return [
            number
            for number in numbers
            if main_topic(session, sorted(ids[number])) == f"topic:{topic}"
        ]


def find_planned(session: Session, closure_id: int) -> PlannedClosure:
    """A closure with its planned incident, in the caller's transaction."""
    closure = session.get_one(Closure, closure_id)
    return PlannedClosure(closure_id, alerts.planned_incident(session, closure).id or 0)


def end_closure(context: Context, incident_id: int, reason: str) -> None:
    """End a planned closure now, by the number of its incident; one that has not begun
    is taken back. From now on talk of its topic raises alerts again. Audited.

    UsageError: no such planned incident, it is over, or no reason is given.
    """
    if not reason.strip():
        raise UsageError("alerts.no_unmute_reason")
    now = context.clock.now()
    with db.writing(context.engine) as session:
        incident = session.get(Incident, incident_id)
        closure = None if incident is None else alerts.closure_of(session, incident)
        if incident is None or closure is None:
            raise UsageError("alerts.no_closure", incident=incident_id)
        if incident.state == "over" or closure.to_at <= now:
            raise UsageError("alerts.closure_over", incident=incident_id)
        detail: audit.AuditDetail = {
            "until": closure.to_at.isoformat(),
            "reason": one_line(reason, _LONGEST_NOTE),
        }
        if closure.from_at > now:
            # Nothing lies between its moments any more: no list has it.
            closure.from_at = incident.opened_at = incident.last_at = now
        closure.to_at = now
        alerts.close(incident, now)
        about = str(closure.id)
        audit.append(session, context.actor, _ENDED, about, detail, now)


def add_closure(
    context: Context,
    session: Session,
    topic: str,
    wards: Sequence[str],
    start: datetime,
    end: datetime,
    note: str,
) -> int:
    """As `plan_closure`, in the caller's transaction."""
    if topic in TOPICS:
        raise UsageError("alerts.topic_not_watched", topic=topic)
    topics = lexicon.vocabulary("topic")
    if topic not in topics:
        raise UsageError("alerts.no_such_topic", topic=topic, topics=list(topics))
    if end <= start:
        raise UsageError("alerts.closure_ends_first")
    ids = find_wards(session, wards, start.astimezone(IST).date())
    now = context.clock.now()
    closure = Closure(
        topic=topic,
        wards=ids,
        from_at=start,
        to_at=end,
        note=one_line(note, _LONGEST_NOTE),
        made_by=context.actor.name,
        made_at=now,
    )
    session.add(closure)
    session.flush()
    assert closure.id is not None
    alerts.planned_incident(session, closure)
    detail = {"topic": topic, "wards": ids}
    audit.append(session, context.actor, "closure.plan", str(closure.id), detail, now)
    return closure.id


def muting_closures(
    session: Session, start: datetime, end: datetime
) -> Sequence[Closure]:
    """Planned closures that touch [start, end) and that nobody ended before their time:
    talk of what was ended is an alert at once."""
    planned = alerts.closures(session, start, end)
    ended = audit.objects_of(session, _ENDED) if planned else ()
    return [closure for closure in planned if str(closure.id) not in ended]


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(IST):%Y-%m-%d %H:%M}"
