"""The tables of the registry of creators, and of what people flagged about accounts.

Who engages with a creator is held as a sketch that can be counted and united, and never
as a list of people.
"""

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId


class CreatorEntry(SQLModel, table=True):
    """Somebody who may carry a message of the city, and what was agreed with them.

    `key` is what tracked links call the creator. `connection` None: nobody has said yet
    whether there is a material connection; `none` was said by `connection_by`.
    """

    __tablename__ = "creator"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True)
    name: str
    kind: str  # celebrity | creator | media | institution | partner
    languages: list[str] = Field(sa_column=Column(JSON, nullable=False))
    wards: list[str] = Field(sa_column=Column(JSON, nullable=False))  # ids of areas
    contact: str | None = None  # whom to write to: the creator, an agent, an office
    email: str | None = None
    phone: str | None = None
    rate_class: str | None = None  # of the rate card that `rate_source` names
    rate_source: str | None = None
    consent: str = "unknown"  # unknown | asked | agreed | refused
    consent_on: date | None = None
    consent_evidence: str | None = None
    public_because: str | None = None  # why somebody counts as public who did not agree
    connection: str | None = None
    connection_on: date | None = None
    connection_by: str | None = None
    cool_off_days: int | None = None  # not asked again so long after a refusal
    added_by: str
    added_at: datetime
    changed_at: datetime


class CreatorAccount(SQLModel, table=True):
    """An account of a creator; an account belongs to one creator only."""

    __tablename__ = "creator_account"
    __table_args__ = (UniqueConstraint("platform", "handle"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    creator_id: int = Field(foreign_key="creator.id", index=True, sa_type=BigId)
    platform: str
    handle: str  # lower case, without @


class CreatorRate(SQLModel, table=True):
    """What a format costs from a day on, and where that is written."""

    __tablename__ = "creator_rate"
    creator_id: int = Field(primary_key=True, foreign_key="creator.id", sa_type=BigId)
    format: str = Field(primary_key=True)
    since: date = Field(primary_key=True)
    amount_micros: int = Field(sa_type=BigId)
    currency: str
    source: str


class CreatorInsight(SQLModel, table=True):
    """A figure of an audience from a creator's own insights, as of a day.

    `dimension` followers or reach (people a post reaches): `number` is a count and
    `value` empty; city, language or ward: the share of the audience in `value`, 0 to 1.
    """

    __tablename__ = "creator_insight"
    creator_id: int = Field(primary_key=True, foreign_key="creator.id", sa_type=BigId)
    platform: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    number: float
    source: str
    added_by: str
    added_at: datetime


class CreatorSketch(SQLModel, table=True):
    """Who was seen to engage with a creator's posts: registers of a HyperLogLog."""

    __tablename__ = "creator_sketch"
    creator_id: int = Field(primary_key=True, foreign_key="creator.id", sa_type=BigId)
    since: datetime
    until: datetime
    posts: int  # of the creator that were looked at
    precision: int
    registers: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime


class AccountFlag(SQLModel, table=True):
    """What a person holds against working with an account: never set by a machine."""

    __tablename__ = "account_flag"
    __table_args__ = (Index("account_flag_of", "platform", "handle"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str
    handle: str  # lower case, without @
    flag: str
    reason: str
    by: str
    at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lifted_reason: str | None = None
