"""Which open incidents concern which ward office, and by how many mentions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell.listening.alerts.model import CRITICAL, Incident
from socialcell.listening.incident_state import LEAST_MENTIONS, VAGUE
from socialcell.listening.store.alerts import (
    alert_rules,
    incident_numbers,
    incidents,
)
from socialcell.listening.store.alerts.incident_numbers import Scope
from socialcell.listening.store.alerts.incidents import OpenIncident

_RULE = "rule:"


@dataclass(frozen=True)
class AreaIncident:
    """An open incident and how many of its mentions name the area."""

    id: int
    kind: str
    subject: str
    severity: str
    state: str
    opened_at: datetime
    acked_by: str | None
    mentions: int


def open_incidents(session: Session, at: datetime) -> dict[str, list[AreaIncident]]:
    """Ward office → the incidents that are open at a moment and concern it.

    As in the letters of ward offices, from five mentions that name it; of an incident
    that began with the ward office itself and of a single danger to life, any. Those
    with the most mentions of the area first, single dangers before all others.
    """
    standing = incidents.open_at(session, at)
    ward_counts = incident_numbers.wards_of(session, _scopes(session, standing, at))
    by_ward: dict[str, list[AreaIncident]] = {}
    for incident in (own.incident for own in standing):
        for ward, n in _concerned(incident, ward_counts.get(incident.id or 0, ())):
            by_ward.setdefault(ward, []).append(_of_area(incident, n))
    return {ward: sorted(own, key=_rank) for ward, own in by_ward.items()}


def _scopes(
    session: Session, standing: Sequence[OpenIncident], at: datetime
) -> dict[int, Scope]:
    queries = _rule_queries(session, [own.incident for own in standing])
    scopes = {}
    for own in standing:
        incident = own.incident
        if incident.subject in VAGUE:
            continue
        query = queries.get(incident.subject.removeprefix(_RULE))
        scope = incident_numbers.scope_of(
            session, incident, own.alerts, at, query, probing=False
        )
        if scope is not None:
            scopes[incident.id or 0] = scope
    return scopes


def _rule_queries(session: Session, standing: Sequence[Incident]) -> Mapping[str, str]:
    if not any(incident.subject.startswith(_RULE) for incident in standing):
        return {}
    return {rule.name: rule.query for rule in alert_rules.rules(session)}


def _concerned(
    incident: Incident, counts: Sequence[tuple[str, int]]
) -> Sequence[tuple[str, int]]:
    least = 1 if incident.kind == CRITICAL else LEAST_MENTIONS
    own = incident.subject.removeprefix("negative ")
    concerned = [(ward, n) for ward, n in counts if n >= least or own == f"ward:{ward}"]
    if own.startswith("ward:") and own not in (f"ward:{ward}" for ward, _ in concerned):
        concerned.append((own.removeprefix("ward:"), 0))
    return concerned


def _of_area(incident: Incident, n: int) -> AreaIncident:
    return AreaIncident(
        id=incident.id or 0,
        kind=incident.kind,
        subject=incident.subject,
        severity=incident.severity,
        state=incident.state,
        opened_at=incident.opened_at,
        acked_by=incident.acked_by,
        mentions=n,
    )


def _rank(incident: AreaIncident) -> tuple[bool, bool, int, int]:
    return (
        incident.kind != CRITICAL,
        incident.severity != "high",
        -incident.mentions,
        incident.id,
    )
