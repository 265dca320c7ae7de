"""Approvals of plans, the steps of their tags, and posts that were found."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "plan_approval",
        sa.Column("id", ID, primary_key=True),
        sa.Column("plan_id", ID, sa.ForeignKey("plan.id"), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("seals", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String()),
    )
    op.create_index("ix_plan_approval_plan_id", "plan_approval", ["plan_id"])
    op.create_table(
        "outreach_step",
        sa.Column("id", ID, primary_key=True),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("tag_id", ID, sa.ForeignKey("plan_tag.id"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("evidence_kind", sa.String()),
        sa.Column("evidence", sa.String()),
        sa.Column("detail", sa.JSON(), nullable=False),
    )
    op.create_index("ix_outreach_step_tag_id", "outreach_step", ["tag_id"])
    op.create_index("outreach_step_of", "outreach_step", ["campaign", "terms"])
    op.create_table(
        "outreach_found",
        sa.Column("id", ID, primary_key=True),
        sa.Column("tag_id", ID, sa.ForeignKey("plan_tag.id"), nullable=False),
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tag_id", "mention_id"),
    )
    op.create_index("ix_outreach_found_mention_id", "outreach_found", ["mention_id"])
