"""The tables of alerts: incidents, what was planned and promised, and own rules."""

from datetime import datetime
from typing import Final, Literal

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from socialcell.db import BigId

# Series of alerts that rest on one mention and count nothing: an account that joined
# an incident, a critical item.
ACCOUNT: Final = "account"
CRITICAL: Final = "critical"
OF_ONE = (ACCOUNT, CRITICAL)
# An incident that the city itself announced: nobody is notified of it.
PLANNED = "planned"
# What `Incident.said` is where people decided that no item of it is critical.
NO_DANGER: Final = "no danger"
# Topics of what befalls a place: while it does, all who name the place write of it.
EVENTS = ("flood", "fire")
# What an alert counts, by its kind.
AlertKind = Literal[
    "spike", "phrase", "account", "critical", "source", "promise", "rule"
]
AlertUnit = Literal["people", "followers", "mentions", "hours"]
UNITS: dict[AlertKind, AlertUnit] = {
    "spike": "people",
    "phrase": "people",
    ACCOUNT: "followers",
    CRITICAL: "mentions",
    "source": "hours",
    "promise": "hours",
    "rule": "mentions",
}
# The beginning of a series → its kind; series of mentions are spikes.
_KINDS: dict[str, AlertKind] = {
    **{kind: kind for kind in UNITS},
    **dict.fromkeys(("all", "topic", "ward", "detail"), "spike"),
}
IncidentKind = Literal["spike", "source", "rule", "promise", "critical", "planned"]


def kind_of(series: str) -> AlertKind:
    """spike, or what the series begins with: phrase, account, source, promise …

    ValueError for a series of no kind that UNITS lists.
    """
    prefix = series.removeprefix("negative ").partition(":")[0]
    if prefix not in _KINDS:
        raise ValueError(f"{series!r} is of no kind of alert; UNITS lists the kinds")
    return _KINDS[prefix]


class Incident(SQLModel, table=True):
    """Something that happens, under which alerts are grouped: people are notified once.

    `subject` is what began it: all, topic:T, ward:W, phrase:P, source:NAME, rule:NAME,
    promise:ID, critical:MENTION, closure:ID. `ended_at` is empty, too, where it was
    over before that was kept. `said` is the reason of a silence, what was announced, or
    NO_DANGER.
    """

    __table_args__ = (Index("incident_open", "state", "last_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str  # an IncidentKind
    subject: str
    severity: str  # high | medium | low (planned)
    state: str = "open"  # open | acked | over
    opened_at: datetime
    last_at: datetime
    ended_at: datetime | None = None
    acked_by: str | None = None
    acked_at: datetime | None = None
    said: str | None = None

    @property
    def is_false_alarm(self) -> bool:
        """Whether it is over because people decided that nobody was in danger."""
        return self.state == "over" and self.said == NO_DANGER

    @property
    def is_acknowledged_late(self) -> bool:
        """Whether it was acknowledged only after its end."""
        if self.state != "over" or self.acked_at is None or self.ended_at is None:
            return False
        return self.acked_at > self.ended_at


class Alert(SQLModel, table=True):
    """One thing that stood out, with its numbers; of each `key` there is one alert.

    `observed` and `expected` are mentions of the `minutes` before `at`; of a phrase
    (phrase:P) the people who use it; of an account that joined (account) `observed` is
    how many follow it; of a silent source the hours since it last brought something; of
    one critical item (critical) there are no numbers. `mentions` are the ids that the
    alert rests on, `coverage` the share of that day's hours that we hold.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    incident_id: int = Field(foreign_key="incident.id", index=True, sa_type=BigId)
    key: str = Field(unique=True)
    series: str
    at: datetime
    score: float | None = None
    observed: int | None = None
    expected: float | None = None
    mentions: list[int] = Field(sa_column=Column(JSON, nullable=False))
    coverage: float | None = None
    said: str | None = None
    minutes: int = 60

    @property
    def kind(self) -> AlertKind:
        """The kind of its series; see `kind_of`."""
        return kind_of(self.series)

    @property
    def unit(self) -> AlertUnit:
        """What `observed` and `expected` count."""
        return UNITS[self.kind]


class Escalation(SQLModel, table=True):
    """The calls about one critical item: one that `climbs` goes on, step by step, until
    somebody acknowledges it; of another the readers are notified once.

    `next_at` is when the next step is due; empty: none is.
    """

    __table_args__ = (Index("escalation_due", "next_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    incident_id: int = Field(foreign_key="incident.id", index=True, sa_type=BigId)
    mention_id: int = Field(foreign_key="mention.id", unique=True, sa_type=BigId)
    climbs: bool
    started_at: datetime
    next_at: datetime | None = None
    acked_at: datetime | None = None


class Promise(SQLModel, table=True):
    """A commitment of the cell: what it will do until when, and whether it did."""

    __table_args__ = (Index("promise_due", "due_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    text: str
    due_at: datetime
    topic: str | None = None
    ward: str | None = None
    link: str | None = None
    made_by: str
    made_at: datetime
    kept_at: datetime | None = None
    kept_by: str | None = None
    note: str | None = None


class AlertRule(SQLModel, table=True):
    """So many mentions of a query in so many minutes are an incident.

    `told` names addresses and channels of config.yaml; empty: everybody there.
    """

    __tablename__ = "alert_rule"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(unique=True)
    query: str
    threshold: int
    minutes: int
    severity: str  # high | medium
    told: list[str] = Field(sa_column=Column(JSON, nullable=False))
    made_by: str
    made_at: datetime


class Rumour(SQLModel, table=True):
    """A text or a link that a person marked as false; mentions that say nearly the same
    are copies of it until it is ended."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    text: str | None = None
    url: str | None = None
    note: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None


class Closure(SQLModel, table=True):
    """What the city itself announced: mentions of it are expected, and no alert.

    Without wards it concerns the whole city; `from_at` to `to_at` is half open.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    topic: str
    wards: list[str] = Field(sa_column=Column(JSON, nullable=False))
    from_at: datetime
    to_at: datetime
    note: str
    made_by: str
    made_at: datetime
