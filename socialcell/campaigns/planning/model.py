"""The tables of plans: every version of a plan, and the tags of each."""

from datetime import date, datetime
from typing import Annotated, NotRequired, TypedDict

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import AS_STORED, BigId, StoredObject


class MoneyDocument(TypedDict):
    """An amount in millionths of a currency."""

    amount_micros: int
    currency: str


class ChosenCreator(TypedDict):
    """A creator of a choice: the cost, and the people whom nobody before reaches."""

    creator: str
    cost: MoneyDocument
    marginal_reach: float


class StoredChoice(TypedDict):
    """Whom a plan asks, in order, with the certificate of the choice.

    No choice for the budget reaches more than `upper_bound`; `ratio` is the share of
    it that is reached. `left_out`: a creator's key and why nobody asks them.
    """

    chosen: list[ChosenCreator]
    reach: float
    upper_bound: float
    ratio: float
    relative_error: float
    left_out: dict[str, str]


class StoredClosure(TypedDict):
    """Days without tags, of these creators or of all (None), and the rule of it."""

    kind: str
    about: str
    creators: list[str] | None
    days: list[str]


class StoredCalendar(TypedDict):
    """A calendar in figures, with its certificate, and the days that are closed."""

    tags: int
    reach: float
    upper_bound: float
    ratio: float
    proved: bool
    cost: MoneyDocument
    closed: list[StoredClosure]


class LiftPower(TypedDict):
    """The share of windows in which a lift would be claimed."""

    lift_percent: float
    power: float


class StoredPower(TypedDict):
    """The smallest lift that could be detected; or `refused`, why it is not known."""

    goal: str
    smallest_detectable_percent: float | None
    refused: NotRequired[str | None]
    windows: NotRequired[int]
    false_claims: NotRequired[float]
    shares: NotRequired[list[LiftPower]]
    method: NotRequired[str | None]
    days: NotRequired[int | None]


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
    brief: Annotated[StoredObject, AS_STORED] = Field(
        sa_column=Column(JSON, nullable=False)
    )
    settings: Annotated[StoredObject, AS_STORED] = Field(
        sa_column=Column(JSON, nullable=False)
    )
    choice: Annotated[StoredChoice, AS_STORED] = Field(
        sa_column=Column(JSON, nullable=False)
    )
    calendar: Annotated[StoredCalendar, AS_STORED] = Field(
        sa_column=Column(JSON, nullable=False)
    )
    lot: Annotated[StoredObject | None, AS_STORED] = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    power: Annotated[StoredPower | None, AS_STORED] = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
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
