"""Notices marked as safety, and answers that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "own_post",
        sa.Column("safety", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "reply_draft",
        sa.Column("id", ID, primary_key=True),
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id"), nullable=False),
        sa.Column("text", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("external_id", sa.String()),
    )
    op.create_index("ix_reply_draft_mention_id", "reply_draft", ["mention_id"])
