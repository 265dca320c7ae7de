"""What the cell itself says in public."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "own_post",
        sa.Column("id", ID, primary_key=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("media", sa.String()),
        sa.Column("reply_to", sa.String()),
        sa.Column("wards", sa.JSON(), nullable=False),
        sa.Column("campaign", sa.String()),
        sa.Column("template", sa.String()),
        sa.Column("closure_id", ID, sa.ForeignKey("closure.id")),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", moment),
        sa.Column("asked_first", moment),
        sa.Column("asked_last", moment),
        sa.Column("prepared", sa.String()),
        sa.Column("external_id", sa.String()),
        sa.Column("url", sa.String()),
        sa.Column("posted_at", moment),
    )
    op.create_index("own_post_due", "own_post", ["due_at"])
