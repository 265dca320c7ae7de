"""The state of an incident: its numbers now, its owner, contradictory figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from socialcell.listening.alerts import contradictions
from socialcell.listening.alerts.contradictions import Contradiction, RumourSpread
from socialcell.listening.alerts.model import (
    CRITICAL,
    Alert,
    AlertKind,
    AlertUnit,
    Closure,
    Incident,
)
from socialcell.listening.areas.area_table import names
from socialcell.listening.store import owners
from socialcell.listening.store.alerts import (
    alert_rules,
    alerts,
    incident_numbers,
    rumours,
)
from socialcell.listening.store.alerts.incident_numbers import Numbers, Scope
from socialcell.roles import ALL, WARD

VAGUE = ("topic:other", "all")
"""Subjects that say nothing by themselves: such an incident is the whole city's."""

LEAST_MENTIONS = 5
"""Mentions of an incident from which on it concerns a ward office."""

_IDS = 3  # mentions that are named of each figure and rumour


class CountFields(TypedDict):
    """The mentions of one ward or topic."""

    id: str
    mentions: int


class NumbersFields(TypedDict):
    """The numbers of an incident; see incident_numbers.Numbers."""

    since: datetime
    as_of: datetime
    mentions: int
    people: int | None
    urgent: int
    wards: list[CountFields]
    topics: list[CountFields]


class FigureFields(TypedDict):
    """One of several figures that are reported of a quantity, and who reports it."""

    value: float
    mentions: int
    people: int
    first_at: datetime
    last_at: datetime
    ids: list[int]


class ContradictionFields(TypedDict):
    """A quantity of which several figures are reported."""

    quantity: str
    unit: str
    figures: list[FigureFields]


class RumourFields(TypedDict):
    """A known rumour that mentions of an incident repeat."""

    id: int | None
    text: str | None
    url: str | None
    note: str
    mentions: int
    ids: list[int]


ClosureFields = TypedDict(
    "ClosureFields",
    {
        "topic": str,
        "wards": list[str],
        "from": datetime,
        "to": datetime,
        "note": str,
    },
)


class IncidentFields(TypedDict):
    """The state of an incident as plain JSON."""

    numbers: NumbersFields | None
    owner: str | None
    figures: list[ContradictionFields]
    rumours: list[RumourFields]
    planned: ClosureFields | None


class AlertFields(TypedDict):
    """An alert as plain JSON; `unit` is what `observed` and `expected` count."""

    kind: AlertKind
    series: str
    at: datetime
    score: float | None
    observed: int | None
    expected: float | None
    unit: AlertUnit
    minutes: int
    coverage: float | None
    mentions: list[int]


@dataclass(frozen=True, slots=True)
class IncidentState:
    """The state of an incident at a moment.

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
    scope = scope_at(session, incident, own, now)
    if scope is None:
        return IncidentState(closure=closure)
    numbers = incident_numbers.count(session, scope)
    every = owners.owners_on(session, scope.as_of.date()) if numbers.owner else []
    whose = next((owner for owner in every if owner.owner == numbers.owner), None)
    rows = incident_numbers.texts(session, scope) if texts else []
    ids = [row.id for row in rows]
    known_rumours = rumours.rumours(session) if rows else []
    has_links = any(rumour.url for rumour in known_rumours)
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


def mentions_of(numbers: Numbers | None, place: str) -> int:
    """The mentions with which an incident concerns a ward office (those that name it,
    five at least) or an owner of problems (all, where the problem is its own); 0: it
    does not."""
    if numbers is None:
        return 0
    if place.startswith(WARD):
        count = dict(numbers.wards).get(place, 0)
        return count if count >= LEAST_MENTIONS else 0
    return numbers.mentions if numbers.owner == place else 0


def concerns(incident: Incident, numbers: Numbers | None, place: str) -> bool:
    """Whether an incident is the business of a place: `all`, a ward office or an owner.
    A single critical item is that of each ward office that it names."""
    is_own = incident.subject.removeprefix("negative ") == f"ward:{place}"
    if place == ALL or is_own:
        return True
    if incident.subject in VAGUE:
        return False
    if mentions_of(numbers, place):
        return True
    if incident.kind != CRITICAL or numbers is None:
        return False
    return place in dict(numbers.wards)


def scope_at(
    session: Session, incident: Incident, own: Sequence[Alert], now: datetime
) -> Scope | None:
    """Which mentions an incident has at a moment; None where it counts nothing."""
    kind, _, name = incident.subject.partition(":")
    rule = alert_rules.named(session, name) if kind == "rule" else None
    return incident_numbers.scope_of(
        session, incident, own, now, rule.query if rule else None
    )


def as_plain(state: IncidentState) -> IncidentFields:
    """The state as plain JSON; `numbers` is None where an incident counts nothing."""
    numbers, closure = state.numbers, state.closure
    return {
        "numbers": _numbers(numbers) if numbers else None,
        "owner": numbers.owner if numbers else None,
        "figures": [_contradiction(entry) for entry in state.figures],
        "rumours": [
            {
                "id": spread.rumour.id,
                "text": spread.rumour.text,
                "url": spread.rumour.url,
                "note": spread.rumour.note,
                "mentions": len(spread.mentions),
                "ids": list(spread.mentions[:_IDS]),
            }
            for spread in state.rumours
        ],
        "planned": {
            "topic": closure.topic,
            "wards": closure.wards,
            "from": closure.from_at,
            "to": closure.to_at,
            "note": closure.note,
        }
        if closure
        else None,
    }


def alert_fields(alert: Alert, most_ids: int) -> AlertFields:
    """An alert as plain JSON, with at most so many of the ids it rests on."""
    return {
        "kind": alert.kind,
        "series": alert.series,
        "at": alert.at,
        "score": alert.score,
        "observed": alert.observed,
        "expected": alert.expected,
        "unit": alert.unit,
        "minutes": alert.minutes,
        "coverage": alert.coverage,
        "mentions": alert.mentions[:most_ids],
    }


def _numbers(numbers: Numbers) -> NumbersFields:
    return {
        "since": numbers.since,
        "as_of": numbers.as_of,
        "mentions": numbers.mentions,
        "people": numbers.people,
        "urgent": numbers.urgent,
        "wards": _counted(numbers.wards),
        "topics": _counted(numbers.topics),
    }


def _contradiction(entry: Contradiction) -> ContradictionFields:
    return {
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


def _counted(values: Sequence[tuple[str, int]]) -> list[CountFields]:
    return [{"id": id_, "mentions": n} for id_, n in values]
