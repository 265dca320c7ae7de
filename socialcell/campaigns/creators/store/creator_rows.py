"""Rows of the registry of creators, as its queries return them and its updates take
them: one field a column, in the order of the table."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class StoredCreator:
    """A row of the table `creator`; see `CreatorEntry`."""

    id: int
    key: str
    name: str
    kind: str
    languages: list[str]
    wards: list[str]
    contact: str | None
    email: str | None
    phone: str | None
    rate_class: str | None
    rate_source: str | None
    consent: str
    consent_on: date | None
    consent_evidence: str | None
    public_because: str | None
    connection: str | None
    connection_on: date | None
    connection_by: str | None
    cool_off_days: int | None
    added_by: str
    added_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredInsight:
    """A row of the table `creator_insight`; see `CreatorInsight`."""

    creator_id: int
    platform: str
    day: date
    dimension: str
    value: str
    number: float
    source: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSketch:
    """A row of the table `creator_sketch`; see `CreatorSketch`."""

    creator_id: int
    since: datetime
    until: datetime
    posts: int
    precision: int
    registers: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFlag:
    """A row of the table `account_flag`; see `AccountFlag`."""

    id: int
    platform: str
    handle: str
    flag: str
    reason: str
    by: str
    at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_reason: str | None
