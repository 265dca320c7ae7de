"""What an incident is called everywhere: what happens, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from socialcell.listening.alerts.model import (
    CRITICAL,
    PLANNED,
    Alert,
    Closure,
    Incident,
)
from socialcell.listening.store.alerts import alert_rules, incident_numbers
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import incidents as incident_store
from socialcell.listening.store.alerts.incident_numbers import (
    ItemSubject,
    PlaceCounts,
    Scope,
)
from socialcell.reports.incidents import critical_item_page, incident_sentences
from socialcell.reports.incidents.incident_facts import IncidentFacts, Names
from socialcell.reports.phrases import Phrases

_RULE, _PROMISE = "rule:", "promise:"


@dataclass(frozen=True)
class IncidentSubject:
    """What an incident is about. `places` are those of its mentions, None where it
    counts none; `item` is the first critical item that was not removed, None of other
    kinds and where all were; `closure` is what was planned, `promise` the text of what
    was missed, each None of other kinds."""

    kind: str
    subject: str
    places: PlaceCounts | None = None
    item: ItemSubject | None = None
    closure: Closure | None = None
    promise: str | None = None


def read_subjects(
    session: Session,
    incidents: Sequence[tuple[Incident, Sequence[Alert]]],
    at: datetime,
) -> dict[int, IncidentSubject]:
    """What incidents, each with its alerts, are about at a moment, by their numbers."""
    counted = [
        (incident, alerts)
        for incident, alerts in incidents
        if incident.kind not in (CRITICAL, PLANNED)
    ]
    return subjects_of(session, incidents, scopes_of(session, counted, at))


def scopes_of(
    session: Session,
    incidents: Sequence[tuple[Incident, Sequence[Alert]]],
    at: datetime,
) -> dict[int, Scope]:
    """Which mentions incidents have at a moment; without those that count nothing."""
    queries: Mapping[str, str] = {}
    if any(incident.subject.startswith(_RULE) for incident, _ in incidents):
        queries = {rule.name: rule.query for rule in alert_rules.rules(session)}
    scopes = {}
    for incident, alerts in incidents:
        query = queries.get(incident.subject.removeprefix(_RULE))
        scope = incident_numbers.scope_of(
            session, incident, alerts, at, query, probing=False
        )
        if scope is not None:
            scopes[incident.id or 0] = scope
    return scopes


def subjects_of(
    session: Session,
    incidents: Sequence[tuple[Incident, Sequence[Alert]]],
    scopes: Mapping[int, Scope],
) -> dict[int, IncidentSubject]:
    """The same of incidents whose mentions are known already."""
    items = {
        incident.id: items_of(incident, alerts)
        for incident, alerts in incidents
        if incident.kind == CRITICAL
    }
    places, subjects = incident_numbers.read_subjects(
        session, scopes, {id_ for own in items.values() for id_ in own}
    )
    missed = {
        incident.id: int(incident.subject.removeprefix(_PROMISE))
        for incident, _ in incidents
        if incident.subject.startswith(_PROMISE)
    }
    promises = incident_store.promises_of(session, missed.values())
    return {
        incident.id or 0: IncidentSubject(
            incident.kind,
            incident.subject,
            places.get(incident.id or 0),
            next(filter(None, map(subjects.get, items.get(incident.id, ()))), None),
            alert_store.closure_of(session, incident),
            promises.get(missed.get(incident.id, 0)),
        )
        for incident, _ in incidents
    }


def subject_of_facts(
    session: Session, facts: IncidentFacts, alerts: Sequence[Alert]
) -> IncidentSubject:
    """The same of one incident whose mentions are counted already."""
    incident = facts.incident
    about = subjects_of(session, [(incident, alerts)], {})[incident.id or 0]
    return replace(about, places=PlaceCounts(facts.mentions, facts.wards))


def items_of(incident: Incident, alerts: Sequence[Alert]) -> list[int]:
    """The critical items of an incident, the one that opened it first: that is known
    before its alert is in the past."""
    ordered = sorted(alerts, key=lambda alert: alert.id or 0)
    joined = (alert.mentions[0] for alert in ordered if alert.series == CRITICAL)
    return [int(incident.subject.removeprefix(f"{CRITICAL}:")), *joined]


def title(about: IncidentSubject, names: Names, phrases: Phrases) -> str:
    """What and where: Flood at Sinhagad Road; Danger to life: Electricity, Aundh; of
    what was planned also until when."""
    if about.closure is not None:
        return incident_sentences.closure_title(about.closure, names, phrases)
    if about.promise is not None:
        return incident_sentences.promise_title(about.promise, phrases.lang)
    if about.kind != CRITICAL:
        return incident_sentences.title_of(about.subject, about.places, names, phrases)
    if about.item is None:
        return critical_item_page.removed_title(phrases.lang)
    return critical_item_page.title(about.item, names, phrases)
