"""How the incidents of a week stood at its end, as plain JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from socialcell.clock import local_iso
from socialcell.language.quantities import quantities
from socialcell.listening.alerts.contradictions import (
    Contradiction,
    ReportedFigure,
    RumourSpread,
)
from socialcell.listening.alerts.model import CRITICAL, Alert, Incident, Rumour
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.store.alerts import incident_numbers, incidents
from socialcell.listening.store.alerts.incident_numbers import Scope
from socialcell.listening.store.alerts.scope_counts import (
    OWNED,
    Numbers,
    ScopeDetails,
)
from socialcell.listening.store.mentions import office_counts
from socialcell.reports.compared_figures import PeakHour
from socialcell.reports.incidents import frozen_subjects, incident_facts
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.named_counts import NamedCount, Names, OwnerNames
from socialcell.reports.pictures import picture_counts
from socialcell.reports.sections.incidents import greatest as greatest_incident
from socialcell.reports.week_incidents import (
    ContradictoryFigures,
    IncidentHours,
    IncidentNumbers,
    IncidentSituation,
    RumourCount,
)

MAX_SITUATIONS = 12
"""Incidents of a week that are looked into, the severest and newest."""
_MAX_WARDS, _MAX_PLACES, _MAX_OWNERS, _MAX_FIGURES = 15, 8, 3, 3


def with_situations(
    session: Session,
    week_incidents: Sequence[IncidentNumbers],
    end: datetime,
    owner_names: Mapping[str, Names],
) -> list[IncidentNumbers]:
    """The incidents with how they stood at a moment; single critical items and what
    counts no mentions have none. The greatest has its hours."""
    ids = [row["id"] for row in week_incidents if row["kind"] != CRITICAL]
    ids = ids[:MAX_SITUATIONS]
    alerts = incidents.alerts_before(session, ids, end)
    situations = {
        id_: _situation(session, id_, alerts[id_], end, owner_names) for id_ in ids
    }
    rows: list[IncidentNumbers] = [
        {**row, "situation": situations.get(row["id"])} for row in week_incidents
    ]
    greatest = greatest_incident(rows)
    return [
        {
            **row,
            "timeline": _hours(session, row["id"], alerts[row["id"]], end)
            if row is greatest
            else None,
        }
        for row in rows
    ]


def named_counts(
    counts: Sequence[tuple[str, int]], names: Mapping[str, Names], most: int
) -> list[NamedCount]:
    return [
        {"id": id_, "n": n, "name": _plain(names.get(id_))} for id_, n in counts[:most]
    ]


def facts_of(
    numbers: IncidentNumbers, at: datetime, known_rumours: Mapping[int, Rumour]
) -> IncidentFacts:
    """The facts that were frozen, as the sentences about incidents need them.

    `at` is when the numbers were counted. Without a situation there are no counts. A
    rumour that is no longer in `known_rumours` is left out.
    """
    incident = Incident(
        id=numbers["id"],
        kind=numbers["kind"],
        subject=numbers["subject"],
        severity=numbers["severity"],
        state=numbers["state"],
        opened_at=datetime.fromisoformat(numbers["opened_at"]),
        last_at=datetime.fromisoformat(numbers["last_at"]),
        ended_at=_moment(numbers.get("ended_at")),
        acked_by=numbers["acked_by"],
        acked_at=_moment(numbers["acked_at"]),
    )
    situation = numbers.get("situation")
    names = frozen_subjects.names_of(numbers)
    if situation is None:
        return IncidentFacts(incident, at, names=names)
    return IncidentFacts(
        incident=incident,
        at=at,
        state=_state(situation, at, known_rumours),
        details=ScopeDetails(
            critical=situation["critical"],
            checked=situation["checked"],
            messages=situation["messages"],
            first_at=datetime.fromisoformat(situation["began_at"]),
            last_at=datetime.fromisoformat(situation["newest_at"]),
        ),
        usual=situation["usual"],
        localities=_pairs(situation["places"]),
        names=names,
    )


def _state(
    situation: IncidentSituation, at: datetime, known_rumours: Mapping[int, Rumour]
) -> IncidentState:
    owner = next(iter(situation["owners"]), None)
    is_owned = owner is not None and owner["n"] >= OWNED * situation["mentions"]
    numbers = Numbers(
        since=datetime.fromisoformat(situation["began_at"]),
        as_of=at,
        mentions=situation["mentions"],
        people=None,
        urgent=situation["urgent"],
        wards=tuple(_pairs(situation["wards"])),
        topics=(),
        owner=owner["id"] if owner and is_owned else None,
    )
    return IncidentState(
        numbers=numbers,
        owner_names=owner["name"] if owner and is_owned else None,
        figures=[
            Contradiction(
                figures["quantity"],
                quantities()[figures["quantity"]].unit,
                tuple(ReportedFigure(value["value"]) for value in figures["values"]),
            )
            for figures in situation["figures"]
        ],
        rumours=[
            RumourSpread(known_rumours[rumour["id"]], tuple(range(rumour["n"])))
            for rumour in situation["rumours"]
            if rumour["id"] in known_rumours
        ],
    )


def _pairs(counts: Sequence[NamedCount]) -> list[tuple[str, int]]:
    return [(count["id"], count["n"]) for count in counts]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _situation(
    session: Session,
    id_: int,
    alerts: Sequence[Alert],
    end: datetime,
    owner_names: Mapping[str, Names],
) -> IncidentSituation | None:
    incident = session.get(Incident, id_)
    assert incident is not None
    facts = incident_facts.collect(session, incident, alerts, end)
    scope = facts.state.scope
    if facts.state.numbers is None or scope is None:
        return None
    owners = office_counts.owners_within(session, scope.condition)
    return {
        "began_at": local_iso(facts.began_at),
        "newest_at": local_iso(facts.details.last_at or incident.last_at),
        "peak": _peak(session, scope),
        "mentions": facts.mentions,
        "usual": facts.usual,
        "urgent": facts.urgent,
        "critical": facts.details.critical,
        "checked": facts.details.checked,
        "messages": facts.details.messages,
        "wards": named_counts(facts.wards, facts.names, _MAX_WARDS),
        "places": named_counts(facts.localities, facts.names, _MAX_PLACES),
        "owners": named_counts(owners, owner_names, _MAX_OWNERS),
        "figures": [
            _figures(session, contradiction, owner_names)
            for contradiction in facts.state.figures[:_MAX_FIGURES]
        ],
        "rumours": _rumours(facts),
    }


def _hours(
    session: Session, id_: int, alerts: Sequence[Alert], end: datetime
) -> IncidentHours | None:
    incident = session.get(Incident, id_)
    assert incident is not None
    return picture_counts.incident_hours(session, incident, alerts, end)


def _figures(
    session: Session, contradiction: Contradiction, owner_names: Mapping[str, Names]
) -> ContradictoryFigures:
    ids = {id_ for figure in contradiction.figures for id_ in figure.mentions}
    owners = office_counts.owners_of(session, ids)
    owner: OwnerNames | None = None
    if owners:
        id_ = owners[0][0]
        owner = {"id": id_, "name": owner_names.get(id_, id_as_names(id_))}
    return {
        "quantity": contradiction.quantity,
        "values": [
            {"value": figure.value, "n": len(figure.mentions)}
            for figure in contradiction.figures
        ],
        "owner": owner,
    }


def _peak(session: Session, scope: Scope) -> PeakHour | None:
    greatest = incident_numbers.greatest_hour(session, scope)
    if greatest is None:
        return None
    at, n = greatest
    return {"at": local_iso(at), "n": n, "unit": "mentions"}


def _rumours(facts: IncidentFacts) -> list[RumourCount]:
    return [
        {"id": spread.rumour.id or 0, "n": len(spread.mentions)}
        for spread in facts.state.rumours
    ]


def id_as_names(id_: str) -> dict[str, str]:
    """An owner that has left the table goes by its id."""
    return dict.fromkeys(("mr", "hi", "en"), id_)


def _plain(names: Names | None) -> dict[str, str] | None:
    return dict(names) if names else None
