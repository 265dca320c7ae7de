"""Look for what stands out, gather it into incidents, and tell people once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.jobs.context import Context
from socialcell.language import lexicon
from socialcell.listening import coverage, spikes
from socialcell.listening.alert_model import Alert, Closure, Incident
from socialcell.listening.spikes import HISTORY, HOUR, STEP, Spike
from socialcell.listening.store import alerts, areas
from socialcell.listening.store.watches import watches
from socialcell.ops import audit, store
from socialcell.text import one_line

# Alerts that follow each other within this are one incident, unless other people talk.
TOGETHER = timedelta(hours=24)
# What an alert shares with an incident to be part of it.
_SHARED = 0.3
_URGENT = 0.3
_KEPT_IDS = 200
_QUIET = timedelta(hours=24)
_LONGEST_NOTE = 300
# Alerting needs a while of listening: before, everything is new.
_LEARNT = timedelta(days=3)


@dataclass(frozen=True)
class Found:
    """What a look brought: incidents that are new, and those that grew worse."""

    opened: tuple[int, ...]
    worse: tuple[int, ...]
    alerts: int


def detect(context: Context, since: datetime | None = None) -> Found:
    """Everything that stood out since the last look (default: in the last day).

    The same look again finds nothing new: an alert has a key.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        alerts.close_old(session, now - TOGETHER)
        done = _Look(session, now)
        done.spikes(since or now - timedelta(days=1))
        done.silences()
        return Found(tuple(done.opened), tuple(done.worse), done.alerts)


class _Look:
    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self.opened: list[int] = []
        self.worse: list[int] = []
        self.alerts = 0

    def spikes(self, since: datetime) -> None:
        now = self._now
        times = alerts.times(self._session, since - HISTORY, now)
        every = times.get("all", [])
        if not every or now - every[0] < _LEARNT:
            return
        found = spikes.spikes(times, since, now)
        planned = alerts.closures(self._session, since - HOUR, now)
        keys = [_key(spike) for spike in found]
        known = alerts.known(self._session, keys)
        for spike, key in zip(found, keys, strict=True):
            if key not in known and not _is_planned(spike, planned):
                self._take(spike, key)

    def silences(self) -> None:
        """Sources that brought nothing for a day: one incident each until they do."""
        open_ = {
            one.subject: one
            for one in alerts.incidents(self._session, ("open", "acked"), None)
        }
        for source in store.enabled(self._session):
            since = source.last_ok_at or source.created_at
            subject = f"source:{source.name}"
            incident = open_.get(subject)
            if self._now - since <= _QUIET:
                if incident is not None:
                    incident.state = "over"
            elif incident is None:
                said = source.state_reason or "nobody asked it: does the daemon run?"
                made = self._open("source", subject, "medium", self._now, said)
                key = f"{subject}@{since.isoformat()}"
                self._add(made, key, subject, self._now, said=said)

    def _take(self, spike: Spike, key: str) -> None:
        ids = alerts.ids(self._session, spike.series, spike.at - HOUR, spike.at)
        severity = (
            "high" if alerts.urgent_share(self._session, ids) >= _URGENT else "medium"
        )
        incident = self._incident(spike, ids)
        if incident is None:
            subject = self._subject(spike.series, ids)
            incident = self._open("spike", subject, severity, spike.at, None)
        elif severity == "high" and incident.severity != "high":
            incident.severity = "high"
            if incident.id not in (*self.opened, *self.worse):
                self.worse.append(incident.id or 0)
        incident.last_at = max(incident.last_at, spike.at)
        self._add(
            incident,
            key,
            spike.series,
            spike.at,
            score=spike.score,
            observed=spike.observed,
            expected=round(spike.expected, 1),
            mentions=ids[:_KEPT_IDS],
            coverage=self._coverage(spike.at),
        )

    def _incident(self, spike: Spike, ids: Sequence[int]) -> Incident | None:
        """The open incident that this is part of: its alerts rest on the same mentions,
        or on the same series."""
        for one in alerts.open_incidents(self._session, spike.at - TOGETHER):
            if one.kind != "spike":
                continue
            for alert in alerts.alerts_of(self._session, one.id or 0):
                shared = len(set(alert.mentions) & set(ids[:_KEPT_IDS]))
                least = min(len(alert.mentions), len(ids[:_KEPT_IDS])) or 1
                if alert.series == spike.series or shared / least >= _SHARED:
                    return one
        return None

    def _subject(self, series: str, ids: Sequence[int]) -> str:
        """What most of these mentions are about; the series when about many things."""
        topics = alerts.topics_of(self._session, ids)
        if series.endswith("all") and topics and topics[0][1] >= len(ids) / 2:
            return f"topic:{topics[0][0]}"
        return series.removeprefix("negative ")

    def _open(
        self, kind: str, subject: str, severity: str, at: datetime, said: str | None
    ) -> Incident:
        made = Incident(
            kind=kind,
            subject=subject,
            severity=severity,
            opened_at=at,
            last_at=at,
            said=said,
        )
        self._session.add(made)
        self._session.flush()
        self.opened.append(made.id or 0)
        return made

    def _add(
        self, incident: Incident, key: str, series: str, at: datetime, **numbers: Any
    ) -> None:
        found = {"mentions": [], **numbers}
        self._session.add(
            Alert(incident_id=incident.id or 0, key=key, series=series, at=at, **found)
        )
        self._session.flush()
        self.alerts += 1

    def _coverage(self, at: datetime) -> float | None:
        """The share of the day's platform-hours that were read whole."""
        start = (at - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
        watched = watches(self._session, start, at)
        held = coverage.covered_hours(watched, start, 24)
        if not held:
            return None
        return sum(map(len, held.values())) / (24 * len(held))


def plan(
    context: Context,
    topic: str,
    wards: Sequence[str],
    start: datetime,
    end: datetime,
    note: str,
) -> int:
    """Enter what the city announced itself, so that talk of it is no alert. Its id.

    UsageError for an unknown topic or ward, or an end before the start.
    """
    if topic in alerts.UNWATCHED:
        raise UsageError(
            f"Talk of {topic} is not watched: no alert rests on protests, politics, "
            "religion or a private person, and so none has to be held back."
        )
    topics = lexicon.vocabulary("topic")
    if topic not in topics:
        raise UsageError(
            f"There is no topic {topic!r}. There are: {', '.join(topics)}."
        )
    if end <= start:
        raise UsageError("The closure ends before it begins.")
    with db.writing(context.engine) as session:
        known = {
            area.id for area in areas.areas_on(session, start.astimezone(IST).date())
        }
        if strange := [ward for ward in wards if ward not in known]:
            raise UsageError(
                f"There is no area {strange[0]!r}; socialcell areas list shows all."
            )
        now = context.clock.now()
        made = Closure(
            topic=topic,
            wards=list(wards),
            from_at=start,
            to_at=end,
            note=one_line(note, _LONGEST_NOTE),
            made_by=audit.operator(),
            made_at=now,
        )
        session.add(made)
        session.flush()
        assert made.id is not None
        detail = {"topic": topic, "wards": list(wards)}
        audit.append(
            session, audit.operator(), "closure.plan", str(made.id), detail, now
        )
        return made.id


def acknowledge(context: Context, incident_id: int, note: str = "") -> None:
    """Somebody looks after it: it is not told again unless it grows worse. UsageError
    when there is none. Audited."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        found = session.get(Incident, incident_id)
        if found is None:
            raise UsageError(f"There is no incident {incident_id}.")
        if found.state == "open":
            found.state = "acked"
        found.acked_by, found.acked_at = audit.operator(), now
        detail = {"note": one_line(note, _LONGEST_NOTE)} if note else {}
        audit.append(
            session, audit.operator(), "alerts.ack", str(incident_id), detail, now
        )


def _key(spike: Spike) -> str:
    return f"{spike.series}@{spike.at.isoformat()}"


def _is_planned(spike: Spike, planned: Sequence[Closure]) -> bool:
    """Talk of a topic, or in a ward, while a closure of it was announced."""
    name = spike.series.removeprefix("negative ")
    for one in planned:
        if not one.from_at <= spike.at < one.to_at + HOUR + STEP:
            continue
        if name == f"topic:{one.topic}":
            return True
        kind, _, id_ = name.partition(":")
        if kind == "ward" and id_ in one.wards:
            return True
    return False
