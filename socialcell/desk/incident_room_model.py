"""The tables of the incident room: decisions, situation reports, claims, statements."""

from datetime import datetime

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.json_types import JsonObject
from socialcell.listening.alerts.model import Incident, Rumour

# What is referred to is known with this module, so that rows can be written.
_INCIDENT = f"{Incident.__tablename__}.id"
_RUMOUR = f"{Rumour.__tablename__}.id"


class IncidentNote(SQLModel, table=True):
    """A decision, a contact or an event of an incident, in the words of who notes it.

    Rows are only added.
    """

    __tablename__ = "incident_note"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    incident_id: int = Field(foreign_key=_INCIDENT, index=True, sa_type=BigId)
    kind: str  # decision | contact | event | lesson
    text: str
    at: datetime
    by: str


class SituationReport(SQLModel, table=True):
    """A numbered situation report of an incident; frozen when it is issued.

    `facts` is what was counted when it was made; `lines` are its lines by language, as
    a person left them.
    """

    __tablename__ = "situation_report"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    incident_id: int = Field(foreign_key=_INCIDENT, sa_type=BigId)
    number: int
    as_of: datetime
    facts: JsonObject = Field(sa_column=Column(JSON, nullable=False))
    lines: JsonObject = Field(sa_column=Column(JSON, nullable=False))
    made_by: str
    made_at: datetime
    issued_by: str | None = None
    issued_at: datetime | None = None
    is_public: bool = False  # whether the public status page shows it


class IncidentClaim(SQLModel, table=True):
    """Something that is said in an incident: who was asked, and what turned out.

    `verdict` is unverified, true, false or partly. `rumour_id` is the entry under which
    copies are found once it is false.
    """

    __tablename__ = "incident_claim"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    incident_id: int = Field(foreign_key=_INCIDENT, index=True, sa_type=BigId)
    text: str
    heard_at: datetime
    asked: str = ""  # who was asked
    asked_at: datetime | None = None
    verdict: str = "unverified"
    decided_by: str | None = None
    decided_at: datetime | None = None
    source: str = ""  # who confirmed or denied it
    correction: str = ""
    corrected_at: datetime | None = None
    rumour_id: int | None = Field(default=None, foreign_key=_RUMOUR, sa_type=BigId)
    made_by: str
    made_at: datetime


class NextUpdate(SQLModel, table=True):
    """The time by which the city has promised to speak of an incident again.

    Kept when a situation report was issued or a statement noted by then.
    """

    __tablename__ = "next_update"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    incident_id: int = Field(foreign_key=_INCIDENT, index=True, sa_type=BigId)
    due_at: datetime
    made_by: str
    made_at: datetime
    kept_at: datetime | None = None
    replaced_at: datetime | None = None
