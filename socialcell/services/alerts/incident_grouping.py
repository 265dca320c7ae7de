"""Alerts become few incidents: opened, joined, made worse, each told once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from socialcell.listening import coverage
from socialcell.listening.alerts.model import OF_ONE, PLANNED, Alert, Closure, Incident
from socialcell.listening.alerts.spikes import HOUR, STEP
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.pages.source_history import watches

# Alerts that follow each other within this are one incident, unless other people talk.
TOGETHER = timedelta(hours=24)
# What an alert shares with an incident to be part of it.
_SHARED, _HALF = 0.3, 0.5
_URGENT = 0.3
_KEPT_IDS = 200


class Gathering:
    """One look at a moment, in one transaction, and what it brought."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.opened: list[int] = []
        self.worse: list[int] = []
        self.alerts = 0

    def take(
        self, key: str, series: str, at: datetime, ids: Sequence[int], **numbers: Any
    ) -> Incident:
        """An alert that rests on mentions: part of the incident that rests on the same
        ones, or the first of a new one."""
        severity = self.severity(ids)
        incident = self.running(series, at, ids)
        if incident is None:
            subject = self._subject(series, ids)
            incident = self.open("spike", subject, severity, at)
        elif severity == "high":
            self.worsen(incident)
        incident.last_at = max(incident.last_at, at)
        self.add(incident, key, series, at, ids, **numbers)
        return incident

    def join_planned(
        self,
        closure: Closure,
        key: str,
        series: str,
        at: datetime,
        ids: Sequence[int],
        **numbers: Any,
    ) -> None:
        """Talk of an announced closure belongs to its planned incident, of which nobody
        is told."""
        incident = alerts.planned_incident(self.session, closure)
        incident.last_at = max(incident.last_at, at)
        self.add(incident, key, series, at, ids, **numbers)

    def open(
        self,
        kind: str,
        subject: str,
        severity: str,
        at: datetime,
        said: str | None = None,
    ) -> Incident:
        made = Incident(
            kind=kind,
            subject=subject,
            severity=severity,
            opened_at=at,
            last_at=at,
            said=said,
        )
        self.session.add(made)
        self.session.flush()
        self.opened.append(made.id or 0)
        return made

    def worsen(self, incident: Incident) -> None:
        """Its severity is high from now on, and somebody must look after it again."""
        if incident.severity == "high":
            return
        incident.severity = "high"
        if incident.state == "acked":
            incident.state = "open"
        if incident.id not in (*self.opened, *self.worse):
            self.worse.append(incident.id or 0)

    def add(
        self,
        incident: Incident,
        key: str,
        series: str,
        at: datetime,
        ids: Sequence[int] = (),
        **numbers: Any,
    ) -> None:
        """One more alert of an incident."""
        made = Alert(
            incident_id=incident.id or 0,
            key=key,
            series=series,
            at=at,
            mentions=list(ids[:_KEPT_IDS]),
            coverage=self._coverage(at) if ids else None,
            **numbers,
        )
        self.session.add(made)
        self.session.flush()
        self.alerts += incident.kind != PLANNED

    def severity(self, ids: Sequence[int]) -> str:
        urgent = alerts.urgent_share(self.session, ids) >= _URGENT
        return "high" if urgent else "medium"

    def topic(self, ids: Sequence[int]) -> str | None:
        """The series of what at least half of these mentions are about."""
        topics = alerts.topics_of(self.session, ids)
        most = topics and topics[0][1] >= len(ids) / 2
        return f"topic:{topics[0][0]}" if most else None

    def running(self, series: str, at: datetime, ids: Sequence[int]) -> Incident | None:
        """The open incident that this is part of: its alerts rest on the same mentions,
        or on the same series; or as many mentions are about its subject (of a topic or
        a ward, half of them)."""
        kept = set(ids[:_KEPT_IDS])
        enough = _SHARED if series.startswith("phrase:") else _HALF
        topics = alerts.topics_of(self.session, ids)
        about = {f"topic:{id_}" for id_, n in topics if n >= enough * len(ids)}
        for one in alerts.open_incidents(self.session, at - TOGETHER):
            if one.kind != "spike":
                continue
            if one.subject in about:
                return one
            for alert in alerts.alerts_of(self.session, one.id or 0):
                if alert.series in OF_ONE:
                    continue
                shared = len(kept.intersection(alert.mentions))
                least = min(len(alert.mentions), len(kept)) or 1
                if alert.series == series or shared / least >= _SHARED:
                    return one
        return None

    def _subject(self, series: str, ids: Sequence[int]) -> str:
        """What most of these mentions are about; the series when about many things."""
        if series.endswith("all") or series.startswith("phrase:"):
            return self.topic(ids) or series.removeprefix("negative ")
        return series.removeprefix("negative ")

    def _coverage(self, at: datetime) -> float | None:
        """The share of the day's platform-hours that were read whole."""
        start = (at - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
        watched = watches(self.session, start, at)
        held = coverage.covered_hours(watched, start, 24)
        if not held:
            return None
        return sum(map(len, held.values())) / (24 * len(held))


def find_planned(
    series: str, about: str | None, at: datetime, planned: Sequence[Closure]
) -> Closure | None:
    """The announced closure that a series talks of: that of its topic, or one whose
    mentions are `about` that topic (a series, as Gathering.topic), of a ward that is
    closed."""
    kind, _, id_ = series.removeprefix("negative ").partition(":")
    for one in planned:
        if not one.from_at <= at < one.to_at + HOUR + STEP:
            continue
        topic = f"topic:{one.topic}"
        if f"{kind}:{id_}" == topic:
            return one
        if about == topic and (kind != "ward" or id_ in one.wards):
            return one
    return None
