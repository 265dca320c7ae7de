"""The tables of campaigns, outcomes, visits and restatements."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from socialcell.campaigns.outcomes.figures_model import FIRST_FIGURES, Measures
from socialcell.db import BigId


class Campaign(SQLModel, table=True):
    """A campaign to be measured: its days, both included, are days of Pune.

    `name` is the `utm_campaign` of its links. `goal` is an outcome. No `wards` means
    the whole city.
    """

    name: str = Field(primary_key=True)
    initiative: str | None = None
    goal: str
    wards: list[str] = Field(sa_column=Column(JSON, nullable=False))  # ids of areas
    start: date
    end: date
    budget_micros: int | None = Field(default=None, sa_type=BigId)
    currency: str
    created_at: datetime
    created_by: str


class OutcomeDay(SQLModel, table=True):
    """How often something happened on a day in an area: a form was filed, a bill paid.

    `area` is an id of the city's areas, or `elsewhere:` and a name: a place that no
    campaign of ours reaches, as a control. `withheld`: left out by a threshold.
    """

    __tablename__ = "outcome_fact"
    __table_args__ = (Index("outcome_fact_by_day", "outcome", "day"),)
    key: str = Field(primary_key=True)
    outcome: str
    area: str
    day: date
    value: int | None = Field(default=None, sa_type=BigId)
    withheld: bool
    stored_at: datetime
    restated_at: datetime | None = None
    restatements: int = 0
    first: Measures | None = Field(default=None, sa_type=FIRST_FIGURES)


class VisitDay(SQLModel, table=True):
    """Visits of a website on a day from one source, by its UTM values ("" is none)."""

    __tablename__ = "visit_fact"
    __table_args__ = (Index("visit_fact_by_day", "site", "day"),)
    key: str = Field(primary_key=True)
    site: str
    source: str
    medium: str
    campaign: str
    content: str
    term: str
    day: date
    zone: str
    visits: int | None = Field(default=None, sa_type=BigId)
    stored_at: datetime
    restated_at: datetime | None = None
    restatements: int = 0
    first: Measures | None = Field(default=None, sa_type=FIRST_FIGURES)


class Restatement(SQLModel, table=True):
    """The figures of a row before it was restated for the `n`th time."""

    __tablename__ = "restatement"
    key: str = Field(primary_key=True)  # of the row
    n: int = Field(primary_key=True)
    figures: Measures = Field(sa_column=Column(JSON, nullable=False))
    said_at: datetime
    replaced_at: datetime
