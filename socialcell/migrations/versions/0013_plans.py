"""Plans of campaigns in their versions, and the tags of each."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", ID, primary_key=True),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("brief", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("calendar", sa.JSON(), nullable=False),
        sa.Column("lot", sa.JSON()),
        sa.Column("power", sa.JSON()),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("campaign", "version"),
    )
    op.create_table(
        "plan_tag",
        sa.Column("id", ID, primary_key=True),
        sa.Column("plan_id", ID, sa.ForeignKey("plan.id"), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("creator", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("posted_by", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("wards", sa.JSON(), nullable=False),
        sa.Column("text", sa.String()),
        sa.Column("label", sa.String()),
        sa.Column("label_source", sa.String()),
        sa.Column("link_id", ID, sa.ForeignKey("tracked_link.id"), nullable=False),
        sa.Column("reach", sa.Float(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.UniqueConstraint("plan_id", "n"),
    )
    op.create_index("ix_plan_tag_plan_id", "plan_tag", ["plan_id"])
    op.create_index("ix_plan_tag_creator", "plan_tag", ["creator"])
