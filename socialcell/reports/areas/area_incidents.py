"""Which open incidents concern which ward office, and by how many mentions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell.listening.alerts.model import CRITICAL, Incident
from socialcell.listening.incident_state import LEAST_MENTIONS, VAGUE
from socialcell.listening.store.alerts import incidents
from socialcell.reports.incidents import incident_titles
from socialcell.reports.incidents.incident_titles import IncidentSubject


@dataclass(frozen=True)
class AreaIncident:
    """An open incident, what it is about, and how many of its mentions name an area."""

    id: int
    kind: str
    about: IncidentSubject
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
    standing = [(own.incident, own.alerts) for own in incidents.open_at(session, at)]
    telling = [pair for pair in standing if pair[0].subject not in VAGUE]
    scopes = incident_titles.scopes_of(session, telling, at)
    subjects = incident_titles.subjects_of(session, standing, scopes)
    by_ward: dict[str, list[AreaIncident]] = {}
    for incident, _alerts in standing:
        about = subjects[incident.id or 0]
        for ward, n in _concerned(incident, about):
            by_ward.setdefault(ward, []).append(_of_area(incident, about, n))
    return {ward: sorted(own, key=_rank) for ward, own in by_ward.items()}


def _concerned(incident: Incident, about: IncidentSubject) -> Sequence[tuple[str, int]]:
    counts = about.places.wards if about.places else ()
    least = 1 if incident.kind == CRITICAL else LEAST_MENTIONS
    own = incident.subject.removeprefix("negative ")
    concerned = [(ward, n) for ward, n in counts if n >= least or own == f"ward:{ward}"]
    if own.startswith("ward:") and own not in (f"ward:{ward}" for ward, _ in concerned):
        concerned.append((own.removeprefix("ward:"), 0))
    return concerned


def _of_area(incident: Incident, about: IncidentSubject, n: int) -> AreaIncident:
    return AreaIncident(
        id=incident.id or 0,
        kind=incident.kind,
        about=about,
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
