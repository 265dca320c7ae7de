"""An incident as it stands: its numbers now, whose it is, what is told differently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from socialcell.listening.alerts import contradictions
from socialcell.listening.alerts.contradictions import Contradiction, RumourSpread
from socialcell.listening.alerts.model import Alert, Closure, Incident
from socialcell.listening.areas.area_table import names
from socialcell.listening.store import owners
from socialcell.listening.store.alerts import (
    alert_rules,
    alerts,
    incident_numbers,
    rumours,
)
from socialcell.listening.store.alerts.incident_numbers import Numbers

_IDS = 3  # mentions that are named of each figure and rumour


@dataclass(frozen=True)
class IncidentState:
    """What is true of an incident at a moment.

    `numbers` is None of a silent source and a missed promise. `owner_names` are those
    of the numbers' owner, by language. `closure` is what was planned.
    """

    numbers: Numbers | None = None
    owner_names: Mapping[str, str] | None = None
    figures: Sequence[Contradiction] = ()
    rumours: Sequence[RumourSpread] = field(default=())
    closure: Closure | None = None


def state_of(
    session: Session,
    incident: Incident,
    own: Sequence[Alert],
    now: datetime,
    *,
    texts: bool = True,
) -> IncidentState:
    """The incident's state at a moment, or when it ended; `own` are its alerts. Without
    `texts` neither figures nor rumours are looked for."""
    closure = alerts.closure_of(session, incident)
    kind, _, name = incident.subject.partition(":")
    rule = alert_rules.named(session, name) if kind == "rule" else None
    query = rule.query if rule else None
    scope = incident_numbers.scope_of(session, incident, own, now, query)
    if scope is None:
        return IncidentState(closure=closure)
    numbers = incident_numbers.count(session, scope)
    every = owners.owners_on(session, scope.as_of.date()) if numbers.owner else []
    whose = next((owner for owner in every if owner.owner == numbers.owner), None)
    rows = incident_numbers.texts(session, scope) if texts else []
    ids = [row.id for row in rows]
    known_rumours = rumours.rumours(session) if rows else []
    has_links = any(owner.url for owner in known_rumours)
    return IncidentState(
        numbers=numbers,
        owner_names=names(whose) if whose else None,
        figures=contradictions.contradictions(
            rows, incident_numbers.places(session, ids)
        ),
        rumours=contradictions.spreads(
            rows,
            incident_numbers.links(session, ids) if has_links else {},
            known_rumours,
        ),
        closure=closure,
    )


def as_plain(state: IncidentState) -> dict[str, Any]:
    """The state as plain JSON; `numbers` is None where an incident counts nothing."""
    numbers = state.numbers
    return {
        "numbers": numbers
        and {
            "since": numbers.since,
            "as_of": numbers.as_of,
            "mentions": numbers.mentions,
            "people": numbers.people,
            "urgent": numbers.urgent,
            "wards": _counted(numbers.wards),
            "topics": _counted(numbers.topics),
        },
        "owner": numbers.owner if numbers else None,
        "figures": [
            {
                "quantity": entry.quantity,
                "unit": entry.unit,
                "figures": [
                    {
                        "value": figure.value,
                        "mentions": len(figure.mentions),
                        "people": len(figure.people),
                        "first_at": figure.first_at,
                        "last_at": figure.last_at,
                        "ids": figure.mentions[:_IDS],
                    }
                    for figure in entry.figures
                ],
            }
            for entry in state.figures
        ],
        "rumours": [
            {
                "id": entry.rumour.id,
                "text": entry.rumour.text,
                "url": entry.rumour.url,
                "note": entry.rumour.note,
                "mentions": len(entry.mentions),
                "ids": list(entry.mentions[:_IDS]),
            }
            for entry in state.rumours
        ],
        "planned": state.closure
        and {
            "topic": state.closure.topic,
            "wards": state.closure.wards,
            "from": state.closure.from_at,
            "to": state.closure.to_at,
            "note": state.closure.note,
        },
    }


def _counted(values: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"id": id_, "mentions": n} for id_, n in values]
