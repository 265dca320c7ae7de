"""Alerts are grouped into few incidents: opened, extended, raised in severity."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from sqlmodel import Session

from socialcell.listening import coverage
from socialcell.listening.alerts.model import (
    OF_ONE,
    PLANNED,
    Alert,
    Closure,
    Incident,
    IncidentKind,
    kind_of,
)
from socialcell.listening.alerts.people_times import HOUR, STEP
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.pages.source_history import watches

# Alerts that follow each other within this are one incident, unless other people talk.
INCIDENT_GAP = timedelta(hours=24)
# What an alert shares with an incident to be part of it.
_SHARED_MENTIONS, _SHARED_TOPIC = 0.3, 0.5
_URGENT_SHARE = 0.3
_MOST_IDS = 200


class AlertNumbers(TypedDict, total=False):
    """The numbers of an alert; see `Alert`."""

    score: float | None
    observed: int | None
    expected: float | None
    minutes: int
    said: str | None


class IncidentGrouping:
    """The grouping of alerts at one moment, in one transaction, and its result:
    the ids of incidents opened and raised, and the number of alerts."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.opened: list[int] = []
        self.worse: list[int] = []
        self.alerts = 0

    def group_alert(
        self,
        key: str,
        series: str,
        at: datetime,
        ids: Sequence[int],
        **numbers: Unpack[AlertNumbers],
    ) -> Incident:
        """An alert that rests on mentions: part of the incident that rests on the same
        ones, or the first of a new one."""
        severity = self.severity(ids)
        incident = self.find_open_incident(series, at, ids)
        if incident is None:
            subject = self._subject(series, ids)
            incident = self.open_incident("spike", subject, severity, at)
        elif severity == "high":
            self.worsen(incident)
        incident.last_at = max(incident.last_at, at)
        self.add_alert(incident, key, series, at, ids, **numbers)
        return incident

    def join_planned(
        self,
        closure: Closure,
        key: str,
        series: str,
        at: datetime,
        ids: Sequence[int],
        **numbers: Unpack[AlertNumbers],
    ) -> None:
        """Add an alert about an announced closure to its planned incident, of which
        nobody is notified."""
        incident = alerts.planned_incident(self.session, closure)
        incident.last_at = max(incident.last_at, at)
        self.add_alert(incident, key, series, at, ids, **numbers)

    def open_incident(
        self,
        kind: IncidentKind,
        subject: str,
        severity: str,
        at: datetime,
        reason: str | None = None,
    ) -> Incident:
        incident = Incident(
            kind=kind,
            subject=subject,
            severity=severity,
            opened_at=at,
            last_at=at,
            said=reason,
        )
        self.session.add(incident)
        self.session.flush()
        self.opened.append(incident.id or 0)
        return incident

    def worsen(self, incident: Incident) -> None:
        """Raise the severity to high and reopen it for acknowledgement."""
        if incident.severity == "high":
            return
        incident.severity = "high"
        if incident.state == "acked":
            incident.state = "open"
        if incident.id not in (*self.opened, *self.worse):
            self.worse.append(incident.id or 0)

    def add_alert(
        self,
        incident: Incident,
        key: str,
        series: str,
        at: datetime,
        ids: Sequence[int] = (),
        **numbers: Unpack[AlertNumbers],
    ) -> None:
        """One more alert of an incident. ValueError for a series of no kind."""
        kind_of(series)
        alert = Alert(
            incident_id=incident.id or 0,
            key=key,
            series=series,
            at=at,
            mentions=list(ids[:_MOST_IDS]),
            coverage=self._coverage(at) if ids else None,
            **numbers,
        )
        self.session.add(alert)
        self.session.flush()
        self.alerts += incident.kind != PLANNED

    def severity(self, ids: Sequence[int]) -> str:
        urgent = alerts.urgent_share(self.session, ids) >= _URGENT_SHARE
        return "high" if urgent else "medium"

    def find_open_incident(
        self, series: str, at: datetime, ids: Sequence[int]
    ) -> Incident | None:
        """The open incident that this is part of: its alerts rest on the same mentions,
        or on the same series; or as many mentions are about its subject (of a topic or
        a ward, half of them)."""
        alert_ids = set(ids[:_MOST_IDS])
        enough = _SHARED_MENTIONS if series.startswith("phrase:") else _SHARED_TOPIC
        topics = alerts.topics_of(self.session, ids)
        about = {f"topic:{id_}" for id_, n in topics if n >= enough * len(ids)}
        for incident in alerts.open_incidents(self.session, at - INCIDENT_GAP):
            if incident.kind != "spike":
                continue
            if incident.subject in about:
                return incident
            for alert in alerts.alerts_of(self.session, incident.id or 0):
                if alert.series in OF_ONE:
                    continue
                shared = len(alert_ids.intersection(alert.mentions))
                least = min(len(alert.mentions), len(alert_ids)) or 1
                if alert.series == series or shared / least >= _SHARED_MENTIONS:
                    return incident
        return None

    def _subject(self, series: str, ids: Sequence[int]) -> str:
        """The main topic of these mentions; the series itself when there is none."""
        if series.endswith("all") or series.startswith("phrase:"):
            return main_topic(self.session, ids) or series.removeprefix("negative ")
        return series.removeprefix("negative ")

    def _coverage(self, at: datetime) -> float | None:
        """The share of the day's platform-hours that were read whole."""
        start = (at - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
        watched = watches(self.session, start, at)
        hours = coverage.covered_hours(watched, start, 24)
        if not hours:
            return None
        return sum(map(len, hours.values())) / (24 * len(hours))


def main_topic(session: Session, ids: Sequence[int]) -> str | None:
    """The series of what at least half of these mentions are about."""
    topics = alerts.topics_of(session, ids)
    most = topics and topics[0][1] >= len(ids) / 2
    return f"topic:{topics[0][0]}" if most else None


def find_planned(
    series: str, about: str | None, at: datetime, planned: Sequence[Closure]
) -> Closure | None:
    """The announced closure that a series belongs to: that of its topic, or one whose
    mentions are `about` that topic (a series, as `main_topic` gives it), of a ward that
    is closed."""
    kind, _, id_ = series.removeprefix("negative ").partition(":")
    for closure in planned:
        if not closure.from_at <= at < closure.to_at + HOUR + STEP:
            continue
        topic = f"topic:{closure.topic}"
        if f"{kind}:{id_}" == topic:
            return closure
        if about == topic and (kind != "ward" or id_ in closure.wards):
            return closure
    return None
