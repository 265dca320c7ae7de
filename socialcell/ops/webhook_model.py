"""The tables of webhooks: deliveries, posts still to be fetched, WhatsApp.

A push's body is stored only until it is mapped; its digest stays for deduplication.
"""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialcell.db import BigId
from socialcell.db.personal_tables import ImpersonalTable, PersonalTable


class Pushed(SQLModel, table=True):
    """One signed push as it came; `body` is gone once it is mapped or set aside."""

    __table_args__ = (
        UniqueConstraint("source_id", "digest"),
        Index("pushed_work_list", "done_at", "id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    source_id: int = Field(foreign_key="source.id", sa_type=BigId)
    digest: str  # SHA-256 of the body, hexadecimal
    size: int  # bytes
    body: bytes | None = None
    received_at: datetime
    deliveries: int = 1  # how often the platform has handed it in
    last_at: datetime
    done_at: datetime | None = None
    run_id: int | None = Field(default=None, foreign_key="run.id", sa_type=BigId)


class RefusedPush(SQLModel, table=True):
    """How many deliveries were refused, by day (IST); their content is not stored."""

    __tablename__ = "refused_push"
    source_id: int = Field(primary_key=True, foreign_key="source.id", sa_type=BigId)
    day: date = Field(primary_key=True)
    reason: str = Field(primary_key=True)  # unsigned | forged
    n: int


class Awaited(SQLModel, table=True):
    """A public post or comment of which a push named only the id."""

    __table_args__ = (
        UniqueConstraint("source_id", "ref"),
        Index("awaited_work_list", "state", "not_before"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    source_id: int = Field(foreign_key="source.id", sa_type=BigId)
    ref: str
    state: str = "waiting"  # waiting | done | gone | failed
    reason: str | None = None
    noted_at: datetime
    attempts: int = 0
    not_before: datetime | None = None


class OptIn(SQLModel, table=True):
    """A consent to receive messages, or its withdrawal; append-only.

    `person` is a keyed hash of the number: the number itself is not held here. `notice`
    is the SHA-256 of the notice that the person was shown; NULL: not known.
    """

    __tablename__ = "opt_in"
    __table_args__ = (UniqueConstraint("platform", "person", "event", "at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str
    person: str
    pseudonym: str
    event: str  # granted | withdrawn
    at: datetime
    noted_at: datetime
    evidence: str
    actor: str
    notice: str | None = None


class MessageTemplate(SQLModel, table=True):
    """A template of outgoing messages, as the platform last said that it stands."""

    __tablename__ = "message_template"
    source_id: int = Field(primary_key=True, foreign_key="source.id", sa_type=BigId)
    name: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    external_id: str | None = None
    category: str  # marketing | utility | authentication
    status: str  # approved, pending, rejected, paused, disabled …; gone
    body: str | None = None
    synced_at: datetime


class TemplateDelivery(SQLModel, table=True):
    """A template that went, or may have gone, to a person; it goes to each once a day.

    `digest` is of number, template, text and values; `person` a keyed hash. While
    `external_id` is missing nobody knows whether the platform took it; where a person
    saw that it did, it is `seen`.
    """

    __tablename__ = "template_delivery"
    digest: str = Field(primary_key=True)
    person: str = Field(primary_key=True, index=True)
    template: str
    language: str
    made_by: str
    begun_at: datetime
    external_id: str | None = None


class SentMessage(SQLModel, table=True):
    """The platform's reports on a message that we sent; its text is not stored."""

    __tablename__ = "sent_message"
    source_id: int = Field(primary_key=True, foreign_key="source.id", sa_type=BigId)
    external_id: str = Field(primary_key=True)
    status: str  # sent | delivered | read | failed | played
    status_at: datetime
    category: str | None = None
    billable: bool | None = None
    billed_at: datetime | None = None
    error: str | None = None


PERSONAL_WEBHOOKS = (
    PersonalTable(
        Pushed,
        ("body",),
        "citizens",
        "what a platform pushed and is not read yet",
        "service",
        "moments; retention.raw_days if it cannot be read",
    ),
    PersonalTable(
        Awaited,
        ("ref",),
        "citizens",
        "a post or file that is still to be fetched",
        "published",
        "until it is fetched or given up",
    ),
    PersonalTable(
        OptIn,
        ("person", "pseudonym", "evidence"),
        "citizens",
        "to write only to those who agreed, and to the notice that they saw",
        "consent",
        "stays as a keyed hash; how it is known goes with an erasure",
    ),
    PersonalTable(
        TemplateDelivery,
        ("person", "external_id"),
        "citizens",
        "nobody gets the same template twice in a day",
        "consent",
        "seven days, or an erasure; a keyed hash",
    ),
    PersonalTable(
        SentMessage,
        ("external_id",),
        "citizens",
        "status and price of a message of ours, without its words",
        "service",
        "stays, and names nobody",
    ),
)
IMPERSONAL_WEBHOOKS = (
    ImpersonalTable(RefusedPush),
    ImpersonalTable(MessageTemplate, "the body is our own words with gaps"),
)
