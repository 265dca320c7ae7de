"""An incident's state and alerts as plain JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from socialcell.listening.alerts.contradictions import Contradiction
from socialcell.listening.alerts.model import Alert, AlertKind, AlertUnit
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.store.alerts.scope_counts import Numbers

_IDS = 3  # mentions that are named of each figure and rumour


class CountFields(TypedDict):
    """The mentions of one ward or topic."""

    id: str
    mentions: int


class NumbersFields(TypedDict):
    """The numbers of an incident; see scope_counts.Numbers."""

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
                "url": spread.address,
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
