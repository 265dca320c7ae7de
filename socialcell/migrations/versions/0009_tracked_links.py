"""Tracked links, their clicks, and installs that name a click."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tracked_link",
        sa.Column("id", ID, primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("campaign", sa.String(), nullable=False),
        *_texts("initiative", "creator", "post", nullable=True),
        *_texts("channel", "source", "medium"),
        *_texts("content", "term", nullable=True),
        *_texts("web"),
        *_texts("android", "ios", nullable=True),
        _time("expires_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("changed_at"),
    )
    op.create_index("ix_tracked_link_campaign", "tracked_link", ["campaign"])
    op.create_table(
        "tracked_link_version",
        sa.Column("link_id", ID, sa.ForeignKey("tracked_link.id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("said", sa.JSON(), nullable=False),
        *_texts("actor", "reason"),
        _time("changed_at"),
    )
    op.create_table(
        "click",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("link_id", ID, sa.ForeignKey("tracked_link.id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("at"),
        *_texts("kind"),
        sa.Column("rules", sa.Integer(), nullable=False),
        *_texts("method", "trigger", "device"),
        *_texts("in_app", nullable=True),
        *_texts("led_to"),
        *_texts("prefix", nullable=True),
    )
    op.create_index("click_by_time", "click", ["at"])
    op.create_table(
        "click_day",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("link_id", ID, sa.ForeignKey("tracked_link.id"), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("trigger", sa.String(), primary_key=True),
        sa.Column("device", sa.String(), primary_key=True),
        sa.Column("n", ID, nullable=False),
    )
    op.create_table(
        "install_postback",
        sa.Column("id", ID, primary_key=True),
        *_texts("key", "body_hash"),
        _time("received_at"),
        sa.Column("day", sa.Date(), nullable=False),
        *_texts("app", "outcome"),
        *_texts("reason", nullable=True),
        *_texts("referrer"),
        *_texts("click_id", nullable=True),
        sa.Column("link_id", ID, sa.ForeignKey("tracked_link.id")),
        _time("clicked_at", nullable=True),
        _time("begun_at", nullable=True),
        _time("clicked_client_at", nullable=True),
        _time("begun_client_at", nullable=True),
        *_texts("app_version", nullable=True),
        sa.Column("instant", sa.Boolean()),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.UniqueConstraint("key", name="install_postback_key"),
    )
    op.create_index("install_postback_by_day", "install_postback", ["day", "outcome"])
    attributed = sa.text("outcome = 'attributed'")
    op.create_index(
        "install_postback_of_click",
        "install_postback",
        ["click_id"],
        unique=True,
        sqlite_where=attributed,
        postgresql_where=attributed,
    )
    op.create_table(
        "postback_refusal",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("reason", sa.String(), primary_key=True),
        sa.Column("n", ID, nullable=False),
    )


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
