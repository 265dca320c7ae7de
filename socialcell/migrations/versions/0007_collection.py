"""Collection over months: windows of allowances, upkeep of mentions, removals."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("usage", sa.Column("window_end", sa.DateTime(timezone=True)))
    op.add_column(
        "usage", sa.Column("micros", ID, nullable=False, server_default=sa.text("0"))
    )
    op.add_column("usage", sa.Column("currency", sa.String()))
    op.create_table(
        "upkeep",
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id"), primary_key=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True)),
        sa.Column("hot_until", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "removal",
        sa.Column("id", ID, primary_key=True),
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id"), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("removal_by_time", "removal", ["noticed_at"])
    op.create_index("ix_removal_mention_id", "removal", ["mention_id"])
    op.create_table(
        "credential",
        sa.Column("connector", sa.String(), primary_key=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("told", sa.String()),
    )
