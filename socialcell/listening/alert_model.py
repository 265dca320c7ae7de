"""The tables of alerts: what stood out, its incidents, and what was planned."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from socialcell.db import BigId


class Incident(SQLModel, table=True):
    """Something that happens, under which alerts are gathered: people are told once.

    `subject` is the series that began it: all, topic:T, ward:W, source:NAME.
    """

    __table_args__ = (Index("incident_open", "state", "last_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str  # spike | source
    subject: str
    severity: str  # high | medium
    state: str = "open"  # open | acked | over
    opened_at: datetime
    last_at: datetime
    acked_by: str | None = None
    acked_at: datetime | None = None
    said: str | None = None


class Alert(SQLModel, table=True):
    """One thing that stood out, with its numbers; `key` keeps it from being told twice.

    `observed` and `expected` are mentions of the hour before `at`; `mentions` are the
    ids that the alert rests on, `coverage` the share of that day's hours that we hold.
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
