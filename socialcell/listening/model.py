"""The tables of listening: mentions and all that is known about them, and areas."""

from datetime import date, datetime
from typing import Annotated, TypedDict

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from socialcell.db import AS_STORED, BigId, StoredObject


def _in_force(name: str, column: str, rule: str) -> Index:
    """Half an index of what is in force of mentions: suggested, or decided."""
    where = text(rule)
    columns = ("kind", column, "mention_id")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


_IN_A_REGISTER = text("status IS NOT NULL")
_NO_OWNER_YET = text("owner IS NULL AND tagged_at IS NOT NULL AND state = 'present'")


class StoredWithheld(TypedDict):
    """`connectors.base.Withholding` as the JSON of a mention's column `withheld`."""

    countries: list[str]
    scope: str | None
    copyright: bool


class RawItem(SQLModel, table=True):
    """A platform's own JSON, kept apart from what we made of it."""

    __tablename__ = "raw_item"
    __table_args__ = (UniqueConstraint("platform", "sha256"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str
    sha256: str
    run_id: int = Field(foreign_key="run.id", index=True, sa_type=BigId)
    received_at: datetime
    state: str  # mapped | quarantined

    reason: str | None = None
    mapper_version: int
    body: str


class Author(SQLModel, table=True):
    """Who writes on a platform; shown by pseudonym unless in the registry."""

    __table_args__ = (UniqueConstraint("platform", "uid"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str
    uid: str
    handle: str | None = None
    name: str | None = None
    verified: str | None = None
    first_seen_at: datetime


class AuthorSnapshot(SQLModel, table=True):
    """An author's figures at the time of a collection."""

    __tablename__ = "author_snapshot"
    author_id: int = Field(primary_key=True, foreign_key="author.id", sa_type=BigId)
    taken_at: datetime = Field(primary_key=True)
    followers: int | None = None
    posts: int | None = None


class Mention(SQLModel, table=True):
    """One post, comment, article or review that concerns the city.

    `language` … `urgency` hold what is in force: a person's decision where there is
    one, else the model's suggestion; both are kept as annotations. `owner` follows
    from them: the id of whom the problem belongs to, `none` where nobody is known,
    NULL until it is looked for (store/owners.py). `state` is stub
    when the item is only known as the target of a relation. `withheld` is where its
    platform does not show it (connectors.base.Withholding as JSON); NULL: nowhere.
    `status`, `ward`, `department` and `closed_at` are what a register of complaints
    says of it, in the register's own words; NULL where it comes from none.
    """

    __table_args__ = (
        UniqueConstraint("platform", "external_id"),
        Index("mention_work_list", "tagged_at", "id"),
        Index("mention_by_time", "authored_at"),
        Index("mention_by_intent", "intent", "id"),
        Index("mention_by_urgency", "urgency", "id"),
        Index("mention_by_platform", "platform", "id"),
        Index("mention_by_owner", "owner", "id"),
        Index(
            "mention_without_owner",
            "id",
            sqlite_where=_NO_OWNER_YET,
            postgresql_where=_NO_OWNER_YET,
        ),
        Index(
            "mention_by_status",
            "status",
            "id",
            sqlite_where=_IN_A_REGISTER,
            postgresql_where=_IN_A_REGISTER,
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str
    external_id: str
    kind: str
    state: str = "present"  # present | stub | deleted

    author_id: int | None = Field(
        default=None, foreign_key="author.id", index=True, sa_type=BigId
    )
    text: str | None = None
    folded: str | None = None
    title: str | None = None
    url: str | None = None
    platform_language: str | None = None
    conversation: str | None = None
    missing: list[str] = Field(sa_column=Column(JSON, nullable=False))
    withheld: Annotated[StoredWithheld | None, AS_STORED] = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    status: str | None = None
    ward: str | None = None
    department: str | None = None
    closed_at: datetime | None = None
    authored_at: datetime | None = None
    edited_at: datetime | None = None
    fetched_at: datetime | None = None
    stored_at: datetime
    content_hash: str | None = None
    raw_id: int | None = Field(
        default=None, foreign_key="raw_item.id", index=True, sa_type=BigId
    )
    tagged_at: datetime | None = None
    language: str | None = None
    mixed: bool | None = None
    sentiment: str | None = None
    intent: str | None = None
    urgency: str | None = None
    owner: str | None = None


class MentionMatch(SQLModel, table=True):
    """Through which source a mention reached us, and first in which run."""

    __tablename__ = "mention_match"
    mention_id: int = Field(primary_key=True, foreign_key="mention.id", sa_type=BigId)
    source_id: int = Field(primary_key=True, foreign_key="source.id", sa_type=BigId)
    run_id: int = Field(foreign_key="run.id", sa_type=BigId)
    via: str
    seen_at: datetime


class Relation(SQLModel, table=True):
    """A mention replies to, quotes or reposts another, which may be a stub."""

    mention_id: int = Field(primary_key=True, foreign_key="mention.id", sa_type=BigId)
    kind: str = Field(primary_key=True)
    target_id: int = Field(
        primary_key=True, foreign_key="mention.id", index=True, sa_type=BigId
    )


class Link(SQLModel, table=True):
    """A URL in a mention, as written."""

    mention_id: int = Field(primary_key=True, foreign_key="mention.id", sa_type=BigId)
    url: str = Field(primary_key=True)
    domain: str = Field(index=True)


class Engagement(SQLModel, table=True):
    """One engagement count at one moment; append only, NULL with a state, never 0."""

    mention_id: int = Field(primary_key=True, foreign_key="mention.id", sa_type=BigId)
    metric: str = Field(primary_key=True)  # the platform's own name

    taken_at: datetime = Field(primary_key=True)
    common: str | None = None  # views, reactions, comments, shares, saves, clicks

    value: int | None = Field(default=None, sa_type=BigId)
    state: str = "observed"  # observed | absent | hidden | deleted


class Upkeep(SQLModel, table=True):
    """When the platform last showed a mention, and last gave its engagement.

    Until `hot_until` its engagement is looked at as often as that of a new one.
    """

    mention_id: int = Field(primary_key=True, foreign_key="mention.id", sa_type=BigId)
    seen_at: datetime
    refreshed_at: datetime | None = None
    hot_until: datetime | None = None


class Removal(SQLModel, table=True):
    """A mention that its platform no longer has: when it was last there, and noticed.

    It went at some time between; `noticed_at - last_seen_at` is the longest that we
    can have kept what was no longer there.
    """

    __table_args__ = (Index("removal_by_time", "noticed_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    mention_id: int = Field(foreign_key="mention.id", index=True, sa_type=BigId)
    platform: str
    reason: str
    last_seen_at: datetime
    noticed_at: datetime


class Annotation(SQLModel, table=True):
    """What a model suggested about a mention, and what a person decided."""

    __table_args__ = (
        _in_force("annotation_suggested", "value", "decided_value IS NULL"),
        _in_force("annotation_decided", "decided_value", "decided_value IS NOT NULL"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    mention_id: int = Field(foreign_key="mention.id", index=True, sa_type=BigId)
    kind: str  # language, sentiment, intent, detail, topic, urgency, entity, ward

    value: str
    score: float | None = None
    confident: bool | None = None
    start: int | None = None
    end: int | None = None
    detail: Annotated[StoredObject | None, AS_STORED] = Field(
        default=None, sa_column=Column(JSON)
    )
    model: str
    model_version: str
    made_at: datetime
    decided_value: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


class RegistryAccount(SQLModel, table=True):
    """An account that may be shown by name: office, media, institution, creator."""

    __tablename__ = "registry_account"
    __table_args__ = (UniqueConstraint("platform", "handle"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str
    handle: str  # lower case, without @

    name: str
    person_class: str  # public_office | media | institution | creator

    evidence: str  # why it may be shown: an address, a consent, an order

    added_by: str
    added_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    # second_person, or source: the paper of a feed; None: from before the rule.
    basis: str | None = None


class Area(SQLModel, table=True):
    """A part of the city, in one of two trees, for a span of dates."""

    __table_args__ = (UniqueConstraint("key", "valid_from"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str
    tree: str  # administrative | electoral

    kind: str  # city, zone, ward_office, locality, village, prabhag

    parent: str | None = None
    name_en: str
    name_mr: str
    name_hi: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str


class AreaShape(SQLModel, table=True):
    """The outline of an area for a span of dates (listening/areas/area_shapes.py).

    `key` is the area's id. `polygons` are lists of rings of [longitude, latitude], as
    in a MultiPolygon of GeoJSON.
    """

    __tablename__ = "area_shape"
    __table_args__ = (UniqueConstraint("key", "valid_from"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str
    polygons: list[list[list[list[float]]]] = Field(
        sa_column=Column(JSON, nullable=False)
    )
    valid_from: date | None = None
    valid_to: date | None = None
    source: str
    sketch: bool = False


class Owner(SQLModel, table=True):
    """A row of owners.csv: who owns problems of a topic (listening/owners.py).

    `key` is the owner's id, `places` and `accepts` are joined by |. `shipped` rows come
    with the package and change with it; the others are the cell's own.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    topic: str = Field(index=True)
    key: str
    name_en: str
    name_mr: str
    name_hi: str
    places: str = ""
    scope: str | None = None
    referral_en: str | None = None
    referral_mr: str | None = None
    referral_hi: str | None = None
    accepts: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str
    shipped: bool = False


class HourRollup(SQLModel, table=True):
    """Tagged mentions by hour (on Indian clocks), platform, topic and sentiment.

    Topic `*` counts every mention once; a mention with two topics is in both.
    """

    __tablename__ = "rollup_hour"
    hour: datetime = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    topic: str = Field(primary_key=True)
    sentiment: str = Field(primary_key=True)
    n: int


class EntityRollup(SQLModel, table=True):
    """Tagged mentions that name an entity, by day (IST); once a mention."""

    __tablename__ = "rollup_entity"
    day: date = Field(primary_key=True)
    entity: str = Field(primary_key=True)
    n: int


class WardRollup(SQLModel, table=True):
    """Tagged mentions by ward, topic and day (IST); topic `*` counts each once."""

    __tablename__ = "rollup_ward"
    day: date = Field(primary_key=True)
    ward: str = Field(primary_key=True)
    topic: str = Field(primary_key=True)
    n: int


class AuthorRollup(SQLModel, table=True):
    """Tagged mentions of registry accounts by day (IST); of nobody else."""

    __tablename__ = "rollup_author"
    day: date = Field(primary_key=True)
    author_id: int = Field(primary_key=True, foreign_key="author.id", sa_type=BigId)
    n: int


class Suppression(SQLModel, table=True):
    """Somebody whose posts are not stored again: a keyed hash of a uid or a handle."""

    platform: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    added_at: datetime


class RevealGrant(SQLModel, table=True):
    """Who may see, inside a case and until when, who wrote a mention."""

    __tablename__ = "reveal_grant"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    case_id: str
    mention_id: int = Field(foreign_key="mention.id", index=True, sa_type=BigId)
    author_id: int = Field(foreign_key="author.id", index=True, sa_type=BigId)
    operator: str
    granted_at: datetime
    until: datetime
