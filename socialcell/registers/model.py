"""Tables of the law's registers: requests, nominees, breaches, notices, accesses."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.json_types import JsonObject

_OPEN = text("answered_at IS NULL")


class RightsRequest(SQLModel, table=True):
    """What a person asks under the law, from received to answered.

    `kind` is access, correction, erasure, grievance, nomination or withdrawal;
    `on_behalf` self, guardian or nominee. `sealed` is JSON, encrypted: name, how to be
    reached, words, authority, nominee. `answer` is encrypted, too. Both are NULL once
    the time to keep them is over. `receipt` counts what was done. `outcome` is done or
    refused, then with a `refusal`.
    """

    __tablename__ = "rights_request"
    __table_args__ = (
        Index(
            "rights_request_open",
            "due_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)  # R26-0001: year in Pune, and a serial in it
    kind: str
    on_behalf: str = "self"
    is_child: bool = False
    channel: str  # letter | mail | phone | counter | platform | portal
    language: str  # of the answer
    citizen: str | None = None  # of the portal
    state: str = "received"  # identity_checked | in_progress | answered
    sealed: str | None = None
    received_at: datetime
    due_at: datetime  # by which we answer
    stop_at: datetime  # after which the law's time is over
    made_by: str
    made_at: datetime
    outcome: str | None = None
    refusal: str | None = None
    answer: str | None = None
    receipt: JsonObject | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    answered_by: str | None = None
    answered_at: datetime | None = None
    forgotten_at: datetime | None = None


class RightsAccount(SQLModel, table=True):
    """An account that a request is about. `person` is the keyed hash that is shown;
    `sealed` its number and handle, encrypted. `done_at`: the request was carried out
    there."""

    __tablename__ = "rights_account"
    __table_args__ = (
        UniqueConstraint("request_id", "platform", "person"),
        Index("rights_account_by_person", "platform", "person"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    request_id: int = Field(foreign_key="rights_request.id", sa_type=BigId)
    platform: str
    person: str
    sealed: str | None = None
    done_at: datetime | None = None


class RightsStep(SQLModel, table=True):
    """A step of a request, append-only: received, identity_checked, in_progress,
    answered. `note` is our words, such as how an identity was checked."""

    __tablename__ = "rights_step"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    request_id: int = Field(foreign_key="rights_request.id", index=True, sa_type=BigId)
    kind: str
    by: str
    at: datetime
    note: str = ""


class RightsNominee(SQLModel, table=True):
    """Whom a person named to act for them after death or incapacity (section 14).

    `person` is the keyed hash of the account that named; `sealed` the nominee's name
    and how to be reached, encrypted.
    """

    __tablename__ = "rights_nominee"
    __table_args__ = (Index("rights_nominee_by_person", "platform", "person"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    request_id: int = Field(foreign_key="rights_request.id", index=True, sa_type=BigId)
    platform: str
    person: str
    sealed: str | None = None
    since: datetime
    ended_at: datetime | None = None  # replaced by a later nomination, or erased


class DataBreach(SQLModel, table=True):
    """A breach of personal data, from when it was noticed. `title`, `what` and
    `measures` are our words, without names, in `language`; `translations` has `what`
    and `measures` by another language. `persons` is how many are affected as far as it
    is known."""

    __tablename__ = "data_breach"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)  # B26-01: year in Pune, and a serial in it
    title: str
    what: str
    measures: str = ""
    language: str = "en"
    translations: JsonObject | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    kinds: list[str] = Field(sa_column=Column(JSON, nullable=False))  # of data
    noticed_at: datetime
    from_at: datetime | None = None  # the stretch in which it was open
    until_at: datetime | None = None
    persons: int | None = None
    made_by: str
    made_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None


class BreachDuty(SQLModel, table=True):
    """One thing that must be told of a breach, and by when: cert_in (6 h), board and
    persons (without delay), board_details (72 h)."""

    __tablename__ = "breach_duty"
    __table_args__ = (UniqueConstraint("breach_id", "duty"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    breach_id: int = Field(foreign_key="data_breach.id", sa_type=BigId)
    duty: str
    due_at: datetime
    told_at: datetime | None = None
    told_by: str | None = None
    note: str = ""  # how: the number of the letter, the receipt


class PrivacyNotice(SQLModel, table=True):
    """What people are told before they consent: of one purpose, in one language, in one
    version. Never changed: other words are another version. `sha256` is of the text."""

    __tablename__ = "privacy_notice"
    __table_args__ = (UniqueConstraint("purpose", "version", "language"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    purpose: str
    version: int
    language: str  # mr | hi | en
    text: str
    sha256: str = Field(index=True)
    starts_at: datetime
    made_by: str
    made_at: datetime


class AccessEntry(SQLModel, table=True):
    """One read of personal data that is not masked: who, when, what kind, of what.

    `subject` is our own id or a pseudonym, never the data. `records` is how many people
    or rows, where that is known. Kept a year (retention.access_days).
    """

    __tablename__ = "access_entry"
    __table_args__ = (Index("access_entry_by_time", "at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime
    actor: str
    operator_id: int | None = Field(default=None, sa_type=BigId)
    os_user: str
    kind: str
    subject: str
    records: int | None = None
    reason: str = ""
