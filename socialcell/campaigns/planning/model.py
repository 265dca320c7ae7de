"""The tables of plans: every version of a plan, and the tags of each."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId


def _json_field(*, empty: bool = False) -> Any:
    return Field(default=None, sa_column=Column(JSON(none_as_null=empty)))


class Plan(SQLModel, table=True):
    """A version of a campaign's plan: brief, choice, calendar, random draw and power.

    `brief` is the initiative as it was written down, `settings` the caps, elections and
    the switch of that moment. `lot` is the random draw, for the analysis; `power` the
    smallest lift that could be detected, computed before any money was spent.
    """

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("campaign", "version"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    campaign: str
    version: int
    brief: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    choice: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    calendar: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    lot: dict[str, Any] | None = _json_field(empty=True)
    power: dict[str, Any] | None = _json_field(empty=True)
    warnings: list[str] = Field(sa_column=Column(JSON, nullable=False))
    made_by: str
    made_at: datetime


class PlanTag(SQLModel, table=True):
    """One tag of a plan: who, when, where, in which words, for how much, and why.

    `reach` is the people whom it can be expected to add. `text` None: the creator was
    forgotten since.
    """

    __tablename__ = "plan_tag"
    __table_args__ = (UniqueConstraint("plan_id", "n"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    plan_id: int = Field(foreign_key="plan.id", index=True, sa_type=BigId)
    n: int  # from 1, in the order of days
    day: date
    at: str  # HH:MM in Pune
    creator: str = Field(index=True)  # the creator's key
    channel: str
    asset: str
    format: str
    posted_by: str  # creator | cell
    language: str
    wards: list[str] = Field(sa_column=Column(JSON, nullable=False))
    text: str | None = None
    label: str | None = None
    label_source: str | None = None
    link_id: int = Field(foreign_key="tracked_link.id", sa_type=BigId)
    reach: float
    cost_micros: int = Field(sa_type=BigId)
    currency: str
    nth: int  # of the creator's tags in this plan
