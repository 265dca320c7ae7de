"""Posts of which a person said that they are not those of a tag."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "outreach_dismissed",
        sa.Column("id", ID, primary_key=True),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("campaign", "terms", "mention_id"),
    )
    op.create_index(
        "ix_outreach_dismissed_mention_id", "outreach_dismissed", ["mention_id"]
    )
