"""What is known of an incident at a moment: how many, where, whose it is, what is not.

The brief, the weekly letter and the letters of alerts rest on the same facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from statistics import fmean
from types import MappingProxyType

from sqlmodel import Session

from socialcell.language.names.places import Place, places
from socialcell.listening import coverage, incident_state
from socialcell.listening.alerts.model import Alert, AlertRule, Incident
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.coverage import HOUR, Watch
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.store import areas
from socialcell.listening.store.alerts import scope_counts
from socialcell.listening.store.alerts.incident_numbers import Scope
from socialcell.listening.store.alerts.scope_counts import NO_DETAILS, ScopeDetails
from socialcell.listening.store.pages.source_history import read_spans

Names = Mapping[str, Mapping[str, str]]
"""Names by id and language."""

WEEK = timedelta(days=7)
_USUAL_WEEKS = 4  # earlier weeks whose same hours say what is usual
_LEAST_COVERED = 0.5  # the share of a span that must have been collected to be counted


@dataclass(frozen=True)
class IncidentFacts:
    """An incident as it stood at a moment.

    `usual` is the average of the same hours in up to four weeks before, as far as they
    were collected; None where there is none. `localities` are (id, mentions) of places
    inside the ward offices, the most first, and `names` has them and the ward offices.
    `assigned_to` is who had acknowledged it by then.
    """

    incident: Incident
    at: datetime
    state: IncidentState = field(default_factory=IncidentState)
    details: ScopeDetails = NO_DETAILS
    usual: int | None = None
    localities: Sequence[tuple[str, int]] = ()
    names: Names = field(default_factory=lambda: MappingProxyType({}))

    @property
    def assigned_to(self) -> str | None:
        acked_at = self.incident.acked_at
        if acked_at is None or acked_at > self.at:
            return None
        return self.incident.acked_by

    @property
    def is_over(self) -> bool:
        ended_at = self.incident.ended_at
        return ended_at is not None and ended_at <= self.at

    @property
    def began_at(self) -> datetime:
        """When its first mention was written."""
        return self.details.first_at or self.incident.opened_at

    @property
    def mentions(self) -> int:
        return self.state.numbers.mentions if self.state.numbers else 0

    @property
    def urgent(self) -> int:
        """Mentions that are urgent, the critical ones among them."""
        return self.state.numbers.urgent if self.state.numbers else 0

    @property
    def wards(self) -> Sequence[tuple[str, int]]:
        return self.state.numbers.wards if self.state.numbers else ()

    @property
    def unchecked(self) -> int:
        """Mentions of danger to life whose urgency nobody of the cell has checked."""
        return self.details.critical - self.details.checked


def collect(
    session: Session,
    incident: Incident,
    alerts: Sequence[Alert],
    at: datetime,
    *,
    texts: bool = True,
    names: Names | None = None,
    rule: AlertRule | None = None,
) -> IncidentFacts:
    """The facts of an incident at a moment; `alerts` are its own until then, `names`
    those of the areas and `rule` its rule where they are read already. Without `texts`
    neither contradictory figures nor rumours are looked for."""
    state = incident_state.state_of(
        session, incident, alerts, at, texts=texts, rule=rule
    )
    names = area_names(session) if names is None else names
    if state.scope is None:
        return IncidentFacts(incident, at, state, names=names)
    return IncidentFacts(
        incident=incident,
        at=at,
        state=state,
        details=state.details,
        usual=_usual(session, state.scope),
        localities=[(id_, n) for id_, n in state.places if locality(id_) is not None],
        names={**place_names(), **names},
    )


def area_names(session: Session) -> Names:
    """The names of the city's areas by id."""
    return {area.id: names_of(area) for area in areas.all_areas(session)}


def ward_names(session: Session, day: date) -> Names:
    """The names of the ward offices of a day by id."""
    return {
        area.id: names_of(area)
        for area in areas.areas_on(session, day)
        if area.kind == "ward_office"
    }


@lru_cache(maxsize=1)
def place_names() -> Names:
    """The names of the places of the gazetteer by id."""
    return {id_: names_of(place) for id_, place in _gazetteer().items()}


def is_collected(
    sources: Sequence[Watch], start: datetime, end: datetime, least: float
) -> bool:
    """Whether that share of a span's platform-hours was collected whole."""
    hours = max(int((end - start) / HOUR), 1)
    by_platform = coverage.covered_hours(sources, start, hours)
    due = hours * len(by_platform)
    return due > 0 and sum(map(len, by_platform.values())) >= least * due


def locality(place_id: str) -> Place | None:
    """A place of the gazetteer that lies in a ward office and does not bear its name;
    none that a dam is named after, since most who name it write of the dam."""
    place = _gazetteer().get(place_id)
    if place is None or place.ward is None or f"{place_id}-dam" in _gazetteer():
        return None
    ward = _gazetteer().get(place.ward)
    if ward is not None and ward.name_en.startswith(place.name_en):
        return None
    return place


def _usual(session: Session, scope: Scope) -> int | None:
    if scope.subject is None:
        return None
    weeks = [week * WEEK for week in range(1, _USUAL_WEEKS + 1)]
    sources = read_spans(session, scope.since - weeks[-1], scope.as_of)
    covered = [
        week
        for week in weeks
        if is_collected(sources, scope.since - week, scope.as_of - week, _LEAST_COVERED)
    ]
    counts = scope_counts.count_earlier(session, scope, covered)
    return round(fmean(counts)) if counts else None


@lru_cache(maxsize=1)
def _gazetteer() -> Mapping[str, Place]:
    return {place.id: place for place in places()}
