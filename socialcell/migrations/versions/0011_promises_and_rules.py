"""Promises the cell gave, alert rules of its own, and what span an alert counts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "alert",
        sa.Column(
            "minutes", sa.Integer(), nullable=False, server_default=sa.text("60")
        ),
    )
    op.create_table(
        "promise",
        sa.Column("id", ID, primary_key=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.String()),
        sa.Column("ward", sa.String()),
        sa.Column("link", sa.String()),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True)),
        sa.Column("kept_by", sa.String()),
        sa.Column("note", sa.String()),
    )
    op.create_index("promise_due", "promise", ["due_at"])
    op.create_table(
        "alert_rule",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(), nullable=False, unique=True),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
