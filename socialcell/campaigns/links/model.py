"""The tables of tracked links: links, their clicks, and installs that name a click.

Campaign, initiative, creator, post and channel are columns of the link alone: a
correction applies to its past clicks too. The targets of a link may change;
`tracked_link_version` keeps the former ones.
"""

from datetime import date, datetime
from typing import Annotated, TypedDict

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from socialcell.db import AS_STORED, BigId, StoredObject


class TrackedLink(SQLModel, table=True):
    """A short link `/r/<code>`, its campaign and channel, and its targets by device.

    `android`, `ios` and `web` are whole addresses without the UTM values, which are
    added when somebody is sent there; None leads to `web`.
    """

    __tablename__ = "tracked_link"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    code: str = Field(unique=True)
    campaign: str = Field(index=True)  # utm_campaign
    initiative: str | None = None
    creator: str | None = None
    post: str | None = None
    channel: str  # a word of campaigns/naming: utm_source and utm_medium follow it
    source: str  # utm_source
    medium: str  # utm_medium
    content: str | None = None  # utm_content
    term: str | None = None  # utm_term
    web: str
    android: str | None = None
    ios: str | None = None
    expires_at: datetime | None = None
    version: int = 1
    created_at: datetime
    changed_at: datetime


class TrackedLinkVersion(SQLModel, table=True):
    """The columns of a link from `changed_at` on, who changed them, and why."""

    __tablename__ = "tracked_link_version"
    link_id: int = Field(primary_key=True, foreign_key="tracked_link.id", sa_type=BigId)
    version: int = Field(primary_key=True)
    said: Annotated[StoredObject, AS_STORED] = Field(
        sa_column=Column(JSON, nullable=False)
    )
    actor: str
    reason: str
    changed_at: datetime


class LinkChange(SQLModel, table=True):
    """A change of a link that people have: it waits for a second person.

    `said` are the fields that a person stated, `version` is the link's at that time.
    """

    __tablename__ = "tracked_link_change"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    link_id: int = Field(foreign_key="tracked_link.id", sa_type=BigId, index=True)
    version: int
    said: Annotated[StoredObject, AS_STORED] = Field(
        sa_column=Column(JSON, nullable=False)
    )
    actor: str
    reason: str
    made_at: datetime
    state: str = "waiting"  # waiting | approved | withdrawn | replaced
    decided_by: str | None = None
    decided_at: datetime | None = None


class Click(SQLModel, table=True):
    """A request for a link: one row, kept as long as an install may name it.

    No address, no user agent, no hash of either: `prefix` is a hash of the network
    (/24, /48) under a key that lives for a day in memory only, and goes after a week.
    """

    __table_args__ = (Index("click_by_time", "at"),)
    id: str = Field(primary_key=True)  # goes along as `cid`
    link_id: int = Field(foreign_key="tracked_link.id", sa_type=BigId)
    version: int  # of the link
    at: datetime
    kind: str  # human | duplicate | preview | scanner | crawler | tool | internal
    rules: int  # the version of the rules that say so
    method: str  # GET | HEAD
    trigger: str  # link | qr
    device: str  # android | ios | other
    in_app: str | None = None  # facebook, instagram, whatsapp, x, youtube …
    led_to: str  # android | ios | web
    prefix: str | None = None


class ClickRow(TypedDict):
    """A row of the table `click` before it is stored: one key a column."""

    id: str
    link_id: int
    version: int
    at: datetime
    kind: str
    rules: int
    method: str
    trigger: str
    device: str
    in_app: str | None
    led_to: str
    prefix: str | None


class ClickDay(SQLModel, table=True):
    """How many requests of a kind a link had on a day of Pune; kept for good.

    The kinds of a link and a day add up to all requests that were answered with its
    destination. `dropped`: answered while the log was full, and of unknown kind.
    """

    __tablename__ = "click_day"
    day: date = Field(primary_key=True)  # IST
    link_id: int = Field(primary_key=True, foreign_key="tracked_link.id", sa_type=BigId)
    kind: str = Field(primary_key=True)  # as in Click, or dropped
    trigger: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    n: int = Field(sa_type=BigId)


class InstallPostback(SQLModel, table=True):
    """A postback on one install: the store's referrer and its times.

    `attributed` names a click of ours and passed every check; at most one of a click.
    `organic`: the store says so itself. `unattributed`: no click id of ours in it.
    `refused`: signed, and failed the check that `reason` names.
    """

    __tablename__ = "install_postback"
    __table_args__ = (
        UniqueConstraint("key", name="install_postback_key"),
        Index("install_postback_by_day", "day", "outcome"),
        Index(
            "install_postback_of_click",
            "click_id",
            unique=True,
            sqlite_where=text("outcome = 'attributed'"),
            postgresql_where=text("outcome = 'attributed'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str  # the sender's own name of the install: the same again is the same
    body_hash: str
    received_at: datetime
    day: date  # IST day on which the install began, by the store's server
    app: str  # the package
    outcome: str  # attributed | organic | unattributed | refused
    reason: str | None = None
    referrer: str
    click_id: str | None = None
    link_id: int | None = Field(
        default=None, foreign_key="tracked_link.id", sa_type=BigId
    )
    clicked_at: datetime | None = None  # by the store's server
    begun_at: datetime | None = None
    clicked_client_at: datetime | None = None  # by the phone
    begun_client_at: datetime | None = None
    app_version: str | None = None
    instant: bool | None = None
    deliveries: int = 1


class PostbackRefusal(SQLModel, table=True):
    """How many postbacks of a day were refused before they were parsed, by reason."""

    __tablename__ = "postback_refusal"
    day: date = Field(primary_key=True)
    reason: str = Field(primary_key=True)  # unsigned, forged, stale, malformed …
    n: int = Field(sa_type=BigId)
