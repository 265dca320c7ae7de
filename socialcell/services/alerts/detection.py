"""Run all alert detectors and group their alerts into incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.language import lexicon
from socialcell.listening.alerts import spikes
from socialcell.listening.alerts.model import Closure, Incident
from socialcell.listening.alerts.people_times import HOUR
from socialcell.listening.alerts.rising_phrases import Rise
from socialcell.listening.alerts.spikes import HISTORY, Spike
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store import areas
from socialcell.listening.store.alerts import alerts
from socialcell.ops import audit
from socialcell.services.alerts import alert_detectors, critical_items, incident_topics
from socialcell.services.alerts.incident_grouping import (
    INCIDENT_GAP,
    AlertNumbers,
    IncidentGrouping,
    find_planned,
)
from socialcell.services.context import Context
from socialcell.text import one_line

_LONGEST_NOTE = 300
# Without this much history everything would look new.
_BASELINE = timedelta(days=3)


_LONGEST_CLOSURE = timedelta(days=31)


@dataclass(frozen=True)
class PlannedClosure:
    """The number of a closure, and that of its planned incident."""

    id: int
    incident: int


@dataclass(frozen=True)
class Detection:
    """The result of a detection: ids of incidents that are new, ids of those whose
    severity rose, and the number of new alerts. `judged_from` is when there is enough
    history to say what is unusual; None: there is."""

    opened: tuple[int, ...]
    worse: tuple[int, ...]
    alerts: int
    judged_from: datetime | None = None


def detect(context: Context, since: datetime | None = None) -> Detection:
    """Detect everything unusual since a moment (default: in the last day).

    Run again it finds nothing new: an alert has a unique key.
    """
    now = context.clock.now()
    since = since or now - timedelta(days=1)
    with db.reading(context.engine) as session:
        # What takes long is looked for before others must wait for what we write.
        first = alerts.first_since(session, now - HISTORY) or now
        is_young = now - first < _BASELINE
        unusual = None if is_young else _find_unusual(session, since, now)
    with db.writing(context.engine) as session:
        db.take_turn(session, "alerts")
        alerts.close_old(session, now - INCIDENT_GAP, now)
        grouping = IncidentGrouping(session, now)
        if unusual is not None:
            _alert_on_spikes(grouping, since, unusual.spikes)
            alert_detectors.alert_on_phrases(grouping, unusual.rises)
            alert_detectors.detect_accounts(
                grouping, context.workspace.config.alerts.follower_floor
            )
        alert_detectors.detect_rule_matches(grouping)
        alert_detectors.detect_silences(grouping)
        alert_detectors.detect_missed_promises(grouping)
        alert_detectors.update_planned_incidents(grouping)
        critical_items.group_items(grouping)
    incident_topics.give_topics(context)
    return Detection(
        tuple(grouping.opened),
        tuple(grouping.worse),
        grouping.alerts,
        first + _BASELINE if is_young else None,
    )


def find_rising(context: Context) -> list[Rise]:
    """Phrases that rise now, the most striking first; nothing is stored."""
    with db.reading(context.engine) as session:
        return alert_detectors.find_rises(session, context.clock.now())


@dataclass(frozen=True)
class _Unusual:
    """The spikes since a moment, and the phrases that rose, window by window."""

    spikes: list[Spike]
    rises: list[tuple[datetime, list[Rise]]]


def _find_unusual(session: Session, since: datetime, now: datetime) -> _Unusual:
    """What is unusual since a moment."""
    times = alerts.times(session, since - HISTORY, now)
    return _Unusual(
        spikes.spikes(times, since, now),
        alert_detectors.rises_by_window(session, since, now),
    )


def _alert_on_spikes(
    grouping: IncidentGrouping, since: datetime, spike_list: list[Spike]
) -> None:
    planned_closures = alert_detectors.muting_closures(
        grouping.session, since - HOUR, grouping.now
    )
    keys = [f"{spike.series}@{spike.at.isoformat()}" for spike in spike_list]
    known_keys = alerts.existing_keys(grouping.session, keys)
    for spike, key in zip(spike_list, keys, strict=True):
        if key in known_keys:
            continue
        ids = alerts.ids(grouping.session, spike.series, spike.at - HOUR, spike.at)
        numbers: AlertNumbers = {
            "score": spike.score,
            "observed": spike.observed,
            "expected": round(spike.expected, 1),
        }
        about = grouping.main_topic(ids) if planned_closures else None
        closure = find_planned(spike.series, about, spike.at, planned_closures)
        if closure is None:
            grouping.group_alert(key, spike.series, spike.at, ids, **numbers)
        else:
            grouping.join_planned(closure, key, spike.series, spike.at, ids, **numbers)


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
        audit.append(
            session, context.actor, alert_detectors.CLOSURE_ENDED, about, detail, now
        )


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(IST):%Y-%m-%d %H:%M}"


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
    known_ids = {
        area.id for area in areas.areas_on(session, start.astimezone(IST).date())
    }
    if strange := [ward for ward in wards if ward not in known_ids]:
        raise UsageError("areas.no_such_area", area=strange[0])
    now = context.clock.now()
    closure = Closure(
        topic=topic,
        wards=list(wards),
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
    detail = {"topic": topic, "wards": list(wards)}
    audit.append(session, context.actor, "closure.plan", str(closure.id), detail, now)
    return closure.id
