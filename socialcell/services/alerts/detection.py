"""Run all alert detectors and group their alerts into incidents."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.listening.alerts import spikes
from socialcell.listening.alerts.people_times import HOUR
from socialcell.listening.alerts.rising_phrases import Rise
from socialcell.listening.alerts.spikes import HISTORY, Spike
from socialcell.listening.store.alerts import alerts
from socialcell.services.alerts import (
    alert_detectors,
    critical_items,
    incident_topics,
    planned_closures,
)
from socialcell.services.alerts.incident_grouping import (
    INCIDENT_GAP,
    AlertNumbers,
    IncidentGrouping,
    find_planned,
    main_topic,
)
from socialcell.services.context import Context

# Without this much history everything would look new.
_BASELINE = timedelta(days=3)


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
        session.flush()
        # After an outage: what began and ended in it is no news to be told any more.
        alerts.close_old(session, now - INCIDENT_GAP, now)
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
    closures = planned_closures.muting_closures(
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
        about = main_topic(grouping.session, ids) if closures else None
        closure = find_planned(spike.series, about, spike.at, closures)
        if closure is None:
            grouping.group_alert(key, spike.series, spike.at, ids, **numbers)
        else:
            grouping.join_planned(closure, key, spike.series, spike.at, ids, **numbers)
