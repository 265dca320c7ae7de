"""What the API answers about incidents, and what it may be asked."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from socialcell.listening.alerts.model import AlertKind, AlertUnit
from socialcell.web.api.fields import (
    ApiAnswer,
    Moment,
    Omitted,
    Parameters,
    RowId,
    RowLimit,
)

IncidentPhase = Literal["open", "acked", "over"]
_EXAMPLE: dict[str, JsonValue] = {
    "id": 3,
    "kind": "spike",
    "subject": "topic:water",
    "severity": "high",
    "state": "open",
    "opened_at": "2026-11-22T18:30:00+05:30",
    "last_at": "2026-11-23T08:30:00+05:30",
    "ended_at": None,
    "lasted_minutes": None,
    "said": None,
    "acked_by": None,
    "numbers": {
        "since": "2026-11-22T17:30:00+05:30",
        "as_of": "2026-11-23T09:00:00+05:30",
        "mentions": 64,
        "people": 58,
        "urgent": 7,
        "wards": [{"id": "ward:kothrud-bavdhan", "mentions": 31}],
        "topics": [{"id": "water", "mentions": 64}],
    },
    "owner": "dept:water",
    "planned": None,
    "worst": {
        "kind": "spike",
        "observed": 22,
        "expected": 3.4,
        "unit": "people",
        "at": "2026-11-22T18:30:00+05:30",
    },
    "alerts": [
        {
            "kind": "spike",
            "series": "topic:water",
            "at": "2026-11-22T18:30:00+05:30",
            "score": 0.81,
            "observed": 22,
            "expected": 3.4,
            "unit": "people",
            "minutes": 60,
            "coverage": 1.0,
            "mentions": [17],
        }
    ],
    "told": [{"channel": "mail", "state": "sent", "at": "2026-11-22T18:32:00+05:30"}],
}


class IncidentParameters(Parameters):
    """A page of incidents."""

    state: (
        Annotated[
            IncidentPhase,
            Field(description="open, acked (somebody looks after it) or over."),
        ]
        | Omitted
    ) = None
    limit: RowLimit = 20
    before: (
        Annotated[RowId, Field(description="`next` of the page before.")] | Omitted
    ) = None


class IncidentCountAnswer(ApiAnswer):
    """The mentions of one ward office or topic."""

    id: str
    mentions: int


class IncidentNumbersAnswer(ApiAnswer):
    """The mentions of an incident from `since` up to `as_of`: now, or its end."""

    since: Moment
    as_of: Moment
    mentions: int
    people: int | None
    urgent: int
    wards: list[IncidentCountAnswer]
    topics: list[IncidentCountAnswer]


class AlertAnswer(ApiAnswer):
    """One thing that stood out; `coverage` is the share of that day's hours that were
    collected, `mentions` are ids of a few that it rests on."""

    kind: AlertKind
    series: str
    at: Moment
    score: float | None
    observed: int | None
    expected: float | None
    unit: AlertUnit
    minutes: int
    coverage: float | None
    mentions: list[int]


class WorstAlertAnswer(ApiAnswer):
    """The worst alert; all null where the incident has none."""

    kind: AlertKind | None
    observed: int | None
    expected: float | None
    unit: AlertUnit | None
    at: Moment | None


class NoticeAnswer(ApiAnswer):
    """A notice that went out, without its recipient."""

    channel: str
    state: str
    at: Moment | None


class PlannedAnswer(ApiAnswer):
    """What the city itself had announced."""

    topic: str
    wards: list[str]
    from_: Moment = Field(alias="from")
    to: Moment
    note: str


class IncidentAnswer(ApiAnswer):
    """An incident with its alerts and its numbers now; `numbers` is null where it
    counts no mentions, as a source that is silent."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: int
    kind: str
    subject: str
    severity: str
    state: IncidentPhase
    opened_at: Moment
    last_at: Moment
    ended_at: Moment | None
    lasted_minutes: int | None
    said: str | None
    acked_by: str | None
    numbers: IncidentNumbersAnswer | None
    owner: str | None
    planned: PlannedAnswer | None
    worst: WorstAlertAnswer
    alerts: list[AlertAnswer]
    told: list[NoticeAnswer]


class IncidentsAnswer(ApiAnswer):
    """A page of incidents, the last opened first. Of a token of one place it may hold
    fewer rows than `limit`, or none, and still have a next one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"incidents": [_EXAMPLE], "next": None}]}
    )
    incidents: list[IncidentAnswer]
    next: int | None = Field(description="`before` of the next page; null: the last.")


class ReportedFigureAnswer(ApiAnswer):
    """One of several figures that are reported of a quantity, and how often."""

    value: float
    mentions: int
    people: int
    first_at: Moment
    last_at: Moment
    ids: list[int]


class ContradictionAnswer(ApiAnswer):
    """A quantity of which several figures are reported."""

    quantity: str
    unit: str
    figures: list[ReportedFigureAnswer]


class RumourAnswer(ApiAnswer):
    """A known rumour that mentions of the incident repeat."""

    id: int
    text: str | None
    url: str | None
    note: str
    mentions: int
    ids: list[int]


class IncidentDetailAnswer(IncidentAnswer):
    """An incident with contradictory figures and rumours."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "figures": [], "rumours": []}]}
    )
    figures: list[ContradictionAnswer]
    rumours: list[RumourAnswer]
